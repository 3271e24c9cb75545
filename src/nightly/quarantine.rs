//! Sets a whole file aside: a copy in the quarantine folder, the reason in a text beside it, in Chinese and in English.
//!
//! The delivered file itself is left where it is and is tried again every night: once its account
//! is known, or the bank has sent it again, it goes in and the copy is removed.

use super::reading::Fault;
use super::{Delivery, NightError, wording};
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

/// The reason as it stands beside the copy: what staff read first, then the reader's own sentence.
fn text(name: &str, fault: &str, advice: Option<&str>) -> String {
    let mut text = format!("{name}：{}\n", wording::line_by_line(fault));
    if let Some(advice) = advice {
        text.push_str(advice);
        text.push('\n');
    }
    text.push_str(&format!("\n{name}: {fault}\n"));
    text
}

/// Copies the file and writes the reason beside it.
pub(super) fn put(
    quarantine: &Path,
    delivery: &Delivery,
    fault: &Fault,
) -> Result<PathBuf, NightError> {
    let copy = place(quarantine, delivery);
    let fail =
        |source| NightError::File { path: copy.clone(), doing: "write to quarantine", source };
    if let Some(folder) = copy.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    fs::copy(&delivery.path, &copy).map_err(fail)?;
    let name = delivery.path.file_name().unwrap_or_default().to_string_lossy();
    let text = text(&name, &fault.to_string(), fault.advice());
    fs::write(reason_beside(&copy), text).map_err(fail)?;
    Ok(copy)
}

/// Removes the copy and its reason, now that the file is in.
pub(super) fn release(quarantine: &Path, delivery: &Delivery) {
    let copy = place(quarantine, delivery);
    // Nothing there is the ordinary case; a copy that cannot be removed harms nobody.
    let _ = fs::remove_file(reason_beside(&copy));
    let _ = fs::remove_file(copy);
}
