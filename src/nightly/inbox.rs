//! Finds the files a night has to take in.
//!
//! `inbox/<account_no>/` holds what a bank delivered for that account; a file directly in the inbox
//! must name its account itself. Files stay where they are: they belong to whoever delivers them,
//! and the night knows by content what it has seen.

use super::NightError;
use std::fs;
use std::path::{Path, PathBuf};

/// A file to take in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivery {
    /// The account of its inbox folder, or given by `--account`; a file may name another itself.
    pub account_no: Option<String>,
    pub path: PathBuf,
}

/// A folder with one folder an account.
#[derive(Clone, Debug)]
pub struct Inbox {
    root: PathBuf,
}

impl Inbox {
    #[must_use]
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The files in it, in the order of their paths. Hidden files and those still being written
    /// (`.tmp`, `.part`) are left alone.
    ///
    /// # Errors
    /// [`NightError::File`] where a folder cannot be read.
    pub fn deliveries(&self) -> Result<Vec<Delivery>, NightError> {
        let mut deliveries = Vec::new();
        for path in entries(&self.root)? {
            if path.is_dir() {
                let account_no = path.file_name().map(|name| name.to_string_lossy().into_owned());
                for file in files_below(&path)? {
                    deliveries.push(Delivery { account_no: account_no.clone(), path: file });
                }
            } else {
                deliveries.push(Delivery { account_no: None, path });
            }
        }
        deliveries.sort();
        Ok(deliveries)
    }
}

/// Every file below a folder, at any depth: banks' clients like to make a folder a day.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, NightError> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, NightError> {
    let fail =
        |source| NightError::File { path: folder.to_owned(), doing: "read the folder", source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if !left_alone(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn left_alone(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let unfinished = path.extension().is_some_and(|ending| ending == "tmp" || ending == "part");
    hidden || unfinished
}
