//! The JSON form of domain values: always text, never a number that could be a float.
//!
//! Money is yuan (`"5000.00"`), a rate a decimal (`"0.08"`), a month `"2026-05"`, a day
//! `"2026-05-11"`, a reference `"P1906133753"`. A wrong type is refused with the found and the expected value.

use super::document::DocumentType;
use super::{Money, PaymentReference, Rate, Subject, Total, YearMonth};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Parses a text into a value and names the expected form in every error.
struct TextVisitor<T> {
    expected: &'static str,
    read: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

/// Gives a type its text form.
macro_rules! as_text {
    ($type:ty, $expected:literal, $read:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(TextVisitor { expected: $expected, read: $read })
            }
        }
    };
}

as_text!(Money, "yuan as a string such as \"5000.00\"", |text| {
    // This also parses stored values; the bound on requests is checked when they are applied.
    Money::of_any_size(text).map_err(|error| format!("amount {text:?}: {error}"))
});
impl Serialize for Total {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

as_text!(DocumentType, "a document type such as \"passport\"", |text| {
    text.parse().map_err(|error: super::document::DocumentTypeError| error.to_string())
});
as_text!(YearMonth, "a month as a string such as \"2026-05\"", |text| {
    text.parse().map_err(|error: super::month::YearMonthError| error.to_string())
});
as_text!(Rate, "a rate as a string such as \"0.08\"", |text| {
    text.parse().map_err(|error: super::rate::RateError| error.to_string())
});
as_text!(PaymentReference, "a reference such as \"P1906133753\"", |text| {
    text.parse().map_err(|error: super::reference::PaymentReferenceError| {
        format!("reference {text:?}: {error}")
    })
});

as_text!(Subject, "a subject such as \"201\"", |text| {
    let number = text.split(' ').next().and_then(|number| number.parse().ok());
    number.and_then(Subject::from_number).ok_or_else(|| format!("no subject {text:?}"))
});

/// A day, for `#[serde(with = "day")]`.
pub mod day {
    use super::TextVisitor;
    use chrono::NaiveDate;
    use serde::{Deserializer, Serializer};

    /// Parses `2026-05-11` and nothing else.
    ///
    /// # Errors
    /// A sentence with what was found.
    pub fn read(text: &str) -> Result<NaiveDate, String> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        day.filter(|day| day.to_string() == text)
            .ok_or_else(|| format!("expected a day such as 2026-05-11, found {text:?}"))
    }

    /// For `#[serde(with = "day")]`.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn serialize<S: Serializer>(day: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    /// For `#[serde(with = "day")]`.
    ///
    /// # Errors
    /// If there is no string, or it is no day; says what was found.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
        from.deserialize_str(TextVisitor {
            expected: "a day as a string such as \"2026-05-11\"",
            read,
        })
    }
}

/// The most characters in a person's name or key.
const WHO_CHARACTERS_MAX: usize = 64;

/// A person, for `#[serde(deserialize_with = "who")]`: a name or a key, one short line.
pub(crate) fn who<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let name = text.trim();
    let long = name.chars().count() > WHO_CHARACTERS_MAX;
    if name.is_empty() || long || name.chars().any(char::is_control) {
        let what =
            format!("expected a name of 1 to {WHO_CHARACTERS_MAX} characters, found {text:?}");
        return Err(Error::custom(what));
    }
    Ok(Some(name.to_owned()))
}

/// An optional day, for `#[serde(with = "day_or_none")]`.
pub(crate) mod day_or_none {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        day: &Option<NaiveDate>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<NaiveDate>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| super::day::read(&text).map_err(serde::de::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_and_a_wrong_type_says_what_was_expected() {
        let money: Money = serde_json::from_str("\"5000.00\"").unwrap();
        assert_eq!(serde_json::to_string(&money).unwrap(), "\"5000.00\"");
        let error = serde_json::from_str::<Money>("5000.00").unwrap_err().to_string();
        assert!(error.contains("floating point `5000.0`, expected yuan as a string"), "{error}");
        let error = serde_json::from_str::<YearMonth>("\"2026-13\"").unwrap_err().to_string();
        assert!(error.contains("expected a month such as 2026-05, found \"2026-13\""), "{error}");
        assert!(day::read("2026-5-1").is_err() && day::read("2026-02-29").is_err());
    }
}
