//! The rules a command works by: the built-in ones, replaced file by file by the centre's own.
//!
//! Start at [`load`]. Every file is read before anything else happens, and the first thing wrong in
//! each is shown in its place, so that one look is enough to mend them all.

mod examples;

use super::args::Global;
use super::failure::{Doing, Done, Failure};
use super::settings::Settings;
use crate::calendar::WorkingDays;
use crate::rulebook::{
    self, RuleError, RuleFile, bank::BankLayouts, letter::LetterRules, matching::MatchingRules,
    remark::RemarkRules,
};
use std::path::Path;

/// Everything in `rules/`, read and checked.
pub(super) struct Rules {
    pub(super) files: Vec<RuleFile>,
    pub(super) remark: RemarkRules,
    pub(super) matching: MatchingRules,
    pub(super) calendar: WorkingDays,
    pub(super) banks: BankLayouts,
    pub(super) letters: LetterRules,
}

/// Reads the rules that the settings name.
pub(super) fn load(settings: &Settings) -> Result<Rules, Failure> {
    let files = files(settings.rules.as_deref())?;
    let one = |path: &str| {
        files
            .iter()
            .find(|file| file.path == path)
            .cloned()
            .unwrap_or_else(|| RuleFile { path: path.to_owned(), text: String::new() })
    };
    let below = |folder: &str| {
        files.iter().filter(|file| file.path.starts_with(folder)).cloned().collect::<Vec<_>>()
    };
    let remark = RemarkRules::parse(&one("remark.toml"));
    let matching = rulebook::matching::read(&one("matching.toml"));
    let calendar = rulebook::calendar::read(&below("calendar/"));
    let banks = BankLayouts::from_files(&below("banks/"));
    let letters = LetterRules::parse(&below("letters/"));
    match (remark, matching, calendar, banks, letters) {
        (Ok(remark), Ok(matching), Ok(calendar), Ok(banks), Ok(letters)) => {
            Ok(Rules { files, remark, matching, calendar, banks, letters })
        }
        (remark, matching, calendar, banks, letters) => {
            let faults = [remark.err(), matching.err(), calendar.err(), banks.err(), letters.err()];
            Err(wrong(&files, faults.into_iter().flatten()))
        }
    }
}

/// Pairs each error with its file, to show the place.
fn wrong(files: &[RuleFile], faults: impl Iterator<Item = RuleError>) -> Failure {
    let file = |path: &str| files.iter().find(|file| file.path == path).cloned();
    Failure::Rules(
        faults
            .map(|fault| {
                let path = fault.path.clone();
                let file = file(&path).unwrap_or_else(|| RuleFile { path, text: String::new() });
                (file, fault)
            })
            .collect(),
    )
}

/// The built-in files with the centre's own in their place.
fn files(own: Option<&Path>) -> Result<Vec<RuleFile>, Failure> {
    let mut files = rulebook::shipped();
    let Some(folder) = own else { return Ok(files) };
    let mut found = Vec::new();
    walk(folder, "", &mut found).doing(|| format!("cannot read rules in {}", folder.display()))?;
    for file in found {
        match files.iter_mut().find(|shipped| shipped.path == file.path) {
            Some(shipped) => *shipped = file,
            // New banks, years and letters are a centre's to add; any other name is a slip.
            None if file.path.contains('/') => files.push(file),
            None => {
                let message = "no rule file has this name; a mistyped one would do nothing";
                let fault = file.error_at(0..0, message);
                return Err(Failure::Rules(vec![(file, fault)]));
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<RuleFile>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Editors leave hidden files and backups behind.
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
    let rules = load(&settings)?;
    let place =
        settings.rules.as_deref().map_or("built in".to_owned(), |dir| dir.display().to_string());
    eprintln!("{} rule files are in order ({place})", rules.files.len());
    Ok(Done::Fully)
}

/// `duizhang rules test`
pub(super) fn test(global: &Global) -> Result<Done, Failure> {
    let rules = load(&Settings::load(global)?)?;
    let report = examples::run(&rules);
    for fault in &report.faults {
        eprintln!("{fault}");
    }
    if report.faults.is_empty() {
        eprintln!("{} examples hold", report.run);
        return Ok(Done::Fully);
    }
    let wrong = report.faults.len();
    Err(Failure::BadRules(format!("{wrong} of {} examples do not hold", report.run)))
}
