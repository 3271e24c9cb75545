//! Crash-safe files: written under a temporary name, synced, renamed, and their folder synced.
//!
//! Start at [`Batch`] for many files with one sync (a night's letters), or at [`Unfinished`] for one file written
//! as a stream (a report). Record elsewhere that a file exists only after that. After a power cut an unsynced file
//! may be empty or missing, and the record would prevent it from being written again. An existing file is trusted
//! for its content, never for its name.
//!
//! Invariant: a file's final name always has either the complete old content or the complete new one.

mod disk;

pub use disk::{Disk, OperatingSystem};

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file or folder that could not be written.
#[derive(Debug)]
pub struct DiskError {
    pub path: PathBuf,
    pub source: io::Error,
}

impl DiskError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write {}", self.path.display())
    }
}

impl std::error::Error for DiskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Many files that get their names together.
pub struct Batch<'d> {
    disk: &'d dyn Disk,
    folders: BTreeMap<PathBuf, Folder>,
}

/// A folder, opened before anything is written to it, with its files of a batch.
struct Folder {
    handle: Option<File>,
    /// Files under temporary names.
    written: Vec<PathBuf>,
    /// Files that already existed; it is unknown whether they were synced.
    found: Vec<PathBuf>,
}

impl<'d> Batch<'d> {
    #[must_use]
    pub fn on(disk: &'d dyn Disk) -> Self {
        Self { disk, folders: BTreeMap::new() }
    }

    /// Writes a file under a temporary name, unless it exists with the same content.
    ///
    /// # Errors
    /// [`DiskError`] when nothing can be written.
    pub fn put(&mut self, place: &Path, content: &[u8]) -> Result<(), DiskError> {
        let (disk, path) = (self.disk, folder_of(place));
        if !self.folders.contains_key(path) {
            let handle = disk.make_folder(path).map_err(DiskError::at(path))?;
            let folder = Folder { handle, written: Vec::new(), found: Vec::new() };
            self.folders.insert(path.to_owned(), folder);
        }
        let Some(folder) = self.folders.get_mut(path) else { return Ok(()) };
        if disk.holds(place, content).map_err(DiskError::at(place))? {
            folder.found.push(place.to_owned());
        } else {
            disk.write(&beside(place), content).map_err(DiskError::at(place))?;
            folder.written.push(place.to_owned());
        }
        Ok(())
    }

    /// Syncs the files, renames them and syncs the folders; returns how many were written.
    ///
    /// # Errors
    /// [`DiskError`]; some files may exist then, all of them complete.
    pub fn finish(self) -> Result<u64, DiskError> {
        let mut count = 0;
        for (path, folder) in &self.folders {
            let mut files: Vec<PathBuf> =
                folder.written.iter().map(|place| beside(place)).collect();
            files.extend(folder.found.iter().cloned());
            self.disk.sync(folder.handle.as_ref(), &files).map_err(DiskError::at(path))?;
        }
        for (path, folder) in &self.folders {
            for place in &folder.written {
                self.disk.rename(&beside(place), place).map_err(DiskError::at(place))?;
                count += 1;
            }
            self.disk.sync_folder(path).map_err(DiskError::at(path))?;
        }
        Ok(count)
    }
}

/// A file under a temporary name, written as a stream.
pub struct Unfinished {
    out: BufWriter<File>,
    beside: PathBuf,
    place: PathBuf,
}

impl Unfinished {
    /// Opens `<place>.tmp`; fails when nothing can be written.
    ///
    /// # Errors
    /// The error of the disk.
    pub fn begin(place: &Path) -> io::Result<Self> {
        let beside = beside(place);
        let out = BufWriter::new(File::create(&beside)?);
        Ok(Self { out, beside, place: place.to_path_buf() })
    }

    /// Fills the file, syncs it and renames it. On failure the old file stays.
    ///
    /// # Errors
    /// The error of the writer or the disk.
    pub fn finish<E: From<io::Error>>(
        mut self,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
    ) -> Result<(), E> {
        write(&mut self.out)?;
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        drop(self.out);
        std::fs::rename(&self.beside, &self.place)?;
        Ok(OperatingSystem.sync_folder(folder_of(&self.place))?)
    }
}

/// The file's name with `.tmp` added: mail programs and browsers ignore it.
fn beside(place: &Path) -> PathBuf {
    let mut name = place.to_path_buf().into_os_string();
    name.push(".tmp");
    PathBuf::from(name)
}

fn folder_of(place: &Path) -> &Path {
    match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    }
}
