//! `duizhang report`: writes the morning report as files for people and programs.
//!
//! Four files with one name: HTML to read, XLSX and CSV to sort and filter, JSON for programs. Each is written
//! under a temporary name and renamed, so that nobody opens half a report.

use super::args::{Global, ReportArgs};
use super::centre::Centre;
use super::failure::{Doing, Done, Failure};
use crate::durable::Unfinished;
use crate::remittance::Language;
use crate::report::{Report, csv, html, json};
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub(super) fn run(global: &Global, args: &ReportArgs) -> Result<Done, Failure> {
    let centre = Centre::read(global)?;
    let as_of = centre.night(&args.as_of)?;
    let report = centre.report(as_of)?;
    let folder = args.out.as_deref().unwrap_or(&centre.settings.reports);
    if global.dry_run {
        note!(
            global,
            "dry run: would write {}",
            stem(folder, &report).with_extension("html").display()
        );
        return Ok(Done::Fully);
    }
    for path in write(folder, &report, centre.settings.language())? {
        println(&path)?;
    }
    Ok(Done::Fully)
}

/// Prints a path as data, one per line.
fn println(path: &Path) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{}", path.display())?)
}

/// Writes a report in all formats; returns their paths, the page first.
pub(super) fn write(
    folder: &Path,
    report: &Report,
    language: Language,
) -> Result<Vec<PathBuf>, Failure> {
    std::fs::create_dir_all(folder).doing(|| format!("cannot make {}", folder.display()))?;
    let stem = stem(folder, report);
    let options = html::Options { language, ..html::Options::default() };
    // One thread per format: with sixty thousand items in suspense they take seconds.
    std::thread::scope(|scope| {
        let stem = &stem;
        let forms = [
            scope.spawn(move || {
                one(stem.with_extension("html"), |out| Ok(html::write(report, options, out)?))
            }),
            scope.spawn(move || {
                one(stem.with_extension("xlsx"), |out| {
                    Ok(crate::report::xlsx::write(report, language, out)?)
                })
            }),
            scope.spawn(move || {
                one(stem.with_extension("csv"), |out| Ok(csv::write(report, language, out)?))
            }),
            scope.spawn(move || {
                one(stem.with_extension("json"), |out| Ok(json::write(report, out)?))
            }),
        ];
        let died = || Failure::because("a thread that writes the report died");
        forms.into_iter().map(|form| form.join().unwrap_or_else(|_| Err(died()))).collect()
    })
}

/// Whether a report of this day exists in any format.
pub(super) fn stands(folder: &Path, report: &Report) -> bool {
    let stem = stem(folder, report);
    ["html", "xlsx", "csv", "json"].iter().any(|form| stem.with_extension(form).exists())
}

fn stem(folder: &Path, report: &Report) -> PathBuf {
    folder.join(format!("suspense-{}", report.as_of))
}

fn one(
    path: PathBuf,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Box<dyn Error + Send + Sync>>,
) -> Result<PathBuf, Failure> {
    Unfinished::begin(&path)
        .map_err(Into::into)
        .and_then(|file| file.finish(write))
        .doing(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}
