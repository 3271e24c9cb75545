//! `duizhang import`: the centre's lists, all of them or nothing.
//!
//! Every file is read and checked before the first is stored; what is wrong in any of them is
//! printed as `file:line:column: …`, and nothing of any is taken in.

use super::args::{Global, ImportArgs, ListKind};
use super::centre::Centre;
use super::failure::{Doing, Done, Failure};
use super::problems;
use super::progress::Progress;
use super::rows::{Column, Printer, Value};
use crate::import::{self, EmployeeRow, EmployerRow, ImportError, List, Note};
use crate::remittance::{CollectionAccount, PaymentNotice};
use crate::store::{Imported, UnknownEmployer};

/// A list that was read whole.
enum Read {
    Accounts(List<CollectionAccount>),
    Employers(List<EmployerRow>),
    Employees(List<EmployeeRow>),
    Notices(List<PaymentNotice>),
}

/// What became of a file.
struct Outcome {
    file: String,
    encoding: &'static str,
    imported: Imported,
}

const COLUMNS: &[Column<Outcome>] = &[
    Column { key: "file", heading: "file", value: |row| Value::text(&row.file) },
    Column { key: "encoding", heading: "encoding", value: |row| Value::text(row.encoding) },
    Column { key: "added", heading: "added", value: |row| Value::count(row.imported.added) },
    Column { key: "changed", heading: "changed", value: |row| Value::count(row.imported.changed) },
    Column {
        key: "unchanged",
        heading: "unchanged",
        value: |row| Value::count(row.imported.unchanged),
    },
];

pub(super) fn run(global: &Global, args: &ImportArgs) -> Result<Done, Failure> {
    if args.errors.is_some() && args.files.len() > 1 {
        return Err(Failure::Usage("--errors writes one sheet back; give one file".to_owned()));
    }
    let centre = Centre::write(global)?;
    let progress = Progress::start(global, "reading");
    let mut lists = Vec::new();
    let mut wrong = 0;
    for path in &args.files {
        let bytes = std::fs::read(path).doing(|| format!("cannot read {}", path.display()))?;
        match read(args.list, &bytes) {
            Ok(list) => {
                problems::tell_notes(path, list.notes());
                lists.push((path, list));
            }
            Err(errors) => {
                wrong += errors.len();
                problems::tell(centre.settings.format, path, &errors)?;
                if let Some(to) = &args.errors {
                    problems::write_back(to, &bytes, &errors)?;
                }
            }
        }
    }
    if wrong > 0 {
        let files = if args.files.len() == 1 { "the file" } else { "the files" };
        return Err(Failure::because(format!("{wrong} errors; nothing of {files} was imported")));
    }
    progress.say("storing");
    let mut outcomes = Vec::new();
    for (path, list) in lists {
        let encoding = list.encoding();
        let imported = list.store(&centre).doing(|| format!("cannot import {}", path.display()))?;
        outcomes.push(Outcome { file: path.display().to_string(), encoding, imported });
    }
    drop(progress);
    if centre.is_rehearsal() {
        note!(global, "dry run: nothing was written");
    }
    Printer::print(centre.settings.format, COLUMNS, outcomes)?;
    Ok(Done::Fully)
}

fn read(kind: ListKind, bytes: &[u8]) -> Result<Read, Vec<ImportError>> {
    Ok(match kind {
        ListKind::Accounts => Read::Accounts(import::accounts(bytes)?),
        ListKind::Employers => Read::Employers(import::employers(bytes)?),
        ListKind::Employees => Read::Employees(import::employees(bytes)?),
        ListKind::Notices => Read::Notices(import::notices(bytes)?),
    })
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

    fn store(self, centre: &Centre) -> Result<Imported, crate::store::StoreError> {
        match self {
            Self::Accounts(list) => {
                let imported = centre.store.import_accounts(&list.rows)?;
                make_inboxes(centre, &list.rows);
                Ok(imported)
            }
            Self::Employers(list) => centre.store.import_employers(&list.rows),
            Self::Employees(list) => centre.store.import_employees(&list.rows),
            Self::Notices(mut list) => {
                let imported = centre.store.import_notices(&mut list.rows)?;
                tell_unknown(&centre.store.unknown_employers(&list.rows)?);
                Ok(imported)
            }
        }
    }
}

/// How many employers are told by name before a count.
const TOLD_BY_NAME: usize = 10;

/// Tells whose notices can settle while nobody can be written to.
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

/// Makes `inbox/<account>/` for each account, where there is an inbox.
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
