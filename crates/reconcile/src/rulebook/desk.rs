//! Parses `rules/desk.toml`: who may decide what about suspense, up to which amount, with how many approvals.
//!
//! Start at [`DeskRules::limit`]. Limits are rows in order; the first that holds for the act and the amount decides.
//! The permissions of a role are not a rule but a table in `suspense/role.rs`: a rule may take rights away by amount,
//! but never let an auditor write.
//!
//! Invariant: every act has a limit for every amount, so nothing is decided without a rule.

use super::{RuleError, RuleFile};
use remittance::{Language, Localized, Money};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use toml::Spanned;

/// The file's name below `rules/`, and the compiled-in text.
pub const SHIPPED: (&str, &str) = ("desk.toml", include_str!("../../../../rules/desk.toml"));

/// The roles of staff at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 经办: works on the items and proposes.
    Clerk,
    /// 复核: approves the proposals of others.
    Approver,
    /// 管理员: manages people and their roles, and decides about no money.
    Administrator,
    /// 审计: reads everything, changes nothing.
    Auditor,
}

/// The kinds of decisions about an item; a proposal has one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActKind {
    /// 核销通知书
    Settle,
    /// 拆分核销
    Split,
    /// 转单位暂存款
    Advance,
    /// 退款
    Refund,
    /// 更正登记号
    CorrectReference,
    /// 非缴存款项
    NotOurs,
    /// 冲回已入账款
    TakeBack,
    /// 暂缓
    WaitUntil,
    /// 红冲
    Reverse,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRules {
    /// In order of precedence.
    pub limits: Vec<Limit>,
    /// The longest time that a decision can be put off.
    pub wait_days_max: u16,
    pub renewed: Renewed,
}

/// How long a person's actions are flagged after someone else renewed their access.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewed {
    pub days: u16,
    #[serde(default)]
    pub why: String,
    #[serde(default)]
    pub examples: Vec<RenewedExample>,
}

/// An approval some hours after a renewal, and whether it is flagged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewedExample {
    pub hours_after: i64,
    pub flagged: bool,
}

/// The default: a centre's own file may be older than the rule.
const RENEWED_DAYS: u16 = 3;

impl Default for Renewed {
    fn default() -> Self {
        Self { days: RENEWED_DAYS, why: String::new(), examples: Vec::new() }
    }
}

impl Renewed {
    /// Whether an action at an instant is flagged, given the instant of the renewal.
    #[must_use]
    pub const fn flags(&self, renewed_at: i64, done_at: i64) -> bool {
        const DAY_SECONDS: i64 = 24 * 3600;
        done_at < renewed_at + self.days as i64 * DAY_SECONDS
    }
}

/// Who may decide acts up to an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Kebab-case, kept forever: approvals name it.
    pub id: String,
    pub why: String,
    pub acts: Vec<ActKind>,
    /// `None`: any amount.
    pub up_to: Option<Money>,
    pub propose: Vec<Role>,
    pub approve: Vec<Role>,
    /// How many other persons must approve: one, or two (超限额双人复核).
    pub approvals: u8,
    pub examples: Vec<LimitExample>,
}

/// An amount that the limit decides, or, with `counts = false`, one that another limit decides.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitExample {
    pub act: ActKind,
    pub amount: Money,
    #[serde(default = "yes")]
    pub counts: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    wait_days_max: Spanned<u16>,
    renewed: Option<Spanned<Renewed>>,
    limit: Vec<LimitRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitRow {
    id: Spanned<String>,
    why: String,
    /// If absent: every act.
    acts: Option<Vec<ActKind>>,
    up_to: Option<Money>,
    propose: Vec<Role>,
    approve: Vec<Role>,
    approvals: u8,
    examples: Vec<LimitExample>,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Clerk, Self::Approver, Self::Administrator, Self::Auditor];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Approver => "approver",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

impl Localized for Role {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Clerk => language.choose("经办", "Clerk"),
            Self::Approver => language.choose("复核", "Approver"),
            Self::Administrator => language.choose("管理员", "Administrator"),
            Self::Auditor => language.choose("审计", "Auditor"),
        })
    }
}

impl ActKind {
    pub const ALL: [Self; 9] = [
        Self::Settle,
        Self::Split,
        Self::Advance,
        Self::Refund,
        Self::CorrectReference,
        Self::NotOurs,
        Self::TakeBack,
        Self::WaitUntil,
        Self::Reverse,
    ];

    /// The word in the store and in commands.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Settle => "settle",
            Self::Split => "split",
            Self::Advance => "advance",
            Self::Refund => "refund",
            Self::CorrectReference => "correct-reference",
            Self::NotOurs => "not-ours",
            Self::TakeBack => "take-back",
            Self::WaitUntil => "wait-until",
            Self::Reverse => "reverse",
        }
    }
}

impl Localized for ActKind {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Settle => language.choose("核销通知书", "settle"),
            Self::Split => language.choose("拆分核销", "split over notices"),
            Self::Advance => language.choose("转单位暂存款", "to the advance balance"),
            Self::Refund => language.choose("退回付款人", "return to the payer"),
            Self::CorrectReference => language.choose("更正登记号", "correct the reference"),
            Self::NotOurs => language.choose("非缴存款项", "not ours"),
            Self::TakeBack => language.choose("冲回已入账款", "take a settled credit back"),
            Self::WaitUntil => language.choose("暂缓处理", "wait"),
            Self::Reverse => language.choose("红冲", "reverse"),
        })
    }
}

impl DeskRules {
    /// The limit that decides an act over an amount.
    #[must_use]
    pub fn limit(&self, act: ActKind, amount: Money) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.holds(act, amount))
    }
}

impl Limit {
    #[must_use]
    pub fn holds(&self, act: ActKind, amount: Money) -> bool {
        self.acts.contains(&act) && self.up_to.is_none_or(|up_to| amount <= up_to)
    }
}

/// The compiled-in rules.
///
/// # Errors
/// Never, as the tests show; the type is that of [`read`].
pub fn shipped() -> Result<DeskRules, RuleError> {
    read(&RuleFile { path: SHIPPED.0.into(), text: SHIPPED.1.into() })
}

/// Parses `desk.toml`.
///
/// # Errors
/// [`RuleError`] with the place of the first error.
pub fn read(file: &RuleFile) -> Result<DeskRules, RuleError> {
    let parsed: File = file.parse()?;
    let wait_days_max = *parsed.wait_days_max.get_ref();
    if !(1..=366).contains(&wait_days_max) {
        let message = format!("expected 1 to 366 days, found {wait_days_max}");
        return Err(file.error_at(parsed.wait_days_max.span(), &message));
    }
    if let Some(renewed) = parsed.renewed.as_ref().filter(|one| one.get_ref().days > 366) {
        let message = format!("expected at most 366 days, found {}", renewed.get_ref().days);
        return Err(file.error_at(renewed.span(), &message));
    }
    for (index, row) in parsed.limit.iter().enumerate() {
        check(file, row, parsed.limit.get(..index).unwrap_or_default())?;
    }
    let limits: Vec<Limit> = parsed.limit.into_iter().map(Limit::from).collect();
    let endless = |act: &ActKind| {
        limits.iter().any(|limit| limit.up_to.is_none() && limit.acts.contains(act))
    };
    if let Some(open) = ActKind::ALL.into_iter().find(|act| !endless(act)) {
        let message =
            format!("expected a limit without `up_to` for act \"{}\", found none", open.code());
        return Err(file.error_at(0..0, &message));
    }
    let renewed = parsed.renewed.map(Spanned::into_inner).unwrap_or_default();
    Ok(DeskRules { limits, wait_days_max, renewed })
}

fn check(file: &RuleFile, row: &LimitRow, earlier: &[LimitRow]) -> Result<(), RuleError> {
    let id = row.id.get_ref();
    let wrong = |message: String| Err(file.error_at(row.id.span(), &message));
    let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(kebab) {
        return wrong(format!("expected an id in kebab-case, found {id:?}"));
    }
    if earlier.iter().any(|other| other.id.get_ref() == id) {
        return wrong(format!("expected each id once, found {id:?} again"));
    }
    if !(1..=2).contains(&row.approvals) {
        return wrong(format!("expected 1 or 2 approvals, found {}", row.approvals));
    }
    let decides = |role: &Role| matches!(role, Role::Clerk | Role::Approver);
    if row.propose.is_empty() || !row.propose.iter().all(decides) {
        return wrong("expected \"clerk\" or \"approver\" to propose".to_owned());
    }
    if row.approve != [Role::Approver] {
        return wrong("expected [\"approver\"] to approve".to_owned());
    }
    Ok(())
}

impl From<LimitRow> for Limit {
    fn from(row: LimitRow) -> Self {
        Self {
            id: row.id.into_inner(),
            why: row.why,
            acts: row.acts.unwrap_or_else(|| ActKind::ALL.to_vec()),
            up_to: row.up_to,
            propose: row.propose,
            approve: row.approve,
            approvals: row.approvals,
            examples: row.examples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_compiled_in_decide_their_own_examples() {
        let rules = shipped().unwrap();
        for limit in &rules.limits {
            assert!(!limit.why.is_empty() && !limit.examples.is_empty(), "{}", limit.id);
            for example in &limit.examples {
                let decides = rules.limit(example.act, example.amount).unwrap();
                assert_eq!(decides.id == limit.id, example.counts, "{}: {example:?}", limit.id);
            }
        }
    }

    #[test]
    fn renewed_access_is_flagged_for_days() {
        let renewed = shipped().unwrap().renewed;
        assert_eq!(renewed.days, Renewed::default().days, "a file of before says nothing else");
        assert!(!renewed.why.is_empty() && !renewed.examples.is_empty());
        for example in &renewed.examples {
            let flagged = renewed.flags(1_000, 1_000 + example.hours_after * 3600);
            assert_eq!(flagged, example.flagged, "{example:?}");
        }
        let text = SHIPPED.1.split("[renewed]").next().unwrap().to_owned()
            + "[[limit]]"
            + SHIPPED.1.split_once("[[limit]]").unwrap().1;
        let older = read(&RuleFile { path: SHIPPED.0.into(), text }).unwrap();
        assert_eq!(older.renewed, Renewed::default());
    }

    #[test]
    fn a_rule_file_that_is_wrong_says_where() {
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("wait_days_max = 90",         "wait_days_max = 900",          "expected 1 to 366 days, found 900"),
            ("days = 3",                   "days = 3000",                  "expected at most 366 days, found 3000"),
            ("approvals = 2",              "approvals = 3",                "expected 1 or 2 approvals, found 3"),
            ("approve = [\"approver\"]",   "approve = [\"clerk\"]",        "expected [\"approver\"] to approve"),
            ("approve = [\"approver\"]",   "approve = [\"boss\"]",         "unknown variant `boss`, expected one of `clerk`, `approver`, `administrator`, `auditor`"),
            ("id = \"large\"",             "id = \"Large\"",               "expected an id in kebab-case, found \"Large\""),
            ("id = \"large\"",             "id = \"ordinary\"",            "expected each id once, found \"ordinary\" again"),
            ("id = \"large\"",             "id = \"large\"\nup_to = \"5\"", "expected a limit without `up_to` for act \"settle\", found none"),
        ];
        for (from, to, want) in rows {
            let text = SHIPPED.1.replace(from, to);
            assert_ne!(text, SHIPPED.1, "{from}");
            let error = read(&RuleFile { path: SHIPPED.0.into(), text }).unwrap_err();
            assert!(error.to_string().ends_with(want), "{error}");
        }
    }
}
