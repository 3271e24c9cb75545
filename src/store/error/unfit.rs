//! Why a row of a list cannot be imported: values, in both languages.
//!
//! A refusal that the counter would give too is in the counter's own words ([`Unfit::Domain`]).

use crate::remittance::{Language, Localized, Refusal, said};
use std::borrow::Cow;
use std::fmt;

/// An invalid row; the whole list is then refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfitRow {
    /// Its position among the given rows, from 0.
    pub row: usize,
    /// The column concerned.
    pub field: &'static str,
    /// The list's value.
    pub found: String,
    pub why: Unfit,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    Domain(Box<Refusal>),
    UnknownEmployer,
    /// The number belongs to another person, whose account holds money or was written by an operation.
    AnotherPerson {
        employer: String,
        employee: String,
    },
    /// The list has the same person under another number at the employer.
    SamePerson {
        other: String,
    },
    /// The list has the same person active at another employer.
    ActiveTwice {
        employer: String,
    },
    /// A notice settled with money, or issued here, would change.
    Notice(Box<NoticeUnfit>),
}

/// The change of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeUnfit {
    pub reference: String,
    pub field: &'static str,
    pub before: String,
    pub after: String,
    /// It was issued here, so only the books may change it.
    pub issued: bool,
}

impl Localized for Unfit {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Domain(refusal) => refusal.in_language(language),
            Self::UnknownEmployer => said!(
                language,
                "没有这个单位；请先导入单位名单或办理单位开户",
                "expected an employer that is known; import or enrol it first"
            ),
            Self::AnotherPerson { employer, employee } => said!(
                language,
                "职工 {employee} 在单位 {employer} 的账户已有资金或业务，证件号码与名单不一致；请核对，更正身份请到柜台办理",
                "expected the identity number of {employee}, whose account at {employer} has money or \
                 was written by an operation; who somebody is, the counter corrects"
            ),
            Self::SamePerson { other } => said!(
                language,
                "同一证件号码在该单位的名单中另有职工编号 {other}",
                "expected a person once at an employer, found the same identity number beside {other}"
            ),
            Self::ActiveTwice { employer } => said!(
                language,
                "同一证件号码在名单中单位 {employer} 处也为正常状态",
                "expected a person to be active at one employer, found it active at {employer} too"
            ),
            Self::Notice(notice) => notice.in_language(language),
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl Localized for NoticeUnfit {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let Self { reference, field, before, after, issued } = self;
        if *issued {
            return said!(
                language,
                "缴款登记号 {reference} 由本系统开具，{field} 为 {before}，名单为 {after}；请从名单中删去，或办理撤销后重新开具",
                "notice {reference}: {field} is {before}, found {after}; a notice that was issued here is what the \
                 books say: leave it out of the list, or change it with revoke_notice and issue_notice"
            );
        }
        said!(
            language,
            "缴款登记号 {reference} 已有资金入账，{field} 为 {before}，名单为 {after}；不能更改",
            "notice {reference}: {field} is {before}, found {after}; a notice that money was settled with does not \
             change"
        )
    }
}

impl fmt::Display for NoticeUnfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}
