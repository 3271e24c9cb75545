//! Why a whole file is rejected.

use crate::feed::{FeedError, FeedErrorKind};
use crate::remittance::account::masked;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Unreadable(FeedError),
    /// It names an account that is not one of the centre's.
    UnknownAccount {
        line: u64,
        found: String,
    },
    /// It names no account and is not in an account's folder.
    NoAccount {
        line: u64,
    },
    /// It is in the folder of an account that is not one of the centre's.
    UnknownFolder {
        found: String,
    },
    /// It is not a regular file and was not opened.
    NotAFile {
        what: &'static str,
    },
    /// It disappeared before it was opened.
    Vanished,
    Unopened {
        why: String,
    },
    /// It was written to while being read. Not a fault of the file: the next run reads it.
    StillWritten,
}

impl Fault {
    /// What staff can do about it, unless the message already says so.
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

    /// Whether a copy of the file goes to quarantine.
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

    /// The message for logs, without accounts, names or content of the file. The full message is in the text file
    /// beside the copy.
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

/// Prefix of reasons that apply only while the entry stays in the inbox as it is.
const NOT_A_FILE: &str = "not a regular file but ";
const UNOPENED: &str = "it cannot be opened: ";

/// Whether a stored reason is about an inbox entry and not about a file's content.
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
