//! Sets a whole file aside: a copy in the quarantine folder, the reason in a text beside it.
//!
//! The delivered file itself is left where it is and is tried again every night: once its account
//! is known, or the bank has sent it again, it goes in and the copy is removed.

use super::{Delivery, NightError};
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The file's path below its account's folder. Banks' clients make a folder a day, with the same
/// names in each: the name alone would let one day's file stand for another's.
pub(super) fn name(delivery: &Delivery) -> PathBuf {
    let normal = |one| if let Component::Normal(name) = one { Some(name) } else { None };
    let names: Vec<&OsStr> = delivery.path.components().filter_map(normal).collect();
    let last = names.len().saturating_sub(1);
    let folder = delivery.account_no.as_deref().map(OsStr::new);
    let folder = names.iter().take(last).rposition(|name| Some(*name) == folder);
    names.iter().skip(folder.map_or(last, |folder| folder + 1)).collect()
}

/// Where a delivery's copy lies in quarantine.
fn place(quarantine: &Path, delivery: &Delivery) -> PathBuf {
    quarantine.join(delivery.account_no.as_deref().unwrap_or("_")).join(name(delivery))
}

fn reason_beside(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".reason.txt");
    PathBuf::from(name)
}

/// Copies the file and writes the reason beside it.
pub(super) fn put(
    quarantine: &Path,
    delivery: &Delivery,
    reason: &str,
) -> Result<PathBuf, NightError> {
    let copy = place(quarantine, delivery);
    let fail =
        |source| NightError::File { path: copy.clone(), doing: "write to quarantine", source };
    if let Some(folder) = copy.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    fs::copy(&delivery.path, &copy).map_err(fail)?;
    fs::write(reason_beside(&copy), format!("{reason}\n")).map_err(fail)?;
    Ok(copy)
}

/// Removes the copy and its reason, now that the file is in.
pub(super) fn release(quarantine: &Path, delivery: &Delivery) {
    let copy = place(quarantine, delivery);
    // Nothing there is the ordinary case; a copy that cannot be removed harms nobody.
    let _ = fs::remove_file(reason_beside(&copy));
    let _ = fs::remove_file(copy);
}
