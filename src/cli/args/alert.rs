//! `duizhang alert`: letters, the outbox, and whom letters go to.

use super::AsOf;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum AlertCommand {
    /// Show the letters that a night has put into the outbox, or a sample of any kind
    #[command(after_help = "Examples:\n  duizhang alert preview --employer E1\n  \
        duizhang alert preview --sample reminder\n  \
        duizhang alert preview --sample paper --html > letter.html")]
    Preview(PreviewArgs),
    /// Send every letter that is due over the mail server in duizhang.toml
    #[command(after_help = "Examples:\n  duizhang alert send\n  duizhang alert send --dry-run\n\n\
        May run at any time, also twice at once: no letter is ever in two senders' hands. What the\n\
        server does not take now is tried again after a growing pause by the next run. Ends with 1\n\
        where the server cannot be used at all; the letters then wait.")]
    Send,
    /// Count the letters in the outbox by state
    Status,
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
    /// Believe the address whose confirming link holds this token
    Confirm {
        /// The token, as it stands in the link
        token: String,
    },
}

#[derive(Args, Debug)]
pub(in crate::cli) struct PreviewArgs {
    /// Only to this employer, with the whole letter
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) employer: Option<String>,
    /// The letter of this number, as an employer reads it out, or of this id
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["sample", "employer"])]
    pub(in crate::cli) letter: Option<String>,
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
pub(in crate::cli) struct OutboxArgs {
    /// Letters, each by its number or the beginning of its id
    #[arg(value_name = "LETTER")]
    pub(in crate::cli) letters: Vec<String>,
    /// Only in this state
    #[arg(long, value_parser = ["waiting", "sending", "sent", "returned", "refused", "given-up", "unknown", "printed", "filed"])]
    pub(in crate::cli) state: Option<String>,
    /// Only to this employer
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) employer: Option<String>,
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
}
