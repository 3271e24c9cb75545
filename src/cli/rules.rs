//! The rules of a command: the built-in ones, replaced file by file by the centre's own.
//!
//! Start at [`load`]. All files are read first, and the first error of each is shown in its place, so that all can
//! be fixed at once.

mod examples;

use super::args::Global;
use super::failure::{Doing, Done, Failure};
use super::settings::Settings;
use crate::rulebook::{RuleError, RuleFile, Rulebook};
use std::path::Path;

/// Reads the rules of the settings.
pub(super) fn load(settings: &Settings) -> Result<Rulebook, Failure> {
    let own = own(settings)?;
    Rulebook::read(own.clone()).map_err(|faults| wrong(&own, faults))
}

/// The same with one more of the centre's own files.
pub(super) fn with(settings: &Settings, file: RuleFile) -> Result<Rulebook, Failure> {
    let mut own = own(settings)?;
    own.push(file);
    Rulebook::read(own.clone()).map_err(|faults| wrong(&own, faults))
}

/// The failed examples, as `rules test` reports them.
pub(super) fn faults(rules: &Rulebook) -> Vec<String> {
    examples::run(rules).faults
}

/// The layouts that a learnt one must precede, because it matches their examples.
pub(super) fn taken_by(rules: &Rulebook, id: &str) -> Vec<String> {
    examples::taken_by(rules, id)
}

/// Adds its file to each error, to show the place.
fn wrong(own: &[RuleFile], faults: Vec<RuleError>) -> Failure {
    let file = |path: &str| own.iter().find(|file| file.path == path).cloned();
    let missing = |path: &str| RuleFile { path: path.to_owned(), text: String::new() };
    let pair =
        |fault: RuleError| (file(&fault.path).unwrap_or_else(|| missing(&fault.path)), fault);
    Failure::Rules(faults.into_iter().map(pair).collect())
}

/// The centre's own files; empty if it has none.
fn own(settings: &Settings) -> Result<Vec<RuleFile>, Failure> {
    let mut found = Vec::new();
    if let Some(folder) = &settings.rules {
        walk(folder, "", &mut found)
            .doing(|| format!("cannot read the rules in {}", folder.display()))?;
    }
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<RuleFile>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Skip the hidden and backup files of editors.
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.push(RuleFile { path, text: std::fs::read_to_string(entry.path())? });
        }
    }
    Ok(())
}

/// `duizhang rules check`
pub(super) fn check(global: &Global) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    load(&settings)?;
    match (&settings.rules, own(&settings)?.len()) {
        (Some(folder), count) => {
            note!(global, "{count} rule files in {} are in order", folder.display());
        }
        (None, _) => {
            note!(global, "the built-in rules are in order; --rules DIR checks others");
        }
    }
    Ok(Done::Fully)
}

/// `duizhang rules test`
pub(super) fn test(global: &Global) -> Result<Done, Failure> {
    let rules = load(&Settings::load(global)?)?;
    let report = examples::run(&rules);
    for fault in &report.faults {
        tell!("{fault}");
    }
    if report.faults.is_empty() {
        note!(global, "{} examples hold", report.run);
        return Ok(Done::Fully);
    }
    let wrong = report.faults.len();
    Err(Failure::BadRules(format!("{wrong} of {} examples do not hold", report.run)))
}
