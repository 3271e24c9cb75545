//! `duizhang alert`: letters, the outbox, and employers' addresses.

use super::AsOf;
use super::held::{DropArgs, HoldArgs, ReleaseArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum AlertCommand {
    /// Show the letters that a night has put into the outbox, or a sample of any kind
    #[command(after_help = "Examples:\n  duizhang alert preview --employer E1\n  \
        duizhang alert preview --sample reminder\n  \
        duizhang alert preview --sample paper --html > letter.html\n  \
        duizhang alert preview 3f2a90 --out letter.eml")]
    Preview(PreviewArgs),
    /// List letters that wait for a person, or hold letters that wait to be sent
    #[command(
        after_help = "Examples:\n  duizhang alert hold\n  duizhang alert hold --format csv\n  \
        duizhang alert hold --night 2026-05-12 --by 017 --note 'file looks wrong'\n\n\
        A night whose letters are not like other nights' (rules/letters/brake.toml) holds all of them:\n\
        nothing is sent or printed until somebody has released or dropped them."
    )]
    Hold(HoldArgs),
    /// List whom to call: what is still open after the last reminder
    #[command(
        after_help = "Examples:\n  duizhang alert calls\n  duizhang alert calls --format csv\n  \
        duizhang alert calls --done 2105400000000000011/S1 --by 017 --note 'they send the notice number'"
    )]
    Calls(CallsArgs),
    /// Let held letters go, as they were written
    #[command(after_help = "Examples:\n  duizhang alert release 3f2a90 --by 017\n  \
        duizhang alert release --night 2026-05-12 --by 017\n  duizhang alert release --all --by 017\n\n\
        One that is no longer true of the books does not go; the next night tells what is so by then.")]
    Release(ReleaseArgs),
    /// Take held letters away: what they tell counts as not told
    #[command(
        after_help = "Example:\n  duizhang alert drop --file 0512.csv --by 017 --note 'the bank left out the remarks'\n\n\
        Later nights tell what still hangs by then."
    )]
    Drop(DropArgs),
    /// Send every letter that is due over the mail server in duizhang.toml
    #[command(after_help = "Examples:\n  duizhang alert send\n  duizhang alert send --dry-run\n\n\
        May run at any time, also twice at once: no letter is ever in two senders' hands. What the\n\
        server does not take now is tried again after a growing pause by the next run. Ends with 1\n\
        where the server cannot be used at all; the letters then wait. Outside the window of\n\
        duizhang.toml letters to employers wait too.")]
    Send {
        /// Also outside the hours in which mail goes out
        #[arg(long)]
        now: bool,
    },
    /// Count the letters in the outbox by state, or how those of each run or domain fared
    #[command(
        after_help = "Examples:\n  duizhang alert status\n  duizhang alert status --by domain\n  \
        duizhang alert status --by run --format csv"
    )]
    Status(StatusArgs),
    /// List letters and where each stands
    #[command(after_help = "Example:\n  duizhang alert list --state refused")]
    List(OutboxArgs),
    /// Send letters again that came back, were refused, given up, or are of unknown fate
    #[command(after_help = "Examples:\n  duizhang alert retry 3f2a90\n  \
        duizhang alert retry --state refused\n\n\
        Where the employer has another address by now, the letter goes there, as a letter of its own;\n\
        where it has none that takes letters, it is printed.")]
    Retry(OutboxArgs),
    /// Send letters no more that are still waiting
    GiveUp(OutboxArgs),
    /// Read what came back from an mbox file, a Maildir or single messages, or list what waits for a person
    #[command(after_help = "Examples:\n  duizhang alert bounces /var/mail/gjj\n  \
        duizhang alert bounces ~/Maildir\n  duizhang alert bounces --list\n  \
        duizhang alert bounces --done 3f2a90\n\n\
        Reports of failure make their letters come back. Answers, complaints and what was not understood\n\
        are kept and wait. A shared address that letters came back from waits too: --done keeps it in\n\
        use, --block blocks it for all its employers.")]
    Bounces(BouncesArgs),
    /// Show how employers get their letters, or set it for one
    #[command(after_help = "Examples:\n  duizhang alert employer\n  \
        duizhang alert employer E1 --address agent@example.com --by 017\n  \
        duizhang alert employer E1 --rhythm weekly\n  \
        duizhang alert employer E1 --ask agent@example.com")]
    Employer(EmployerArgs),
    /// Lift the blocks on many addresses, such as those of a server that was wrong about them
    #[command(after_help = "Examples:\n  duizhang alert unblock --status 5.4.1 --dry-run\n  \
        duizhang alert unblock --status 5.4.1 --by 017\n  \
        duizhang alert unblock agent@example.com --by 017")]
    Unblock(UnblockArgs),
    /// Send a plain letter that says that it is a test, and show what the server answered at each step
    #[command(after_help = "Example:\n  duizhang alert test gjj@example.com\n\n\
        Nothing goes into the outbox. Ends with 1 where the server did not take it.")]
    Test {
        /// Where to; a mailbox of one's own
        #[arg(value_name = "MAIL")]
        address: String,
    },
    /// Believe the address whose confirming link holds this token
    Confirm {
        /// The token, as it stands in the link
        token: String,
    },
}

#[derive(Args, Debug)]
pub(in crate::cli) struct StatusArgs {
    /// How the letters of each run, or to each domain, fared
    #[arg(long, value_parser = ["run", "domain"])]
    pub(in crate::cli) by: Option<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct UnblockArgs {
    /// These addresses alone
    #[arg(value_name = "MAIL", required_unless_present_any = ["status", "domain"])]
    pub(in crate::cli) addresses: Vec<String>,
    /// Blocked for this status, such as 5.4.1
    #[arg(long, value_name = "STATUS")]
    pub(in crate::cli) status: Option<String>,
    /// Of this domain
    #[arg(long, value_name = "DOMAIN")]
    pub(in crate::cli) domain: Option<String>,
    /// Who decided it
    #[arg(long, value_name = "WHO", required_unless_present = "dry_run")]
    pub(in crate::cli) by: Option<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct PreviewArgs {
    /// One letter: the eight digits that an employer reads out, or the beginning of its id
    #[arg(value_name = "LETTER", conflicts_with_all = ["employer", "sample"])]
    pub(in crate::cli) letter: Option<String>,
    /// The file to write it into: .eml as it was sent, or .html to print; none is overwritten
    #[arg(long, value_name = "FILE", requires = "letter")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Only to this employer, with the whole letter
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) employer: Option<String>,
    /// A sample with invented content instead: what the rules in use would make of it
    #[arg(long, value_name = "KIND", conflicts_with = "employer")]
    #[arg(value_parser = ["digest", "reminder", "unfinished", "settled", "advice", "parts", "taken-back", "reopened", "paper", "arrears", "summary", "alarm", "confirm"])]
    pub(in crate::cli) sample: Option<String>,
    /// The page instead of the plain text
    #[arg(long)]
    pub(in crate::cli) html: bool,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct BouncesArgs {
    /// An mbox file, a Maildir, or a message
    #[arg(value_name = "FILE", required_unless_present_any = ["list", "done", "block"])]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// List what was kept and waits for a person
    #[arg(long, conflicts_with_all = ["files", "done", "block"])]
    pub(in crate::cli) list: bool,
    /// With what was dealt with, too
    #[arg(long, requires = "list")]
    pub(in crate::cli) all: bool,
    /// These messages are dealt with, each by the beginning of its number
    #[arg(long, value_name = "MESSAGE", num_args = 1.., conflicts_with = "files")]
    pub(in crate::cli) done: Vec<String>,
    /// Block the shared addresses that these are about
    #[arg(long, value_name = "MESSAGE", num_args = 1.., conflicts_with_all = ["files", "done"])]
    pub(in crate::cli) block: Vec<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct OutboxArgs {
    /// Letters, each by its number or the beginning of its id
    #[arg(value_name = "LETTER")]
    pub(in crate::cli) letters: Vec<String>,
    /// Only in this state
    #[arg(long, value_parser = ["waiting", "sending", "sent", "returned", "refused", "given-up", "unknown", "printed", "filed", "held", "dropped"])]
    pub(in crate::cli) state: Option<String>,
    /// Only to this employer
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) employer: Option<String>,
    /// Only those that went, or go, this way
    #[arg(long, value_parser = ["mail", "sms", "inbox", "paper"])]
    pub(in crate::cli) channel: Option<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct CallsArgs {
    /// Somebody was called about this item
    #[arg(long, value_name = "ITEM", requires = "by", requires = "note")]
    pub(in crate::cli) done: Option<String>,
    /// Who called
    #[arg(long, value_name = "WHO", requires = "done")]
    pub(in crate::cli) by: Option<String>,
    /// What came of it
    #[arg(long, value_name = "TEXT", requires = "done")]
    pub(in crate::cli) note: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct EmployerArgs {
    /// The employer [default: all]
    pub(in crate::cli) employer: Option<String>,
    /// Only those that no mail reaches although something stands where their address should
    #[arg(long, conflicts_with = "employer")]
    pub(in crate::cli) unreached: bool,
    /// The address that staff have from the employer itself; lifts a block on it
    #[arg(long, value_name = "MAIL", requires = "by", requires = "employer")]
    pub(in crate::cli) address: Option<String>,
    /// Who entered the address
    #[arg(long, value_name = "WHO")]
    pub(in crate::cli) by: Option<String>,
    /// Write to this address and ask whether it is the employer's
    #[arg(long, value_name = "MAIL", requires = "employer", conflicts_with = "address")]
    pub(in crate::cli) ask: Option<String>,
    /// How often: immediate, weekly (on Mondays) or none
    #[arg(long, value_parser = ["immediate", "weekly", "none"], requires = "employer")]
    pub(in crate::cli) rhythm: Option<String>,
    /// Whether its letters go in one mail with those of other employers at the same address that want it so
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"], requires = "employer")]
    pub(in crate::cli) together: Option<String>,
    /// By which ways letters of a kind go (suspense, advice, arrears): the first of mail, sms and paper that reaches the
    /// employer; inbox is beside them. KIND= alone is as for everybody
    #[arg(long, value_name = "KIND=WAY,…", requires = "employer")]
    pub(in crate::cli) channel: Vec<String>,
}
