//! Private files and folders: 0700 and 0600, whatever the umask.
//!
//! A centre's folder has names, account and identity numbers, and the desk's key, which other users must not read.
//! Existing modes are kept; `doctor` reports what others can read.

use super::failure::{Doing, Failure};
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;
/// Permission bits of group and others.
const OTHERS: u32 = 0o077;

/// Makes a folder and everything in it private; does not follow links.
pub(super) fn close(path: &Path) -> Result<(), Failure> {
    let shut = || -> std::io::Result<()> { shut(path) };
    shut().doing(|| format!("cannot make {} private", path.display()))
}

fn shut(path: &Path) -> std::io::Result<()> {
    let kind = path.symlink_metadata()?.file_type();
    if kind.is_dir() {
        std::fs::set_permissions(path, Permissions::from_mode(FOLDER))?;
        for entry in path.read_dir()? {
            shut(&entry?.path())?;
        }
    } else if kind.is_file() {
        std::fs::set_permissions(path, Permissions::from_mode(FILE))?;
    }
    Ok(())
}

/// Writes a new file that is private from its first byte.
pub(super) fn new_file(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(FILE).open(path)?;
    file.set_permissions(Permissions::from_mode(FILE))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Whether group or others have any permission on a path; `false` if it does not exist.
pub(super) fn is_open_to_others(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.permissions().mode() & OTHERS != 0)
}
