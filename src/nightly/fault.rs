//! Why a whole file is not taken in.

use crate::feed::{FeedError, FeedErrorKind};
use crate::remittance::account::masked;
use std::fmt;

/// Why a whole file is not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Unreadable(FeedError),
    /// It names an account that is none of the centre's.
    UnknownAccount {
        line: u64,
        found: String,
    },
    /// It names no account and lies in no account's folder.
    NoAccount {
        line: u64,
    },
    /// It lies in the folder of an account that is none of the centre's.
    UnknownFolder {
        found: String,
    },
    /// It is no regular file: nothing of it is opened.
    NotAFile {
        what: &'static str,
    },
    /// It was gone when it was to be opened.
    Vanished,
    /// It cannot be opened.
    Unopened {
        why: String,
    },
    /// Somebody wrote into it while it was read: no fault of its own, it is left for the next run.
    StillWritten,
}

impl Fault {
    /// What staff can do about it, where the sentence does not say that already.
    pub(super) const fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable(FeedError {
                kind:
                    FeedErrorKind::NotUnderstood { .. }
                    | FeedErrorKind::UnknownLayout { .. }
                    | FeedErrorKind::Contradicted { .. },
                ..
            }) => Some(
                "处理办法：用 duizhang feed learn 文件 指明各栏含义，程序核对余额后生成 rules/banks/ 下的格式文件，\
                 下一次批处理会自动重试；或请银行重新提供流水。",
            ),
            Self::Unreadable(_)
            | Self::UnknownAccount { .. }
            | Self::NoAccount { .. }
            | Self::UnknownFolder { .. }
            | Self::NotAFile { .. }
            | Self::Vanished
            | Self::Unopened { .. }
            | Self::StillWritten => None,
        }
    }

    /// Whether a copy of the file goes to quarantine, with the reason beside it.
    pub(super) const fn keeps_copy(&self) -> bool {
        match self {
            Self::Unreadable(_)
            | Self::UnknownAccount { .. }
            | Self::NoAccount { .. }
            | Self::UnknownFolder { .. } => true,
            Self::NotAFile { .. } | Self::Vanished | Self::Unopened { .. } | Self::StillWritten => {
                false
            }
        }
    }

    /// The same without an account, a name or a word of the file's own: for logs. The whole sentence stands in the text
    /// beside the file.
    #[must_use]
    pub fn in_log(&self) -> String {
        match self {
            Self::Unreadable(error) => error.in_log(),
            Self::UnknownAccount { line, found } => {
                let account = masked(found);
                format!("line {line}: own account {account} is none of the centre's")
            }
            Self::UnknownFolder { found } => {
                let account = masked(found);
                format!("the file names no own account, and its folder {account} is none either")
            }
            Self::NoAccount { .. }
            | Self::NotAFile { .. }
            | Self::Vanished
            | Self::Unopened { .. }
            | Self::StillWritten => self.to_string(),
        }
    }
}

/// How reasons begin that hold only while an entry lies in the inbox as it is.
const NOT_A_FILE: &str = "not a regular file but ";
const UNOPENED: &str = "it cannot be opened: ";

/// Whether a reason that was kept is one of an entry, and not of what is in it.
pub(super) fn is_of_an_entry(reason: &str) -> bool {
    reason.starts_with(NOT_A_FILE) || reason.starts_with(UNOPENED)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "{error}"),
            Self::UnknownAccount { line, found } => write!(
                f,
                "line {line}: own account {found:?} is none of the centre's; `duizhang import \
                 accounts` takes it in, then the file goes in by itself"
            ),
            Self::NoAccount { line } => write!(
                f,
                "line {line}: the file names no own account; put it into inbox/<account_no>/ or \
                 give --account"
            ),
            Self::UnknownFolder { found } => {
                write!(f, "the file names no own account, and its folder {found:?} is none either")
            }
            Self::NotAFile { what } => write!(f, "{NOT_A_FILE}{what}, and nothing of it is opened"),
            Self::Vanished => write!(f, "it was gone when it was to be opened"),
            Self::Unopened { why } => write!(f, "{UNOPENED}{why}"),
            Self::StillWritten => {
                write!(f, "somebody wrote into it while it was read; it is left for the next run")
            }
        }
    }
}
