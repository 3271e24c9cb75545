//! Opens entries of an inbox, regular files only.
//!
//! Start at [`open`]. Below the inbox no part of the path may be a link, and opening never blocks: a pipe without a
//! writer, a device or a link to a secret file is refused by its type. The file that was opened is the file that is
//! read, even if names are moved meanwhile.

use super::fault::Fault;
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::{self, File, FileType, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path};

/// Largest file that is read: fifty million rows. A sparse file of any size costs nothing to make.
const FILE_BYTES_MAX: u64 = 16 << 30;

/// An opened file and its state at that moment.
pub(super) struct Opened {
    pub(super) file: File,
    state: State,
}

/// Attributes that change when a file is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    bytes: u64,
    modified: (i64, i64),
}

impl Opened {
    pub(super) const fn bytes(&self) -> u64 {
        self.state.bytes
    }

    /// Whether the file was written to since it was opened.
    pub(super) fn has_changed(&self) -> bool {
        self.file.metadata().map(|now| State::of(&now)).ok() != Some(self.state)
    }
}

impl State {
    fn of(metadata: &Metadata) -> Self {
        Self { bytes: metadata.len(), modified: (metadata.mtime(), metadata.mtime_nsec()) }
    }
}

/// Opens a delivery: below `inbox` without following links, elsewhere as any program would.
pub(super) fn open(inbox: Option<&Path>, path: &Path) -> Result<Opened, Fault> {
    let below = inbox.and_then(|inbox| Some((inbox, path.strip_prefix(inbox).ok()?)));
    let opened = match below {
        Some((inbox, below)) => open_below(inbox, below),
        None => open_named(path),
    };
    let file = opened.map_err(|error| fault(path, &error, below.is_some()))?;
    let metadata = file.metadata().map_err(|error| Fault::Unopened { why: error.to_string() })?;
    if !metadata.is_file() {
        return Err(Fault::NotAFile { what: what(metadata.file_type()) });
    }
    if metadata.len() > FILE_BYTES_MAX {
        return Err(Fault::Unopened { why: "it is larger than 16 GiB".to_owned() });
    }
    Ok(Opened { state: State::of(&metadata), file })
}

/// Opening a pipe or a device may block or have effects, so its type is checked before and after opening.
fn open_named(path: &Path) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Walks down from the inbox. The inbox may be a link, the folders below it may not.
fn open_below(inbox: &Path, below: &Path) -> io::Result<File> {
    let mut folder = OwnedFd::from(File::open(inbox)?);
    let mut names = Vec::new();
    for part in below.components() {
        let Component::Normal(name) = part else { return Err(io::ErrorKind::InvalidInput.into()) };
        names.push(name);
    }
    let (last, folders) = names.split_last().ok_or(io::ErrorKind::InvalidInput)?;
    for name in folders {
        folder = openat(&folder, *name, FOLDER, Mode::empty())?;
    }
    if !is_file_in(&folder, last)? {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let file = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(openat(&folder, *last, file | OFlags::NOCTTY, Mode::empty())?.into())
}

/// Flags to open a folder; anything else fails.
pub(super) const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn is_file_in(folder: &OwnedFd, name: &OsStr) -> io::Result<bool> {
    use rustix::fs::{AtFlags, FileType, statat};
    let state = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(FileType::from_raw_mode(state.st_mode).is_file())
}

/// Why an entry could not be opened, from what is there now.
fn fault(path: &Path, error: &io::Error, strict: bool) -> Fault {
    let is = |known: &io::Error| known.raw_os_error() == error.raw_os_error();
    let found = if strict { fs::symlink_metadata(path) } else { fs::metadata(path) };
    match found {
        Ok(found) if !found.is_file() => Fault::NotAFile { what: what(found.file_type()) },
        Ok(_) if [Errno::LOOP, Errno::NOTDIR].map(io::Error::from).iter().any(is) => {
            Fault::NotAFile { what: "behind a link" }
        }
        Err(gone) if gone.kind() == io::ErrorKind::NotFound => Fault::Vanished,
        Ok(_) | Err(_) => Fault::Unopened { why: error.kind().to_string() },
    }
}

fn what(found: FileType) -> &'static str {
    if found.is_symlink() {
        "a link"
    } else if found.is_dir() {
        "a folder that cannot be gone through"
    } else if found.is_fifo() {
        "a pipe"
    } else if found.is_socket() {
        "a socket"
    } else if found.is_char_device() || found.is_block_device() {
        "a device"
    } else {
        "no regular file"
    }
}
