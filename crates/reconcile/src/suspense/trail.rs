//! The audit trail (审计日志): every act, assignment, look at a whole number and change of people, chained.
//!
//! Start at [`Entry::hash_after`]: each entry's hash is taken over the one before and over all of its
//! own content, so whoever changes an old row must change every later one. [`Chain`] checks a trail read
//! in pages. Rows are only ever added; the store has no verb that changes or removes one.
//!
//! Invariant: an entry is written in the commit of what it tells; it holds ids, never a whole account or
//! identity number of a payer.

use super::canonical::Canonical;
use std::fmt;

/// The hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Who stands in the trail where no person acted.
pub const NIGHT: &str = "night";

/// Who stands in the trail where the command line was told no name.
pub const COMMAND_LINE: &str = "command line";

/// Who stands in the trail where somebody followed a link that was sent by mail.
pub const LINK: &str = "link";

/// The event of a night that changed the books: how far they are, for whoever keeps the trail's head.
pub const BOOKS: &str = "night";

/// The event of a night that found a row which is not as it was written, and decided nothing by it.
pub const HELD: &str = "row-held";

/// What happened, before it has its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// A person's key, [`NIGHT`], [`LINK`] or [`COMMAND_LINE`].
    pub actor: String,
    /// A role's code; empty for the night, `operator` at the command line.
    pub role: String,
    /// What happened: one of the words of [`EVENTS`].
    pub event: String,
    /// What it happened to: an item's id, a proposal's, a person's.
    pub subject: String,
    /// More of it, as JSON text; empty for nothing.
    pub detail: String,
}

/// An entry with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// From 1, without a gap.
    pub sequence: i64,
    pub entry: Entry,
    /// Hash of the entry before.
    pub previous: String,
    pub hash: String,
}

/// Checks a trail, link by link in order.
#[derive(Clone, Debug)]
pub struct Chain {
    sequence: i64,
    hash: String,
}

/// Where a trail is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// A row is missing, or there twice.
    Gap { expected: i64, found: i64 },
    /// The row does not follow from the one before.
    Previous { sequence: i64 },
    /// The row's content is not what was hashed.
    Content { sequence: i64 },
    /// The trail ends elsewhere than its head says: rows were cut off.
    Head { expected: i64, found: i64 },
}

/// What can happen: the word that is kept, in Chinese, in English. Kept forever.
pub const EVENTS: &[(&str, &str, &str)] = &[
    ("assigned", "分派", "assigned"),
    ("released", "取消分派", "released"),
    ("noted", "备注", "noted"),
    ("proposed", "提交处理意见", "proposed"),
    ("edited", "修改处理意见", "edited"),
    ("withdrawn", "撤回处理意见", "withdrawn"),
    ("sent-back", "退回", "sent back"),
    ("approved", "复核通过", "approved"),
    ("approved-first", "第一复核通过", "approved once"),
    ("reversed", "红冲", "reversed"),
    ("resolved", "命令行处理", "resolved at the command line"),
    ("refund-asked", "提出更改退款", "change of a refund asked for"),
    ("refund-dropped", "退款更改未通过", "change of a refund dropped"),
    ("refund-changed", "更改退款", "refund changed"),
    ("refund-paid", "退款已汇出", "refund paid"),
    ("refund-returned", "退款被退回", "refund came back"),
    ("counter-asked", "提交柜台业务", "counter operation asked for"),
    ("counter-approved", "柜台业务复核通过", "counter operation approved"),
    ("counter-sent-back", "退回柜台业务", "counter operation sent back"),
    ("counter-withdrawn", "撤回柜台业务", "counter operation withdrawn"),
    ("woken", "暂缓到期", "woken"),
    ("unmasked", "查看完整号码", "unmasked"),
    ("exported", "导出", "exported"),
    ("logged-in", "登录", "logged in"),
    ("login-failed", "登录失败", "login failed"),
    ("logged-out", "退出登录", "logged out"),
    ("person-added", "新增人员", "person added"),
    ("person-changed", "变更人员", "person changed"),
    ("person-locked", "停用人员", "person locked"),
    ("password-changed", "修改密码", "password changed"),
    ("second-factor-changed", "变更动态口令", "second factor changed"),
    ("token-made", "生成接口令牌", "token made"),
    ("access-asked", "申请权限变更", "change of access asked for"),
    ("access-confirmed", "确认权限变更", "change of access confirmed"),
    ("access-dropped", "取消权限变更", "change of access dropped"),
    ("token-revoked", "作废接口令牌", "token revoked"),
    ("address-set", "登记函件地址", "address for letters set"),
    ("address-confirmed", "确认函件地址", "address for letters confirmed"),
    ("letter-retried", "重发函件", "letter sent again"),
    ("called", "电话联系单位", "employer called"),
    ("letters-held", "暂扣函件", "letters held"),
    ("letters-released", "放行函件", "letters released"),
    ("letters-dropped", "撤下函件", "letters dropped"),
    ("address-blocked", "停用函件地址", "address for letters blocked"),
    ("address-kept", "保留函件地址", "address for letters kept in use"),
    ("mail-dealt-with", "处理来信", "mail that came in dealt with"),
    ("rules-changed", "规则变更", "rules changed"),
    ("feed-withdrawn", "撤回流水文件", "delivery withdrawn"),
    (BOOKS, "夜间对账", "night"),
    (HELD, "数据被改动，暂停处理", "row held, it was changed by hand"),
    ("advice-declined", "单位退订填写提示", "advice declined"),
    ("addresses-unblocked", "批量恢复函件地址", "addresses for letters unblocked"),
    ("ways-set", "登记函件送达方式", "ways for letters set"),
    ("imported", "导入名单", "list imported"),
    ("import-undone", "撤销导入", "import taken back"),
];

/// An event in Chinese; `None` where this release does not know it.
#[must_use]
pub fn event_chinese(event: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(code, ..)| *code == event).map(|(_, chinese, _)| *chinese)
}

/// An event in English; `None` where this release does not know it.
#[must_use]
pub fn event_english(event: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(code, ..)| *code == event).map(|(.., english)| *english)
}

impl Entry {
    /// The hash of this entry in its place; every part counts, and none can run into the next.
    #[must_use]
    pub fn hash_after(&self, previous: &str, sequence: i64) -> String {
        let mut text = Canonical::default();
        text.add(previous);
        text.add(&sequence.to_string());
        text.add(&self.at.to_string());
        for part in [&self.actor, &self.role, &self.event, &self.subject, &self.detail] {
            text.add(part);
        }
        text.hex()
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self { sequence: 0, hash: GENESIS.to_owned() }
    }
}

impl Chain {
    /// Takes the next link.
    ///
    /// # Errors
    /// [`Break`] where it is not what must stand here.
    pub fn take(&mut self, link: &Link) -> Result<(), Break> {
        let sequence = self.sequence + 1;
        if link.sequence != sequence {
            return Err(Break::Gap { expected: sequence, found: link.sequence });
        }
        if link.previous != self.hash {
            return Err(Break::Previous { sequence });
        }
        if link.entry.hash_after(&self.hash, sequence) != link.hash {
            return Err(Break::Content { sequence });
        }
        self.sequence = sequence;
        self.hash.clone_from(&link.hash);
        Ok(())
    }

    /// Compares the end with what the head says was written last.
    ///
    /// # Errors
    /// [`Break::Head`] where rows are missing at the end.
    pub fn end(&self, sequence: i64, hash: &str) -> Result<(), Break> {
        if self.sequence == sequence && self.hash == hash {
            return Ok(());
        }
        Err(Break::Head { expected: sequence, found: self.sequence })
    }

    #[must_use]
    pub const fn len(&self) -> i64 {
        self.sequence
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sequence == 0
    }

    /// The hash of the last link: written down outside, it proves the whole trail up to here.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.hash
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { expected, found } => {
                write!(f, "expected entry {expected}, found {found}")
            }
            Self::Previous { sequence } => {
                write!(f, "entry {sequence} does not follow from the one before")
            }
            Self::Content { sequence } => write!(f, "entry {sequence} was changed"),
            Self::Head { expected, found } => {
                write!(f, "expected {expected} entries, found {found}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(count: i64) -> Vec<Link> {
        let mut previous = GENESIS.to_owned();
        let link = |sequence| {
            let entry = Entry {
                at: 1_000 + sequence,
                actor: "clerk".into(),
                role: "clerk".into(),
                event: "noted".into(),
                subject: format!("acc/S{sequence}"),
                detail: String::new(),
            };
            let hash = entry.hash_after(&previous, sequence);
            let link = Link { sequence, entry, previous: previous.clone(), hash: hash.clone() };
            previous = hash;
            link
        };
        (1..=count).map(link).collect()
    }

    fn check(links: &[Link], head: &Link) -> Result<(), Break> {
        let mut chain = Chain::default();
        links.iter().try_for_each(|link| chain.take(link))?;
        chain.end(head.sequence, &head.hash)
    }

    #[test]
    fn whatever_is_done_to_a_trail_shows() {
        let whole = trail(5);
        let head = whole[4].clone();
        assert_eq!(check(&whole, &head), Ok(()));
        let with = |change: &dyn Fn(&mut Vec<Link>)| {
            let mut links = whole.clone();
            change(&mut links);
            check(&links, &head)
        };
        #[rustfmt::skip] // A table is read by column.
        type Tampering<'t> = &'t dyn Fn(&mut Vec<Link>);
        let rows: [(&str, Tampering<'_>, Break); 6] = [
            (
                "another actor",
                &|all| all[2].entry.actor = "boss".into(),
                Break::Content { sequence: 3 },
            ),
            ("another time", &|all| all[0].entry.at += 1, Break::Content { sequence: 1 }),
            (
                "text moved",
                &|all| {
                    all[1].entry.subject.push('n');
                    all[1].entry.event = "oted".into()
                },
                Break::Content { sequence: 2 },
            ),
            (
                "one removed",
                &|all| {
                    all.remove(3);
                },
                Break::Gap { expected: 4, found: 5 },
            ),
            (
                "the end cut",
                &|all| {
                    all.pop();
                },
                Break::Head { expected: 5, found: 4 },
            ),
            (
                "one hashed anew",
                &|all| {
                    all[3].entry.actor = "boss".into();
                    let hash = all[3].entry.hash_after(&all[3].previous.clone(), 4);
                    all[3].hash = hash;
                },
                Break::Previous { sequence: 5 },
            ),
        ];
        for (what, change, want) in rows {
            assert_eq!(with(change), Err(want), "{what}");
        }
    }
}
