//! `duizhang import`: imports the centre's lists, all or none, and `import undo`.
//!
//! Every file is read and checked before the first is stored. Errors are printed as `file:line:column: …`, and then
//! no file is imported. Conflicts with stored data are printed the same way, and then that file is not imported.
//! [`told`] prints the changes.

mod told;

use super::args::{Format, Global, ImportArgs, ImportCommand, ImportUndoArgs};
use super::centre::Centre;
use super::clock;
use super::failure::{Doing, Done, Failure};
use super::problems;
use super::progress::Progress;
use super::rows::{Column, Printer, Value};
use crate::import::{self, EmployeeRow, EmployerRow, ImportError, List, Note};
use crate::nightly::shown_path;
use crate::remittance::{Bilingual, CollectionAccount, PaymentNotice};
use crate::store::{
    ImportOrder, ImportOrigin, ImportUndone, ImportedList, ListImport, ListRows, StoreError,
    StoreRefusal, UnfitRow, UnknownEmployer,
};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

/// A fully read list.
enum Read {
    Accounts(List<CollectionAccount>),
    Employers(List<EmployerRow>),
    Employees(List<EmployeeRow>),
    Notices(List<PaymentNotice>),
}

/// The result of a file.
struct Outcome {
    file: String,
    encoding: &'static str,
    done: ListImport,
}

const COLUMNS: &[Column<Outcome>] = &[
    Column { key: "file", heading: "file", value: |row| Value::text(&row.file) },
    Column { key: "encoding", heading: "encoding", value: |row| Value::text(row.encoding) },
    Column { key: "added", heading: "added", value: |row| Value::count(row.done.imported.added) },
    Column {
        key: "changed",
        heading: "changed",
        value: |row| Value::count(row.done.imported.changed),
    },
    Column {
        key: "unchanged",
        heading: "unchanged",
        value: |row| Value::count(row.done.imported.unchanged),
    },
    Column { key: "kept", heading: "kept", value: |row| Value::count(row.done.imported.kept) },
    Column {
        key: "missing",
        heading: "missing",
        value: |row| Value::count(row.done.imported.missing),
    },
    Column {
        key: "import",
        heading: "import",
        value: |row| Value::maybe(row.done.import_id.as_deref()),
    },
];

const UNDONE: &[Column<ImportUndone>] = &[
    Column { key: "import", heading: "import", value: |row| Value::text(&row.import_id) },
    Column { key: "list", heading: "list", value: |row| Value::text(row.list.code()) },
    Column { key: "file", heading: "file", value: |row| Value::text(&row.file) },
    Column { key: "removed", heading: "removed", value: |row| Value::count(row.removed) },
    Column { key: "restored", heading: "restored", value: |row| Value::count(row.restored) },
];

pub(super) fn run(global: &Global, command: &ImportCommand) -> Result<Done, Failure> {
    match command {
        ImportCommand::Accounts(args) => lists(global, ImportedList::Accounts, args),
        ImportCommand::Employers(args) => lists(global, ImportedList::Employers, args),
        ImportCommand::Employees(args) => lists(global, ImportedList::Employees, args),
        ImportCommand::Notices(args) => lists(global, ImportedList::Notices, args),
        ImportCommand::Undo(args) => undo(global, args),
    }
}

fn lists(global: &Global, list: ImportedList, args: &ImportArgs) -> Result<Done, Failure> {
    if args.errors.is_some() && args.files.len() > 1 {
        return Err(Failure::Usage("--errors writes one sheet back; give one file".to_owned()));
    }
    let centre = Centre::write(global)?;
    let progress = Progress::start(global, "reading");
    let mut lists = Vec::new();
    let mut wrong = 0;
    for path in &args.files {
        let bytes = std::fs::read(path).doing(|| format!("cannot read {}", path.display()))?;
        match read(list, &bytes) {
            Ok(list) => {
                problems::tell_notes(path, list.notes());
                let sha256 = hex::encode(Sha256::digest(&bytes));
                let bytes = if args.errors.is_some() { bytes } else { Vec::new() };
                lists.push((Source { path, bytes, errors: args.errors.as_deref() }, sha256, list));
            }
            Err(errors) => {
                wrong += errors.len();
                let source = Source { path, bytes, errors: args.errors.as_deref() };
                source.tell(centre.settings.format, &errors)?;
            }
        }
    }
    if wrong > 0 {
        let files = if args.files.len() == 1 { "the file" } else { "the files" };
        return Err(Failure::because(format!("{wrong} errors; nothing of {files} was imported")));
    }
    progress.say("storing");
    let mut outcomes = Vec::new();
    for (source, sha256, list) in lists {
        let encoding = list.encoding();
        let file = shown_path(source.path);
        let by = args.by.clone();
        // With a given day the result does not depend on the clock.
        let at = clock::moment(args.as_of).at;
        let origin = ImportOrigin { file: file.clone(), sha256, by, at };
        let order = ImportOrder {
            policy: Arc::new(centre.rules.policy.clone()),
            list_day: args.as_of.unwrap_or_else(clock::today),
            full: args.full,
            origin: Some(origin),
        };
        let done = list.store(&centre, &order, &source)?;
        outcomes.push(Outcome { file, encoding, done });
    }
    drop(progress);
    said(global, &centre, outcomes)
}

/// Prints the results of the files: counts, then changes.
fn said(global: &Global, centre: &Centre, outcomes: Vec<Outcome>) -> Result<Done, Failure> {
    let format = centre.settings.format;
    let imports: Vec<(String, String)> = outcomes
        .iter()
        .filter_map(|one| Some((one.file.clone(), one.done.import_id.clone()?)))
        .collect();
    let for_programs = match format {
        Format::Table => false,
        Format::Json | Format::Csv | Format::Spreadsheet => true,
    };
    for one in &outcomes {
        if !for_programs {
            told::people(global, centre, one)?;
        }
        told::end(global, centre, one);
    }
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    // CSV can have only one kind of row.
    if matches!(format, Format::Table | Format::Json) {
        Printer::print(format, COLUMNS, outcomes)?;
    }
    if for_programs {
        told::programs(centre, &imports)?
    }
    Ok(Done::Fully)
}

fn undo(global: &Global, args: &ImportUndoArgs) -> Result<Done, Failure> {
    let centre = Centre::write(global)?;
    let undone = centre.store.undo_import(&args.import, args.by.as_deref(), clock::now())?;
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    Printer::print(centre.settings.format, UNDONE, [undone])?;
    Ok(Done::Fully)
}

fn read(list: ImportedList, bytes: &[u8]) -> Result<Read, Vec<ImportError>> {
    Ok(match list {
        ImportedList::Accounts => Read::Accounts(import::accounts(bytes)?),
        ImportedList::Employers => Read::Employers(import::employers(bytes)?),
        ImportedList::Employees => Read::Employees(import::employees(bytes)?),
        ImportedList::Notices => Read::Notices(import::notices(bytes)?),
    })
}

/// A file with a list, to show errors at their place.
struct Source<'a> {
    path: &'a Path,
    /// Its content, kept in case it must be written back.
    bytes: Vec<u8>,
    /// Where to write it back.
    errors: Option<&'a Path>,
}

impl Source<'_> {
    /// Prints all errors, and writes the sheet back with them if requested.
    fn tell(&self, format: Format, errors: &[ImportError]) -> Result<(), Failure> {
        problems::tell(format, self.path, errors)?;
        match self.errors {
            Some(to) => problems::write_back(to, &self.bytes, errors),
            None => Ok(()),
        }
    }
}

impl Read {
    fn notes(&self) -> &[Note] {
        match self {
            Self::Accounts(list) => &list.notes,
            Self::Employers(list) => &list.notes,
            Self::Employees(list) => &list.notes,
            Self::Notices(list) => &list.notes,
        }
    }

    fn encoding(&self) -> &'static str {
        match self {
            Self::Accounts(list) => list.encoding.name(),
            Self::Employers(list) => list.encoding.name(),
            Self::Employees(list) => list.encoding.name(),
            Self::Notices(list) => list.encoding.name(),
        }
    }

    fn store(
        mut self,
        centre: &Centre,
        order: &ImportOrder,
        source: &Source<'_>,
    ) -> Result<ListImport, Failure> {
        if let Self::Notices(list) = &mut self {
            list.sort_by_key(|notice| notice.reference);
        }
        let done = match centre.store.import_list(&self.rows(), order) {
            Err(StoreError::Refused(StoreRefusal::List(unfit))) => {
                let errors = self.errors(unfit);
                source.tell(centre.settings.format, &errors)?;
                let count = errors.len();
                let why = format!("{count} errors; nothing of the file was imported");
                return Err(Failure::because(why));
            }
            done => done.doing(|| format!("cannot import {}", source.path.display()))?,
        };
        match &self {
            Self::Accounts(list) => make_inboxes(centre, &list.rows),
            Self::Notices(list) => tell_unknown(&centre.store.unknown_employers(&list.rows)?),
            Self::Employers(_) | Self::Employees(_) => {}
        }
        Ok(done)
    }

    fn rows(&self) -> ListRows<'_> {
        match self {
            Self::Accounts(list) => ListRows::Accounts(&list.rows),
            Self::Employers(list) => ListRows::Employers(&list.rows),
            Self::Employees(list) => ListRows::Employees(&list.rows),
            Self::Notices(list) => {
                ListRows::Notices { rows: &list.rows, status: list.has("status") }
            }
        }
    }

    /// The rows that conflict with stored data, with their place in the file.
    fn errors(&self, unfit: Vec<UnfitRow>) -> Vec<ImportError> {
        let error = |one: UnfitRow| {
            let said = Bilingual::of(&one.why);
            match self {
                Self::Accounts(list) => list.unfit(one.row, one.field, &one.found, said),
                Self::Employers(list) => list.unfit(one.row, one.field, &one.found, said),
                Self::Employees(list) => list.unfit(one.row, one.field, &one.found, said),
                Self::Notices(list) => list.unfit(one.row, one.field, &one.found, said),
            }
        };
        let mut errors: Vec<ImportError> = unfit.into_iter().map(error).collect();
        errors.sort_by_key(|error| (error.line, error.column));
        errors
    }
}

/// Employers named before only counting.
const TOLD_BY_NAME: usize = 10;

/// Reports notices that can settle although their employer has no contact data.
fn tell_unknown(unknown: &[UnknownEmployer]) {
    for UnknownEmployer { employer_id, first, notices } in unknown.iter().take(TOLD_BY_NAME) {
        let more = match notices - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        tell!(
            "employer {employer_id} of notice {first}{more} is not known: it can settle, nobody can be \
             written to"
        );
    }
    if let Some(rest) = unknown.get(TOLD_BY_NAME..).filter(|rest| !rest.is_empty()) {
        let notices: u64 = rest.iter().map(|employer| employer.notices).sum();
        tell!("and {} more employers of {notices} notices are not known", rest.len());
    }
}

/// Creates `inbox/<account>/` for each account, if there is an inbox.
fn make_inboxes(centre: &Centre, accounts: &[CollectionAccount]) {
    if centre.is_rehearsal() || !centre.settings.inbox.is_dir() {
        return;
    }
    for account in accounts {
        let folder = centre.settings.inbox.join(&account.account_no);
        if let Err(error) = std::fs::create_dir_all(&folder) {
            tell!("warning: cannot make {}: {error}", folder.display());
        }
    }
}
