//! `duizhang migrate`: copies a centre from one database to another and proves them equal. `duizhang distribute`:
//! the statements that distribute the tables over a cluster.

use super::args::{DistributeArgs, Global, MigrateArgs};
use super::failure::{Done, Failure};
use super::progress::Progress;
use super::rows::{Column, Printer, Value};
use super::settings::Settings;
use crate::store::Store;

type Table = (&'static str, u64);

const COLUMNS: &[Column<Table>] = &[
    Column { key: "table", heading: "table", value: |row| Value::text(row.0) },
    Column { key: "rows", heading: "rows", value: |row| Value::count(row.1) },
];

/// `duizhang migrate --from … --to …`
pub(super) fn migrate(global: &Global, args: &MigrateArgs) -> Result<Done, Failure> {
    let settings = Settings::load(global)?;
    let code = &settings.centre.code;
    let from = Store::open(&args.from, code, false)?;
    let audit = from.audit()?;
    if let Some(gap) = audit.gaps.first() {
        return Err(Failure::because(format!(
            "the books to move are not whole: {gap}; `duizhang audit --database {}` tells all",
            from.shown()
        )));
    }
    if global.dry_run {
        note!(global, "dry run: the books in {} are whole and would be copied", from.shown());
        return Ok(Done::Fully);
    }
    let to = Store::open(&args.to, code, true)?;
    let progress = Progress::start(global, "copying");
    let copied = from.copy_into(&to)?;
    progress.say("proving that both are equal");
    let (digest, other) = (from.digest()?, to.digest()?);
    let gaps = to.audit()?.gaps;
    drop(progress);
    Printer::print(settings.format, COLUMNS, copied.tables)?;
    let same_history = from.history_digest()? == to.history_digest()?;
    if digest != other || !same_history || !gaps.is_empty() {
        return Err(Failure::because(format!(
            "the copy in {} is not what it was copied from; do not use it",
            to.shown()
        )));
    }
    note!(global, "copied from {} to {}; digest {digest} on both", from.shown(), to.shown());
    note!(global, "next: name the new database in duizhang.toml, and keep the old one until then");
    Ok(Done::Fully)
}

/// `duizhang distribute [--run]`
pub(super) fn distribute(global: &Global, args: &DistributeArgs) -> Result<Done, Failure> {
    struct Statement(String);
    const COLUMNS: &[Column<Statement>] =
        &[Column { key: "statement", heading: "statement", value: |row| Value::text(&row.0) }];
    let settings = Settings::load(global)?;
    let statements = crate::store::distribution();
    if args.run && !global.dry_run {
        let store = Store::of_all_centres(&settings.database, true)?;
        store.distribute()?;
        note!(global, "{} tables are placed by centre", statements.len());
        return Ok(Done::Fully);
    }
    Printer::print(settings.format, COLUMNS, statements.into_iter().map(Statement))?;
    Ok(Done::Fully)
}
