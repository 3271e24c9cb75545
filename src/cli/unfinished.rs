//! A file that a command makes: written beside its place and moved there whole, so that nobody ever opens half of it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file beside its place.
pub(super) struct Unfinished {
    out: BufWriter<File>,
    beside: PathBuf,
    place: PathBuf,
}

impl Unfinished {
    /// Opens `<place>.tmp`; fails where nothing can be written.
    pub(super) fn begin(place: &Path) -> io::Result<Self> {
        let mut beside = place.to_path_buf().into_os_string();
        beside.push(".tmp");
        let beside = PathBuf::from(beside);
        let out = BufWriter::new(File::create(&beside)?);
        Ok(Self { out, beside, place: place.to_path_buf() })
    }

    /// Fills the file and moves it to its place. What stood there stays where that fails.
    pub(super) fn finish<E: From<io::Error>>(
        mut self,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
    ) -> Result<(), E> {
        write(&mut self.out)?;
        self.out.flush()?;
        drop(self.out);
        Ok(std::fs::rename(&self.beside, &self.place)?)
    }
}
