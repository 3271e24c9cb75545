//! `duizhang alert`: letters, the outbox, and whom letters go to.

use super::AsOf;
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
    /// Send every letter that is due over the mail server in duizhang.toml
    #[command(after_help = "Examples:\n  duizhang alert send\n  duizhang alert send --dry-run\n\n\
        May run at any time, also twice at once: no letter is ever in two senders' hands. What the\n\
        server does not take now is tried again after a growing pause by the next run. Ends with 1\n\
        where the server cannot be used at all; the letters then wait.")]
    Send,
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
    /// Read what came back (RFC 3464) from an mbox file, a Maildir or single messages
    #[command(after_help = "Examples:\n  duizhang alert bounces /var/mail/gjj\n  \
        duizhang alert bounces ~/Maildir")]
    Bounces {
        /// An mbox file, a Maildir, or a message
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
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
    /// One letter, by the beginning of its number
    #[arg(value_name = "LETTER", conflicts_with_all = ["employer", "sample"], requires = "out")]
    pub(in crate::cli) letter: Option<String>,
    /// The file to write it into: .eml as it was sent, or .html to print; none is overwritten
    #[arg(long, value_name = "FILE", requires = "letter")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Only to this employer, with the whole letter
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) employer: Option<String>,
    /// A sample with invented content instead: what the rules in use would make of it
    #[arg(long, value_name = "KIND", conflicts_with = "employer")]
    #[arg(value_parser = ["digest", "reminder", "unfinished", "settled", "advice", "paper", "arrears", "summary", "alarm", "confirm"])]
    pub(in crate::cli) sample: Option<String>,
    /// The page instead of the plain text
    #[arg(long)]
    pub(in crate::cli) html: bool,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct OutboxArgs {
    /// Letters, each by the beginning of its number
    #[arg(value_name = "LETTER")]
    pub(in crate::cli) letters: Vec<String>,
    /// Only in this state
    #[arg(long, value_parser = ["waiting", "sending", "sent", "returned", "refused", "given-up", "unknown", "printed", "filed"])]
    pub(in crate::cli) state: Option<String>,
    /// Only to this employer
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) employer: Option<String>,
    /// Only those that went, or go, this way
    #[arg(long, value_parser = ["mail", "sms", "inbox", "paper"])]
    pub(in crate::cli) channel: Option<String>,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct EmployerArgs {
    /// The employer [default: all]
    pub(in crate::cli) employer: Option<String>,
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
    /// By which ways letters of a kind go (suspense, advice, arrears): the first of mail, sms and paper that reaches the
    /// employer; inbox is beside them. KIND= alone is as for everybody
    #[arg(long, value_name = "KIND=WAY,…", requires = "employer")]
    pub(in crate::cli) channel: Vec<String>,
}
