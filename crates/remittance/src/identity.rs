//! Numbers that carry a check digit: 居民身份证号 (GB 11643) and 统一社会信用代码 (GB 32100).
//!
//! Start at [`check_id_no`]. A number that fails was mistyped. It is refused on entry, because a wrong number finds the
//! wrong person years later.

use crate::{Language, Localized, said};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::fmt;

/// Weights of the first 17 digits: 2^(18 − position) mod 11 (GB 11643).
const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The check character for each remainder of the weighted sum by 11 (GB 11643).
const ID_CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// The 31 characters of a 统一社会信用代码, in the order of their values: no I, O, S, V, Z.
const USCC_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Why a text is not an identity number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityError {
    Length {
        found: usize,
        expected: usize,
    },
    /// A first-generation number, with its present form.
    Old {
        as_eighteen: String,
    },
    Character {
        found: char,
        position: usize,
    },
    Area,
    BirthDate {
        found: String,
    },
    CheckDigit {
        found: char,
        expected: char,
    },
}

/// Checks a 身份证号 and returns it in canonical form (`x` becomes `X`).
///
/// The birth date must be real, not before 1900 and not after `on`. Numbers of 15 digits were
/// withdrawn on 2013-01-01 and are refused; the error gives the number's present form.
///
/// # Errors
/// [`IdentityError`], with the place or the digit that is wrong.
pub fn check_id_no(text: &str, on: NaiveDate) -> Result<String, IdentityError> {
    let canonical = text.trim().to_ascii_uppercase();
    let found = canonical.chars().count();
    let digits = canonical.chars().all(|c| c.is_ascii_digit());
    if let (15, true, Some((area, rest))) = (found, digits, canonical.split_at_checked(6)) {
        let body = format!("{area}19{rest}");
        let check = id_check(&body).map(String::from).unwrap_or_default();
        return Err(IdentityError::Old { as_eighteen: body + &check });
    }
    if found != 18 {
        return Err(IdentityError::Length { found, expected: 18 });
    }
    for (index, found) in canonical.chars().enumerate() {
        if !(found.is_ascii_digit() || (index == 17 && found == 'X')) {
            return Err(IdentityError::Character { found, position: index + 1 });
        }
    }
    if canonical.starts_with('0') || canonical.starts_with('9') {
        return Err(IdentityError::Area);
    }
    let birth = canonical.get(6..14).unwrap_or_default();
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default();
    let born = NaiveDate::parse_from_str(birth, "%Y%m%d").ok();
    if !born.is_some_and(|born| born >= first && born <= on) {
        return Err(IdentityError::BirthDate { found: birth.to_owned() });
    }
    let expected = id_check(&canonical).unwrap_or_default();
    match canonical.chars().nth(17).unwrap_or_default() {
        found if found != expected => Err(IdentityError::CheckDigit { found, expected }),
        _ => Ok(canonical),
    }
}

/// The check character for the first 17 digits.
#[must_use]
pub fn id_check(digits: &str) -> Option<char> {
    let sum: u32 = digits
        .chars()
        .zip(ID_WEIGHTS)
        .map(|(c, weight)| c.to_digit(10).map(|digit| digit * weight))
        .sum::<Option<u32>>()?;
    ID_CHECK.get(usize::try_from(sum % 11).ok()?).copied()
}

/// Checks a 统一社会信用代码 and returns it in canonical form (upper case).
///
/// # Errors
/// [`IdentityError`], with the place or the character that is wrong.
pub fn check_uscc(text: &str) -> Result<String, IdentityError> {
    let canonical = text.trim().to_ascii_uppercase();
    let found = canonical.chars().count();
    if found != 18 {
        return Err(IdentityError::Length { found, expected: 18 });
    }
    let mut sum = 0;
    let mut weight = 1; // 3^(position − 1) mod 31 (GB 32100).
    for (index, found) in canonical.chars().enumerate() {
        let value = USCC_ALPHABET.find(found);
        let value = value.ok_or(IdentityError::Character { found, position: index + 1 })?;
        if index < 17 {
            sum += value * weight;
            weight = weight * 3 % 31;
            continue;
        }
        let expected = USCC_ALPHABET.chars().nth((31 - sum % 31) % 31).unwrap_or_default();
        if found != expected {
            return Err(IdentityError::CheckDigit { found, expected });
        }
    }
    Ok(canonical)
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl Localized for IdentityError {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Length { found, expected } => said!(
                language,
                "应为 {expected} 位，现为 {found} 位",
                "expected {expected} characters, found {found}"
            ),
            Self::Old { as_eighteen } => said!(
                language,
                "15 位号码已于 2013 年停用，18 位应为 {as_eighteen}",
                "numbers of 15 digits ended in 2013; with 18 digits it would be {as_eighteen}"
            ),
            Self::Character { found, position } => said!(
                language,
                "第 {position} 位不能是“{found}”",
                "unexpected {found:?} at position {position}"
            ),
            Self::Area => said!(
                language,
                "没有以此开头的行政区划",
                "no area of the country begins with this digit"
            ),
            Self::BirthDate { found } => {
                said!(language, "出生日期 {found} 不存在", "expected a birth date, found {found:?}")
            }
            Self::CheckDigit { found, expected } => said!(
                language,
                "校验位应为 {expected}，现为 {found}",
                "expected the check digit {expected}, found {found}"
            ),
        }
    }
}

impl std::error::Error for IdentityError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_number_has_eighteen_characters_a_date_and_a_check_digit() {
        let on = NaiveDate::from_ymd_opt(2026, 5, 11).unwrap();
        #[rustfmt::skip] // A table is read by column. The first is the standard's own example.
        let rows = [
            ("11010519491231002X", Ok("11010519491231002X")),
            ("11010519491231002x", Ok("11010519491231002X")),
            ("440524188001010014", Err("expected a birth date, found \"18800101\"")),
            ("110105194912310021", Err("expected the check digit X, found 1")),
            ("110105194902310025", Err("expected a birth date, found \"19490231\"")),
            ("110105202612310026", Err("expected a birth date, found \"20261231\"")),
            ("1101051949123100",   Err("expected 18 characters, found 16")),
            ("110105491231002",    Err("numbers of 15 digits ended in 2013; with 18 digits it would be 11010519491231002X")),
            ("11010519491231O02X", Err("unexpected 'O' at position 15")),
            ("X1010519491231002X", Err("unexpected 'X' at position 1")),
            ("010105194912310020", Err("no area of the country begins with this digit")),
        ];
        for (text, want) in rows {
            let got = check_id_no(text, on).map_err(|error| error.to_string());
            assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn a_credit_code_has_a_check_character_modulo_31() {
        // The example printed in the standard.
        assert_eq!(check_uscc("91350100m000100y43"), Ok("91350100M000100Y43".to_owned()));
        let error = check_uscc("91350100M000100Y44").unwrap_err();
        assert_eq!(error, IdentityError::CheckDigit { found: '4', expected: '3' });
        let error = check_uscc("91350100M000100I43").unwrap_err();
        assert_eq!(error, IdentityError::Character { found: 'I', position: 16 });
    }
}
