//! Quarantines a whole file: copies it and writes the reason in a text beside it, in Chinese and in English.
//!
//! The delivered file stays in the inbox and is tried again every night. Once its account is registered or the bank
//! has sent it again, it is ingested and the copy is removed.
//!
//! Invariant: a copy gets its name only when it is completely on disk ([`CopyPlace::write`]). No link in the
//! quarantine folder is followed, neither to write nor to remove: an existing entry is replaced, never written
//! through.

use super::fault::Fault;
use super::opening::{self, FOLDER};
use super::shown::shown;
use super::{Delivery, RunError, wording};
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, fsync, mkdirat, openat, renameat, statat, unlinkat,
};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

/// Bytes of a name that leave room for the suffixes below: file systems allow 255.
const NAME_BYTES_MAX: usize = 200;
/// Largest file that is copied; a larger one gets only its reason and stays in the inbox. All files of an ordinary
/// night together are smaller.
const COPY_BYTES_MAX: u64 = 1 << 30;
/// Suffix of the reason file.
const REASON: &str = ".reason.txt";
/// Suffix while a file is being written.
const UNFINISHED: &str = ".duizhang-tmp";

/// The path components below the account's folder. Banks' clients make a folder a day with the same names in each,
/// so the name alone could replace one day's file by another's.
fn names(delivery: &Delivery) -> Vec<String> {
    let normal = |one| if let Component::Normal(name) = one { Some(shown(name)) } else { None };
    let mut names: Vec<String> = delivery.path.components().filter_map(normal).collect();
    let last = names.len().saturating_sub(1);
    let folder = delivery.account_no.as_deref();
    let folder = names.iter().take(last).rposition(|name| Some(name.as_str()) == folder);
    names.split_off(folder.map_or(last, |folder| folder + 1))
}

/// A file's name in quarantine.
pub(super) fn name(delivery: &Delivery) -> String {
    names(delivery).join("/")
}

/// A name that every file system accepts: an overlong one ends in a digest of the whole name.
fn fitted(name: &str) -> String {
    let name = if matches!(name, "" | "." | "..") { "_" } else { name };
    let name = name.replace('/', "_");
    if name.len() <= NAME_BYTES_MAX {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    let digest = hex::encode(digest.get(..8).unwrap_or_default());
    let cut = name.floor_char_boundary(NAME_BYTES_MAX - digest.len() - 1);
    format!("{}~{digest}", name.get(..cut).unwrap_or_default())
}

/// Where a delivery's copy goes: the folders below the quarantine and the name in the last one.
struct CopyPlace {
    folders: Vec<String>,
    name: String,
}

impl CopyPlace {
    fn of(delivery: &Delivery) -> Self {
        let mut folders = vec![fitted(delivery.account_no.as_deref().unwrap_or("_"))];
        folders.extend(names(delivery).iter().map(|name| fitted(name)));
        let name = folders.pop().unwrap_or_default();
        Self { folders, name }
    }

    fn path(&self, quarantine: &Path) -> PathBuf {
        self.folders
            .iter()
            .fold(quarantine.to_owned(), |path, name| path.join(name))
            .join(&self.name)
    }

    /// The copy's folder. With `make`, creates it and removes a link or file that blocks it.
    fn folder(&self, quarantine: &Path, make: bool) -> io::Result<OwnedFd> {
        if make && !quarantine.exists() {
            std::fs::create_dir_all(quarantine)?;
            let above = quarantine.parent().filter(|above| *above != Path::new(""));
            fsync(File::open(above.unwrap_or(Path::new(".")))?)?;
        }
        let mut folder = OwnedFd::from(File::open(quarantine)?);
        for name in &self.folders {
            let (name, found) = standing(&folder, name, FileType::Directory)?;
            if make && found != Some(FileType::Directory) {
                if found.is_some() {
                    unlinkat(&folder, name.as_str(), AtFlags::empty())?;
                }
                mkdirat(&folder, name.as_str(), Mode::from_raw_mode(0o777))?;
                fsync(&folder)?;
            }
            folder = openat(&folder, name.as_str(), FOLDER, Mode::empty())?;
        }
        Ok(folder)
    }
}

/// What exists under a name, and the name. A copy never blocks a folder or the reverse: the later one gets a name
/// of its own.
fn standing(
    folder: &OwnedFd,
    name: &str,
    wanted: FileType,
) -> io::Result<(String, Option<FileType>)> {
    let at = |name: &str| match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(state) => Ok(Some(FileType::from_raw_mode(state.st_mode))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error),
    };
    let found = at(name)?;
    let is_folder = wanted == FileType::Directory;
    let other = if is_folder { FileType::RegularFile } else { FileType::Directory };
    if found != Some(other) {
        return Ok((name.to_owned(), found));
    }
    let beside = format!("{name}~");
    let found = at(&beside)?;
    Ok((beside, found))
}

/// Writes a file under a temporary name and renames it once it is on disk.
fn write(folder: &OwnedFd, name: &str, content: &mut dyn Read) -> io::Result<()> {
    let beside = format!("{name}{UNFINISHED}");
    // Left by a killed night or planted: remove it in any case.
    remove(folder, &beside)?;
    let fresh = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(openat(folder, beside.as_str(), fresh, Mode::from_raw_mode(0o666))?);
    let written = io::copy(content, &mut file).and_then(|_| file.sync_all());
    let moved = written.and_then(|()| Ok(renameat(folder, beside.as_str(), folder, name)?));
    if moved.is_err() {
        remove(folder, &beside)?;
    }
    moved
}

fn remove(folder: &OwnedFd, name: &str) -> io::Result<()> {
    match unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether an identical copy exists: a waiting file is not rewritten every night.
fn is_same(folder: &OwnedFd, name: &str, content: &mut dyn Read) -> io::Result<bool> {
    let read = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(copy) = openat(folder, name, read, Mode::empty()) else { return Ok(false) };
    let mut copy = File::from(copy);
    if !copy.metadata()?.is_file() {
        return Ok(false);
    }
    let (mut one, mut other) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let (here, there) = (fill(content, &mut one)?, fill(&mut copy, &mut other)?);
        if one.get(..here) != other.get(..there) {
            return Ok(false);
        }
        if here == 0 {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the input ends.
fn fill(from: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The text of the reason file: first the sentence for staff, then the reader's own.
fn text(name: &str, fault: &str, advice: Option<&str>) -> String {
    let mut text = format!("{name}：{}\n", wording::line_by_line(fault));
    if let Some(advice) = advice {
        text.push_str(advice);
        text.push('\n');
    }
    text.push_str(&format!("\n{name}: {fault}\n"));
    text
}

/// Copies the file and writes the reason beside it; both are on disk on return.
pub(super) fn put(
    quarantine: &Path,
    inbox: Option<&Path>,
    delivery: &Delivery,
    fault: &Fault,
) -> Result<(), RunError> {
    let place = CopyPlace::of(delivery);
    let put = || -> io::Result<()> {
        // Opened with the same checks: a file replaced by a link is not copied. A vanished file leaves its reason
        // only.
        let opened = opening::open(inbox, &delivery.path).ok();
        let mut file = opened.filter(|one| one.bytes() <= COPY_BYTES_MAX).map(|opened| opened.file);
        let folder = place.folder(quarantine, true)?;
        let (copy, _) = standing(&folder, &place.name, FileType::RegularFile)?;
        if let Some(file) = &mut file
            && !is_same(&folder, &copy, file)?
        {
            file.rewind()?;
            write(&folder, &copy, file)?;
        }
        let name = delivery.path.file_name().map(shown).unwrap_or_default();
        let text = text(&name, &fault.to_string(), fault.advice());
        let beside = format!("{copy}{REASON}");
        if !is_same(&folder, &beside, &mut text.as_bytes())? {
            write(&folder, &beside, &mut text.as_bytes())?;
        }
        Ok(fsync(&folder)?)
    };
    put().map_err(|source| {
        let path = place.path(quarantine);
        RunError::File { path, doing: "write to quarantine", source }
    })
}

/// Removes the copy and its reason after the file was ingested.
pub(super) fn release(quarantine: &Path, delivery: &Delivery) {
    let place = CopyPlace::of(delivery);
    // Usually nothing is there; a copy that cannot be removed does no harm.
    if let Ok(folder) = place.folder(quarantine, false)
        && let Ok((copy, Some(FileType::RegularFile))) =
            standing(&folder, &place.name, FileType::RegularFile)
    {
        let _ = remove(&folder, &format!("{copy}{REASON}"));
        let _ = remove(&folder, &copy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_quarantine_has_room_for_what_stands_behind_it() {
        let long = "流".repeat(85);
        let other = format!("{}水", "流".repeat(84));
        for name in ["a.csv", "..", "", "a/b", &long, &other] {
            let fitted = fitted(name);
            assert!(fitted.len() + REASON.len() + UNFINISHED.len() <= 255, "{fitted}");
            assert!(!matches!(fitted.as_str(), "" | "." | "..") && !fitted.contains('/'));
        }
        assert_ne!(fitted(&long), fitted(&other));
    }
}
