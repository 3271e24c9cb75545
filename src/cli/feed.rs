//! `duizhang feed`: inspects bank statements and learns layouts without a database; lists and withdraws deliveries.
//!
//! Start at [`inspect`], which shows what is in a file; [`learn`] writes a layout for a file that is not
//! recognised. Both use [`open`]: a statement is read twice, so it must be a file, not a stream.

pub(super) mod inspect;
pub(super) mod learn;
mod shown;
pub(super) mod withdraw;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Opens a statement, or says why it is unsuitable.
pub(super) fn open(path: &Path) -> Result<BufReader<File>, String> {
    let missing = |error: std::io::Error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        if missing { "there is no such file".to_owned() } else { error.to_string() }
    };
    let metadata = std::fs::metadata(path).map_err(missing)?;
    // Checked before opening: opening a pipe blocks until somebody writes to it.
    if metadata.is_dir() {
        return Err("this is a folder: name the files in it".to_owned());
    }
    if !metadata.is_file() {
        let why =
            "this is a pipe or a device: a statement is read twice, so save it as a file first";
        return Err(why.to_owned());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    Ok(BufReader::with_capacity(1 << 16, file))
}
