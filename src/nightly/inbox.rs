//! Finds the files that a night ingests.
//!
//! `inbox/<account_no>/` holds what a bank delivered for that account. A file directly in the inbox must name its
//! account itself. Files stay where they are because they belong to whoever delivers them; the night recognises by
//! content what it has seen.
//!
//! An entry that is not a regular file is a delivery too: it is never opened ([`super::opening`]) and is rejected
//! by name. The inbox itself may be reached by a link; links inside it are not followed.

use super::RunError;
use super::shown::shown;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file to ingest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivery {
    /// The account of its inbox folder or of `--account`; the file itself may name another.
    pub account_no: Option<String>,
    pub path: PathBuf,
}

/// Limit of nested folders. Banks' clients make one a day, at most within one a bank and one a year.
const DEPTH_MAX: usize = 16;

/// Extensions of files that are still being written.
const UNFINISHED: [&str; 4] = ["tmp", "part", "filepart", "crdownload"];

/// A folder with one subfolder per account.
#[derive(Clone, Debug)]
pub struct Inbox {
    root: PathBuf,
    quiet: Option<Quiet>,
}

/// How long a file must not have been written to.
#[derive(Clone, Copy, Debug)]
struct Quiet {
    now: SystemTime,
    time: Duration,
}

impl Inbox {
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned(), quiet: None }
    }

    /// Leaves files that were modified within `time` before `now` for the next run.
    #[must_use]
    pub fn quiet_for(self, time: Duration, now: SystemTime) -> Self {
        let quiet = (!time.is_zero()).then_some(Quiet { now, time });
        Self { quiet, ..self }
    }

    /// The entries of the inbox, sorted by path. Hidden and unfinished files are skipped by name.
    ///
    /// # Errors
    /// [`RunError::File`] when the inbox itself cannot be read.
    pub fn deliveries(&self) -> Result<Vec<Delivery>, RunError> {
        let fail = |source| {
            let (path, doing) = (self.root.clone(), "read the folder");
            RunError::File { path, doing, source }
        };
        let mut deliveries = Vec::new();
        for (path, is_folder) in entries(&self.root).map_err(fail)? {
            if !is_folder {
                self.add(&mut deliveries, None, path);
                continue;
            }
            let account_no = path.file_name().map(shown);
            let mut found = Vec::new();
            files_below(path, 1, &mut found);
            for file in found {
                self.add(&mut deliveries, account_no.clone(), file);
            }
        }
        deliveries.sort();
        Ok(deliveries)
    }

    fn add(&self, deliveries: &mut Vec<Delivery>, account_no: Option<String>, path: PathBuf) {
        if !self.quiet.is_some_and(|quiet| quiet.waits_for(&path)) {
            deliveries.push(Delivery { account_no, path });
        }
    }
}

impl Quiet {
    fn waits_for(self, path: &Path) -> bool {
        let written = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file);
        let written = written.and_then(|file| file.modified().ok());
        // A modification time in the future must not block a file forever.
        written.and_then(|at| self.now.duration_since(at).ok()).is_some_and(|age| age < self.time)
    }
}

/// Every entry below a folder, at any depth: banks' clients often make a folder a day. An unreadable folder counts
/// as an entry.
fn files_below(folder: PathBuf, depth: usize, found: &mut Vec<PathBuf>) {
    let Some(entries) = (depth <= DEPTH_MAX).then(|| entries(&folder).ok()).flatten() else {
        found.push(folder);
        return;
    };
    for (path, is_folder) in entries {
        if is_folder { files_below(path, depth + 1, found) } else { found.push(path) }
    }
}

/// The entries of a folder, each with whether it is a folder itself; a link to a folder is not.
fn entries(folder: &Path) -> std::io::Result<Vec<(PathBuf, bool)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !left_alone(&entry.file_name()) {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            found.push((entry.path(), is_folder));
        }
    }
    Ok(found)
}

fn left_alone(name: &OsStr) -> bool {
    let hidden = matches!(name.as_bytes().first(), Some(b'.' | b'~'));
    let ending = Path::new(name).extension();
    let unfinished =
        |ending: &OsStr| UNFINISHED.iter().any(|known| ending.eq_ignore_ascii_case(known));
    hidden || ending.is_some_and(unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_still_being_written_is_left_alone_by_its_name() {
        for name in ["a.tmp", "a.csv.PART", "a.filepart", "a.crdownload", ".a", "~$a.xlsx"] {
            assert!(left_alone(OsStr::new(name)), "{name}");
        }
        for name in ["a.csv", "part", "a.part.csv", "tmp.xlsx", "a~"] {
            assert!(!left_alone(OsStr::new(name)), "{name}");
        }
    }
}
