//! `duizhang feed learn`: makes a layout for an unrecognised statement and proves it by the file's balances.
//!
//! Start at [`run`], the five steps. The meaning of columns comes from options or from answers ([`ask`]), else from
//! the headings. [`draft`] makes a layout, [`proof`] reads the whole file with it, [`example`] invents rows for it,
//! [`write`] formats it.
//!
//! Invariant: a layout is not written if the file's balances contradict it, its example fails, or it contains a
//! cell of the file's rows.

mod ask;
mod draft;
mod example;
mod form;
mod proof;
mod write;

use super::shown;
use crate::cli::args::{Global, LearnArgs, Role};
use crate::cli::failure::{Doing, Done, Failure};
use crate::cli::init::new_file;
use crate::cli::rules;
use crate::cli::settings::Settings;
use crate::feed::FeedError;
use crate::feed::outline::{Outline, outline};
use crate::rulebook::bank::Field;
use crate::rulebook::{RuleFile, Rulebook, shipped};
use draft::Draft;
use example::Example;
use proof::{Balances, Proof};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use write::Names;

/// Assumed currency until the rows say otherwise.
const USUAL_CURRENCY: &str = "CNY";

/// The input for a layout.
struct Lesson<'a> {
    args: &'a LearnArgs,
    settings: &'a Settings,
    outline: Outline,
    name: String,
}

/// A proved layout.
struct Learnt {
    draft: Draft,
    example: Example,
    proof: Proof,
    balances: Balances,
    rules: Rulebook,
    file: RuleFile,
}

pub(in crate::cli) fn run(global: &Global, args: &LearnArgs) -> Result<Done, Failure> {
    // 1. Read: header, headings, first rows.
    let mut settings = Settings::load(global)?;
    let folder = folder(&settings);
    let configured = settings.rules.is_some();
    // A missing folder has no rules.
    settings.rules = settings.rules.filter(|folder| folder.exists());
    let known = rules::load(&settings)?;
    let name = name(args, &known, &folder)?;
    let mut file = super::open(&args.file).map_err(|why| cannot(args, &why))?;
    let outline =
        outline(&mut file, &known.banks, args.header_line).map_err(|error| unread(args, &error))?;
    note!(
        global,
        "{}: headings on line {}, {} columns",
        args.file.display(),
        outline.line,
        outline.columns.len()
    );

    // 2. Take the meaning of columns from options, or ask.
    let said = said(args, &outline)?;

    // 3. Draft, and prove it by reading the whole file.
    let drafts = Draft::all(&outline, known.banks.headings(), args, &said)?;
    let lesson = Lesson { args, settings: &settings, outline, name };
    let learnt = lesson.prove(drafts)?;
    lesson.tell(global, &learnt);
    lesson.judge(&learnt)?;

    // 4. Run its example and all others; report which layouts it must precede.
    if let Some(fault) = rules::faults(&learnt.rules).into_iter().next() {
        return Err(Failure::BadRules(format!(
            "with this layout an example does not hold: {fault}"
        )));
    }
    for other in rules::taken_by(&learnt.rules, &lesson.name) {
        tell!(
            "it goes before the layout {other}, whose files have these columns too 将优先于格式 {other}"
        );
    }

    // 5. Write it.
    if global.dry_run {
        std::io::stdout().write_all(learnt.file.text.as_bytes())?;
        return Ok(done(&learnt));
    }
    let path = folder.join(&learnt.file.path);
    new_file(&path, &learnt.file.text)?;
    note!(
        global,
        "wrote {}; its example of {} invented rows holds",
        path.display(),
        learnt.example.rows
    );
    next(global, args, configured, &folder);
    Ok(done(&learnt))
}

const fn done(learnt: &Learnt) -> Done {
    if learnt.proof.rejected > 0 { Done::InputSetAside } else { Done::Fully }
}

fn cannot(args: &LearnArgs, why: &str) -> Failure {
    Failure::because(format!("cannot read {}: {why}", args.file.display()))
}

fn unread(args: &LearnArgs, error: &FeedError) -> Failure {
    cannot(args, &error.to_string())
}

/// The folder for the layout: the centre's rules, else `rules` beside its settings.
fn folder(settings: &Settings) -> PathBuf {
    let beside = settings.file.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    settings.rules.clone().unwrap_or_else(|| beside.unwrap_or_default().join("rules"))
}

/// The layout's name: as given, else from the file name; it must be unused.
fn name(args: &LearnArgs, known: &Rulebook, folder: &Path) -> Result<String, Failure> {
    let path = |name: &str| format!("banks/{name}.toml");
    let taken = |name: &str| {
        known.banks.iter().any(|layout| layout.id == name)
            || shipped().iter().any(|file| file.path == path(name))
            || folder.join(path(name)).exists()
    };
    if let Some(name) = &args.name {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(Failure::Usage(format!(
                "--name {name:?}: expected small letters, digits and hyphens"
            )));
        }
        if taken(name) {
            let sentence = format!(
                "there is a layout or file {name} already: give another --name, or take it away first"
            );
            return Err(Failure::Usage(sentence));
        }
        return Ok(name.clone());
    }
    let stem = args.file.file_stem().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let kept: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let kept = kept.trim_matches('-');
    // A file name may contain an account number, which must not get into a rule file.
    let digits = kept.bytes().filter(u8::is_ascii_digit).count();
    let stem = if kept.is_empty() || digits > 8 { "statement" } else { kept };
    let mut names =
        std::iter::once(stem.to_owned()).chain((2..).map(|number| format!("{stem}-{number}")));
    Ok(names.find(|name| !taken(name)).unwrap_or_default())
}

/// The stated meaning of columns, from options or a terminal.
fn said(args: &LearnArgs, outline: &Outline) -> Result<Vec<(Role, String)>, Failure> {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if args.yes || !args.column.is_empty() || !terminal {
        return Ok(args.column.clone());
    }
    let answered = ask::ask(outline, &mut std::io::stdin().lock(), &mut std::io::stderr());
    let answered = answered.doing(|| "cannot ask on the terminal".to_owned())?;
    answered.ok_or_else(|| {
        Failure::because("the answers ended before the last column; nothing is written")
    })
}

impl Lesson<'_> {
    /// Tries the drafts and takes the first that the balances prove, or the only one.
    fn prove(&self, drafts: Vec<Draft>) -> Result<Learnt, Failure> {
        let several = drafts.len() > 1;
        let mut only = None;
        for draft in drafts {
            match self.attempt(draft) {
                Ok(learnt) if learnt.balances.hold() => return Ok(learnt),
                other => only = only.or(Some(other)),
            }
        }
        match only {
            Some(tried) if !several => tried,
            _ => Err(Failure::Usage(
                "no balances prove which word of the direction is money in: say --credit WORDS and --debit WORDS".to_owned(),
            )),
        }
    }

    /// Reads the whole file with a draft.
    fn attempt(&self, mut draft: Draft) -> Result<Learnt, Failure> {
        let mut read = self.read(&draft, USUAL_CURRENCY)?;
        if is_swapped(&read.2, &self.outline, &draft) {
            draft.swap();
            read = self.read(&draft, USUAL_CURRENCY)?;
        }
        // The example must use the file's actual currency.
        let currency = read.2.currency.clone();
        if let Some(other) = currency.filter(|currency| currency != USUAL_CURRENCY) {
            read = self.read(&draft, &other)?;
        }
        let (file, rules, proof, example) = read;
        let balances = proof.balances();
        Ok(Learnt { draft, example, proof, balances, rules, file })
    }

    /// A draft's layout, the rules with it, and the result of reading the file.
    fn read(
        &self,
        draft: &Draft,
        currency: &str,
    ) -> Result<(RuleFile, Rulebook, Proof, Example), Failure> {
        let invented = Example::of(&self.outline, draft, currency);
        let example = invented.ok_or_else(|| {
            Failure::because("no rows could be invented that are not in the file")
        })?;
        let bank = self.args.bank.clone().unwrap_or_else(|| self.name.clone());
        let names = |proof: String| Names {
            id: self.name.clone(),
            bank_name: self.args.bank_name.clone().unwrap_or_else(|| bank.clone()),
            bank: bank.clone(),
            proof,
        };
        let file = |proof: String| RuleFile {
            path: format!("banks/{}.toml", self.name),
            text: write::text(&names(proof), &self.outline, draft, &example),
        };
        let rules = rules::with(self.settings, file(String::new()))?;
        let mut input = super::open(&self.args.file).map_err(|why| cannot(self.args, &why))?;
        let proof =
            Proof::of(&mut input, &rules.banks).map_err(|error| unread(self.args, &error))?;
        let Balances { tried, broken, .. } = proof.balances();
        let why = format!(
            "Its headings do not say by themselves what the columns hold. Learnt from {} rows; of {tried} steps of their balances {} hold.",
            proof.entries,
            tried - broken
        );
        Ok((file(why), rules, proof, example))
    }

    /// Prints the meaning of each column and the file's proof.
    fn tell(&self, global: &Global, learnt: &Learnt) {
        for line in shown::roles(&self.outline, &learnt.draft.roles, &learnt.draft.given) {
            note!(global, "{line}");
        }
        let Balances { tried, broken, lines } = &learnt.balances;
        let rows = learnt.proof.entries;
        if *tried == 0 {
            note!(
                global,
                "{rows} rows; no balances to prove them by 没有余额可核对, so look at the first ones:"
            );
            learnt.proof.first.iter().for_each(|row| note!(global, "    {row}"));
        } else if *broken == 0 {
            note!(global, "{rows} rows, {tried} steps of the balances, all hold 余额逐笔衔接");
        } else {
            let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
            tell!(
                "{rows} rows, {tried} steps of the balances, {broken} do not hold 余额不衔接, the first on line {}",
                lines.join(", ")
            );
        }
        if learnt.proof.rejected > 0 {
            tell!("{} rows cannot be read:", learnt.proof.rejected);
            learnt.proof.rejects.iter().for_each(|row| tell!("{}:{row}", self.args.file.display()));
        }
    }

    /// Refuses a layout that the file does not confirm.
    fn judge(&self, learnt: &Learnt) -> Result<(), Failure> {
        let Learnt { proof, balances, .. } = learnt;
        let refuse = |why: &str| Err(Failure::because(format!("{why}; nothing is written")));
        if proof.layout.as_deref() != Some(&self.name) {
            let first = proof.blocks.first().map_or(0, |block| block.line);
            return refuse(&format!(
                "the file's first header, on line {first}, is read in another way: say which line holds the headings with --header-line"
            ));
        }
        if proof.entries == 0 || proof.rejected > proof.entries {
            return refuse(
                "most rows cannot be read in this way: look at the columns, at --dates and at --amount",
            );
        }
        if balances.tried > 0 && balances.contradict() {
            return refuse(&format!(
                "the balances contradict it ({} of {} steps do not hold): look at which column is money in, money out and balance",
                balances.broken, balances.tried
            ));
        }
        Ok(())
    }
}

/// Whether the balances show that credit and debit are swapped.
fn is_swapped(proof: &Proof, outline: &Outline, draft: &Draft) -> bool {
    let read = |field: Field| {
        let heading = &outline.columns.get(draft.column(field)?)?.heading;
        let columns = proof.blocks.first()?.columns.iter();
        columns.filter(|column| column.heading == *heading).map(|column| column.reads).next()
    };
    read(Field::Credit) == Some(Field::Debit.code())
        && read(Field::Debit) == Some(Field::Credit.code())
}

fn next(global: &Global, args: &LearnArgs, configured: bool, folder: &Path) {
    if !configured {
        note!(
            global,
            "these rules are used once duizhang.toml says: rules = \"{}\"",
            folder.display()
        );
    }
    note!(
        global,
        "next: duizhang feed inspect {}, then put it into inbox/; what lies in quarantine/ is tried again by the next night",
        args.file.display()
    );
}
