//! Files that outlive a power cut: written beside their place, synced, moved there whole, and their folder synced.
//!
//! Start at [`Batch`] for many files that one sync is to do for (a night's letters), at [`Unfinished`] for one that is
//! written as it comes (a report). Whoever notes somewhere that a file is there does so after that: a file that was
//! only written may be empty, or not there at all, after a cut, and the note would keep it from ever being written
//! again. What lies there is believed for its content, never for its name.
//!
//! Invariant: under a file's own name there is never anything but what stood there before, or all of the new.

mod disk;

pub use disk::{Disk, OperatingSystem};

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file or folder that the disk did not take.
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

/// Many files that come to stand at once.
pub struct Batch<'d> {
    disk: &'d dyn Disk,
    folders: BTreeMap<PathBuf, Folder>,
}

/// A folder, opened before anything is written to it, and the files of a batch in it.
struct Folder {
    handle: Option<File>,
    /// Files that lie beside their places.
    written: Vec<PathBuf>,
    /// Files that stood there already; whether they were ever synced nobody knows.
    found: Vec<PathBuf>,
}

impl<'d> Batch<'d> {
    #[must_use]
    pub fn on(disk: &'d dyn Disk) -> Self {
        Self { disk, folders: BTreeMap::new() }
    }

    /// Writes a file beside its place, where it does not stand there already, byte for byte.
    ///
    /// # Errors
    /// [`DiskError`] where nothing can be written.
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

    /// Syncs the files, moves them to their places and syncs those; gives how many were written.
    ///
    /// # Errors
    /// [`DiskError`]; some may stand then, and none of them half.
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

/// A file beside its place, written as it comes.
pub struct Unfinished {
    out: BufWriter<File>,
    beside: PathBuf,
    place: PathBuf,
}

impl Unfinished {
    /// Opens `<place>.tmp`; fails where nothing can be written.
    ///
    /// # Errors
    /// What the disk says.
    pub fn begin(place: &Path) -> io::Result<Self> {
        let beside = beside(place);
        let out = BufWriter::new(File::create(&beside)?);
        Ok(Self { out, beside, place: place.to_path_buf() })
    }

    /// Fills the file, syncs it and moves it to its place. What stood there stays where that fails.
    ///
    /// # Errors
    /// What the writer or the disk says.
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

/// A place's own name with `.tmp` behind it: no mail program takes it, no browser opens it.
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
