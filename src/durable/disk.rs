//! What is asked of a disk, and the operating system's answer to it.
//!
//! A trait, so that a test can cut the power between any two steps and see what is left.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// A disk whose power may be cut: what was not synced is lost then, names as well as content.
pub trait Disk {
    /// Whether exactly this stands there.
    ///
    /// # Errors
    /// What the disk says; that nothing is there is no error.
    fn holds(&self, path: &Path, content: &[u8]) -> io::Result<bool>;

    /// Makes a folder, and those above it, each synced into the one above; one that is there stays. Gives it opened,
    /// where one can: whoever opens it before writing hears of every fault when it is synced.
    ///
    /// # Errors
    /// What the disk says.
    fn make_folder(&self, path: &Path) -> io::Result<Option<File>>;

    /// Writes a file, over one that is there.
    ///
    /// # Errors
    /// What the disk says.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Waits until the content of these files of a folder is on the disk.
    ///
    /// # Errors
    /// What the disk says.
    fn sync(&self, folder: Option<&File>, files: &[PathBuf]) -> io::Result<()>;

    /// Gives a file another name.
    ///
    /// # Errors
    /// What the disk says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Waits until the names of a folder are on the disk.
    ///
    /// # Errors
    /// What the disk says.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
}

/// The disk as the operating system has it.
#[derive(Clone, Copy, Debug)]
pub struct OperatingSystem;

/// Files that are synced one by one; above that one sync of the whole file system is quicker (measured on ext4 with
/// 1,721 letters: 0.2 s together, 33 s one by one, each of which commits its journal).
const ONE_BY_ONE_MAX: usize = 16;

impl Disk for OperatingSystem {
    fn holds(&self, path: &Path, content: &[u8]) -> io::Result<bool> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if file.metadata()?.len() != content.len() as u64 {
            return Ok(false);
        }
        let mut found = Vec::with_capacity(content.len());
        file.read_to_end(&mut found)?;
        Ok(found == content)
    }

    fn make_folder(&self, path: &Path) -> io::Result<Option<File>> {
        if !path.is_dir() {
            let above = path.parent().filter(|above| !above.as_os_str().is_empty());
            if let Some(above) = above {
                self.make_folder(above)?;
            }
            match fs::create_dir(path) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
                Ok(()) | Err(_) => {}
            }
            self.sync_folder(above.unwrap_or_else(|| Path::new(".")))?;
        }
        if cfg!(unix) { File::open(path).map(Some) } else { Ok(None) }
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        File::create(path)?.write_all(content)
    }

    fn sync(&self, folder: Option<&File>, files: &[PathBuf]) -> io::Result<()> {
        match folder {
            Some(folder) if files.len() > ONE_BY_ONE_MAX && sync_all_of(folder)? => Ok(()),
            Some(_) | None => files.iter().try_for_each(|file| File::open(file)?.sync_all()),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // Elsewhere a folder cannot be opened, and a name is written with its file.
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }
}

/// Syncs the file system of a folder, where one can ask for that.
#[cfg(target_os = "linux")]
fn sync_all_of(folder: &File) -> io::Result<bool> {
    rustix::fs::syncfs(folder)?;
    Ok(true)
}

#[cfg(not(target_os = "linux"))]
fn sync_all_of(_: &File) -> io::Result<bool> {
    Ok(false)
}
