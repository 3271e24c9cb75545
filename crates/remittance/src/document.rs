//! The document (证件) that identifies an employee: the resident card, or another for those without one.
//!
//! Start at [`identity`]: a type and a number become the one key that an account keeps. Each type has its own check; a
//! number that fails it is refused on entry.
//!
//! Invariant: a resident card's key is its number; any other key begins with its type (`passport:E12345678`), so that
//! one key is one document in every search, count and cap.

use super::identity::{IdentityError, check_id_no, id_check};
use crate::{Bilingual, Language, Localized};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A type of document; the ministry's 证件类型 lists 01, 03 and 04; the permits are its 99 其他.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentType {
    /// 01 居民身份证
    #[default]
    ResidentCard,
    /// 03 护照
    Passport,
    /// 港澳居民来往内地通行证
    HongKongMacauPermit,
    /// 台湾居民来往大陆通行证
    TaiwanPermit,
    /// 04 外国人永久居留身份证
    ForeignResidence,
}

/// A word that names no type of document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentTypeError {
    pub found: String,
}

impl DocumentType {
    pub const ALL: [Self; 5] = [
        Self::ResidentCard,
        Self::Passport,
        Self::HongKongMacauPermit,
        Self::TaiwanPermit,
        Self::ForeignResidence,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ResidentCard => "resident-card",
            Self::Passport => "passport",
            Self::HongKongMacauPermit => "hk-macau-permit",
            Self::TaiwanPermit => "taiwan-permit",
            Self::ForeignResidence => "foreign-residence",
        }
    }

    /// The ministry's code, as used in its reports.
    #[must_use]
    pub const fn ministry(self) -> &'static str {
        match self {
            Self::ResidentCard => "01",
            Self::Passport => "03",
            Self::ForeignResidence => "04",
            Self::HongKongMacauPermit | Self::TaiwanPermit => "99",
        }
    }

    /// Accepted aliases.
    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::ResidentCard => &["身份证", "01"],
            Self::Passport => &["03"],
            Self::HongKongMacauPermit => &["港澳通行证", "回乡证"],
            Self::TaiwanPermit => &["台湾通行证", "台胞证"],
            Self::ForeignResidence => &["外国人永久居留证", "永久居留证", "04"],
        }
    }

    /// The form of such a number, in English and in Chinese.
    #[must_use]
    pub const fn form(self) -> Bilingual {
        match self {
            Self::ResidentCard => {
                Bilingual::fixed("18 位，末位为校验位", "18 characters with a check digit")
            }
            Self::Passport => {
                Bilingual::fixed("5 至 15 位字母或数字", "5 to 15 letters and digits")
            }
            Self::HongKongMacauPermit => {
                Bilingual::fixed("字母 H 或 M 加 8 位数字", "H or M and 8 digits")
            }
            Self::TaiwanPermit => Bilingual::fixed("8 位数字", "8 digits"),
            Self::ForeignResidence => Bilingual::fixed(
                "3 位字母加 12 位数字，或者以 9 开头的 18 位号码",
                "3 letters and 12 digits, or 18 digits that begin with 9",
            ),
        }
    }

    /// The number in canonical form, if it has the form of its type.
    fn canonical(self, text: &str) -> Option<String> {
        let number: String =
            text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
        let digits = |part: &str, count: usize| {
            part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let fits = match self {
            Self::ResidentCard => false,
            Self::Passport => {
                (5..=15).contains(&number.len())
                    && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
                    && number.bytes().any(|byte| byte.is_ascii_digit())
            }
            Self::HongKongMacauPermit => {
                // The last two digits count renewals of the card; the nine before them identify the person.
                let person = number.get(..9).filter(|_| {
                    number.len() == 9 || number.get(9..).is_some_and(|issue| digits(issue, 2))
                });
                let person = person.filter(|person| {
                    person.strip_prefix(['H', 'M']).is_some_and(|rest| digits(rest, 8))
                });
                return person.map(str::to_owned);
            }
            Self::TaiwanPermit => digits(&number, 8),
            Self::ForeignResidence => match number.len() {
                15 => {
                    let (letters, rest) = number.split_at_checked(3)?;
                    letters.bytes().all(|byte| byte.is_ascii_uppercase()) && digits(rest, 12)
                }
                18 => {
                    let body = number.get(..17)?;
                    number.starts_with('9') && digits(body, 17) && number.ends_with(id_check(body)?)
                }
                _ => false,
            },
        };
        fits.then_some(number)
    }
}

impl Localized for DocumentType {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::ResidentCard => language.choose("居民身份证", "resident-card"),
            Self::Passport => language.choose("护照", "passport"),
            Self::HongKongMacauPermit => {
                language.choose("港澳居民来往内地通行证", "hk-macau-permit")
            }
            Self::TaiwanPermit => language.choose("台湾居民来往大陆通行证", "taiwan-permit"),
            Self::ForeignResidence => language.choose("外国人永久居留身份证", "foreign-residence"),
        })
    }
}

impl FromStr for DocumentType {
    type Err = DocumentTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim();
        let same = |kind: &Self| {
            kind.code().eq_ignore_ascii_case(word)
                || kind.in_language(Language::Chinese) == word
                || kind.aliases().contains(&word)
        };
        let known = Self::ALL.into_iter().find(same);
        known.ok_or_else(|| DocumentTypeError { found: text.to_owned() })
    }
}

impl fmt::Display for DocumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for DocumentTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes = DocumentType::ALL.map(DocumentType::code).join(", ");
        write!(f, "expected a document type, one of {codes}, found {:?}", self.found)
    }
}

impl std::error::Error for DocumentTypeError {}

/// A number that does not fit its type of document; for an identity number it says what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentError {
    IdNo { value: String, why: IdentityError },
    Other { value: String, document: DocumentType },
}

/// The key of a document, after checking its number.
///
/// # Errors
/// What is wrong with the number.
pub fn identity(kind: DocumentType, number: &str, on: NaiveDate) -> Result<String, DocumentError> {
    if kind == DocumentType::ResidentCard {
        return check_id_no(number, on)
            .map_err(|why| DocumentError::IdNo { value: number.to_owned(), why });
    }
    match kind.canonical(number) {
        Some(canonical) => Ok(format!("{}:{canonical}", kind.code())),
        None => Err(DocumentError::Other { value: number.to_owned(), document: kind }),
    }
}

/// The type and the number behind a key.
#[must_use]
pub fn document(key: &str) -> (DocumentType, &str) {
    let typed = key.split_once(':').and_then(|(kind, number)| Some((kind.parse().ok()?, number)));
    typed.unwrap_or((DocumentType::ResidentCard, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_document_has_a_check_of_its_own() {
        let on = NaiveDate::from_ymd_opt(2026, 5, 11).unwrap();
        #[rustfmt::skip] // A table is read by column.
        let rows = [
            ("身份证",          "11010519491231002x",  Some("11010519491231002X")),
            ("resident-card",   "110105194912310021",  None),
            ("护照",            "e1234 5678",          Some("passport:E12345678")),
            ("passport",        "ABCDEFGH",            None), // No digit: a name in the wrong cell.
            ("passport",        "E-12345678",          None),
            ("03",              "E123",                None),
            ("港澳通行证",      "h12345678",           Some("hk-macau-permit:H12345678")),
            ("hk-macau-permit", "M1234567801",         Some("hk-macau-permit:M12345678")),
            ("hk-macau-permit", "A12345678",           None),
            ("hk-macau-permit", "H1234567",            None),
            ("台胞证",          "12345678",            Some("taiwan-permit:12345678")),
            ("taiwan-permit",   "1234567",             None),
            ("外国人永久居留身份证", "USA110074112215", Some("foreign-residence:USA110074112215")),
            ("foreign-residence", "US1110074112215",   None),
            ("04",              "911000197802030019",  None), // A wrong check digit.
        ];
        for (kind, number, want) in rows {
            let kind: DocumentType = kind.parse().unwrap();
            let got = identity(kind, number, on).ok();
            assert_eq!(got.as_deref(), want, "{kind} {number}");
            if let Some(key) = got {
                let (read, number) = document(&key);
                assert_eq!(read, kind);
                assert_eq!(identity(read, number, on).as_ref(), Ok(&key), "{kind} {number}");
            }
        }
        let body = "91100019780203001";
        let whole = format!("{body}{}", id_check(body).unwrap());
        assert!(identity(DocumentType::ForeignResidence, &whole, on).is_ok());
        assert!("驾驶证".parse::<DocumentType>().is_err());
    }
}
