//! What a line has, and what it may have, in the JSON parser's words and in Chinese.

use crate::{Language, Localized};
use std::borrow::Cow;
use std::fmt;

/// The value found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found(pub String);

/// The value expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(pub String);

/// How a found value's description begins, in English and in Chinese.
const FOUND: [(&str, &str); 7] = [
    ("floating point ", "小数 "),
    ("integer ", "整数 "),
    ("string ", "文本 "),
    ("boolean ", "真假值 "),
    ("null", "空值"),
    ("map", "对象"),
    ("sequence", "列表"),
];

/// How an expected value's description begins, and its full Chinese text.
const EXPECTED: [(&str, &str); 14] = [
    ("yuan as a string", "以元为单位的文本，如 \"5000.00\""),
    ("a month ", "月份的文本，如 \"2026-05\""),
    ("a rate ", "比例的文本，如 \"0.08\""),
    ("a reference ", "缴款登记号，如 \"P1906133753\""),
    ("a day ", "日期的文本，如 \"2026-05-11\""),
    ("an id", "非空的编号"),
    ("a name of 1 to 64", "1 至 64 个字的姓名或工号"),
    ("a string", "文本"),
    ("a boolean", "真假值 true 或 false"),
    ("a sequence", "列表"),
    ("u64", "不小于零的整数"),
    ("u32", "不小于零的整数"),
    ("struct ", "对象"),
    ("internally tagged enum ", "带有字段 op 的对象"),
];

impl Localized for Found {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let known = FOUND.iter().find_map(|(english, chinese)| {
            self.0.strip_prefix(english).map(|rest| format!("{chinese}{rest}"))
        });
        language.choose(known.unwrap_or_else(|| self.0.clone()), self.0.clone()).into()
    }
}

impl Localized for Expected {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::Chinese => self.chinese(),
            Language::English => self.0.clone().into(),
        }
    }
}

impl Expected {
    fn chinese(&self) -> Cow<'static, str> {
        if let Some(words) = self.0.strip_prefix("one of ") {
            return words.replace(", ", "、").into();
        }
        let known = EXPECTED.iter().find(|(english, _)| self.0.starts_with(english));
        known.map_or_else(|| self.0.clone().into(), |(_, chinese)| Cow::Borrowed(*chinese))
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
