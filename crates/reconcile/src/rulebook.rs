//! Rules are data: `rules/*.toml` become typed rules, or an error that names file, line and column.
//!
//! Start at [`Rulebook::read`]. A [`RuleFile`] is a name and a text. The shipped texts are compiled in ([`shipped`]); a
//! centre's own `rules/` replaces them file by file and is read by the shell, never here. Each kind of rule has its own
//! module below, which parses and checks a file.
//!
//! Invariant: an unknown key, table or name is an error; no part of a rule file is ignored.

pub mod brake;
pub mod calendar;
pub mod desk;
pub mod letter;
pub mod login;
pub mod matching;
pub mod policy;
pub mod remark;
pub mod returned;
pub mod servers;
mod shipped;

pub use shipped::shipped;
pub use statement::rules::{RuleError, RuleFile, bank, field, headings};

use crate::calendar::WorkingDays;

/// All rules of a centre, checked.
#[derive(Clone, Debug)]
pub struct Rulebook {
    pub remark: remark::RemarkRules,
    pub matching: matching::MatchingRules,
    pub calendar: WorkingDays,
    pub banks: bank::BankLayouts,
    pub letters: letter::LetterRules,
    pub brake: brake::BrakeRules,
    pub policy: remittance::Policy,
    pub desk: desk::DeskRules,
    pub login: login::LoginRules,
    pub returned: returned::ReturnedWords,
    pub servers: servers::ServerRules,
}

impl Rulebook {
    /// Checks the shipped rules, with a centre's own files replacing those of the same path.
    ///
    /// # Errors
    /// One [`RuleError`] for each part of the rules with an error: its first one.
    pub fn read(own: Vec<RuleFile>) -> Result<Self, Vec<RuleError>> {
        let files = overlaid(own);
        let file = |path: &str| named(&files, path);
        let mut sentences = below(&files, "letters/");
        sentences.retain(|file| file.path != brake::SHIPPED.0);
        let banks = bank::BankLayouts::from_files(&file("headings.toml"), &below(&files, "banks/"));
        let mut errors = Vec::new();
        let remark = kept(remark::RemarkRules::parse(&file("remark.toml")), &mut errors);
        let matching = kept(matching::read(&file("matching.toml")), &mut errors);
        let calendar = kept(calendar::read(&below(&files, "calendar/")), &mut errors);
        let banks = kept(banks, &mut errors);
        let letters = kept(letter::LetterRules::parse(&sentences), &mut errors);
        let brake = kept(brake::read(&file(brake::SHIPPED.0)), &mut errors);
        let policy = kept(policy::read(&file("policy.toml")), &mut errors);
        let desk = kept(desk::read(&file("desk.toml")), &mut errors);
        let login = kept(login::read(&file("login.toml")), &mut errors);
        let returned = kept(returned::read(&file("returned.toml")), &mut errors);
        let servers = kept(servers::read(&file("servers.toml")), &mut errors);
        errors.extend(files.iter().filter_map(unexpected));
        let book = || {
            let calendar = calendar?;
            let open_days = policy::open_days(&calendar);
            Some(Self {
                remark: remark?,
                matching: matching?,
                calendar,
                banks: banks?,
                letters: letters?,
                brake: brake?,
                policy: remittance::Policy { open_days, ..policy? },
                desk: desk?,
                login: login?,
                returned: returned?,
                servers: servers?,
            })
        };
        book().filter(|_| errors.is_empty()).ok_or(errors)
    }
}

/// The parsed file; an error is added to the list.
fn kept<T>(read: Result<T, RuleError>, errors: &mut Vec<RuleError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

/// The shipped files, each replaced by the centre's own of that path, then the centre's other files.
fn overlaid(own: Vec<RuleFile>) -> Vec<RuleFile> {
    let mut files = shipped();
    for file in own {
        match files.iter_mut().find(|known| known.path == file.path) {
            Some(known) => *known = file,
            None => files.push(file),
        }
    }
    files
}

/// The files below a folder.
fn below(files: &[RuleFile], folder: &str) -> Vec<RuleFile> {
    files.iter().filter(|file| file.path.starts_with(folder)).cloned().collect()
}

/// The file of a path; an empty one if there is none.
fn named(files: &[RuleFile], path: &str) -> RuleFile {
    let missing = || RuleFile { path: path.to_owned(), text: String::new() };
    files.iter().find(|file| file.path == path).cloned().unwrap_or_else(missing)
}

/// An error for a file that no part of the rules uses.
fn unexpected(file: &RuleFile) -> Option<RuleError> {
    let folders = ["banks/", "calendar/", "letters/"];
    let known = shipped().iter().any(|shipped| shipped.path == file.path)
        || folders.iter().any(|folder| file.path.starts_with(folder));
    (!known).then(|| file.error_at(0..0, "no rule is read from a file of this name"))
}
