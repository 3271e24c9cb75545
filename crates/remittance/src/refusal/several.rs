//! All bad lines of a register or a list, in one refusal.
//!
//! Start at [`all_of`], which tries every line. A register of one line gets that line's own refusal.
//!
//! Invariant: there is at least one offender, and the first gives the code.

use super::{Offender, Refusal, Several};
use crate::{Language, Localized, said};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Offenders named in a sentence; the others are counted.
const NAMED_MAX: usize = 3;

impl Several {
    /// `None` if there is no offender.
    #[must_use]
    pub fn new(offenders: Vec<Offender>) -> Option<Self> {
        let first = Box::new(offenders.first()?.clone());
        Some(Self { first, offenders })
    }

    #[must_use]
    pub fn first(&self) -> &Refusal {
        &self.first.refusal
    }

    #[must_use]
    pub fn offenders(&self) -> &[Offender] {
        &self.offenders
    }
}

impl Localized for Several {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let named = self.offenders.iter().take(NAMED_MAX).map(|one| one.in_language(language));
        let named = named.collect::<Vec<_>>().join(language.choose("；", " | "));
        match self.offenders.len() {
            1 => named.into(),
            count if count <= NAMED_MAX => said!(
                language,
                "共 {count} 条不能办理：{named}",
                "{count} lines cannot be done: {named}"
            ),
            count => said!(
                language,
                "共 {count} 条不能办理，前 {NAMED_MAX} 条为：{named}",
                "{count} lines cannot be done, the first are: {named}"
            ),
        }
    }
}

impl fmt::Display for Several {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl Offender {
    /// Whether the refusal already says the name.
    fn has_name(&self) -> bool {
        self.refusal.parameters().iter().any(|(parameter, _)| *parameter == "name")
    }

    /// The name, if the sentence does not say it already.
    #[must_use]
    pub fn beside(&self, sentence: &str) -> Option<&str> {
        self.name.as_deref().filter(|name| !sentence.contains(name))
    }
}

impl Localized for Offender {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        let refusal = self.refusal.in_language(language);
        let Some(row) = self.row else { return refusal };
        let name = self.beside(&refusal).map(|name| said!(language, "（{name}）", " ({name})"));
        let name = name.unwrap_or_default();
        said!(language, "第 {row} 行{name}：{refusal}", "row {row}{name}: {refusal}")
    }
}

impl fmt::Display for Offender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

/// `{"row":…,"code":…,"message":…,"message_zh":…}` and the parameters.
impl Serialize for Offender {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(row) = self.row {
            map.serialize_entry("row", &row)?;
        }
        if let Some(name) = self.name.as_ref().filter(|_| !self.has_name()) {
            map.serialize_entry("name", name)?;
        }
        map.serialize_entry("code", &self.refusal.code())?;
        map.serialize_entry("message", &self.refusal.to_string())?;
        map.serialize_entry("message_zh", &self.refusal.in_language(Language::Chinese))?;
        for (name, value) in self.refusal.parameters() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}

impl Refusal {
    /// Each bad line; a problem of the whole register has no row.
    #[must_use]
    pub fn offenders(self) -> Vec<Offender> {
        if let Self::Several(several) = self {
            return several.offenders;
        }
        vec![Offender { row: None, name: None, refusal: self }]
    }

    /// The same with the row numbers of its file.
    #[must_use]
    pub fn with_rows(self, row_of: impl Fn(u64) -> u64) -> Self {
        let Self::Several(several) = self else { return self };
        let moved = several
            .offenders
            .into_iter()
            .map(|offender| Offender { row: offender.row.map(&row_of), ..offender });
        Several::new(moved.collect()).map_or(several.first.refusal, Self::Several)
    }
}

/// Applies every line; if any fail, reports all that fail.
pub(crate) fn all_of<L, T>(
    lines: &[L],
    mut does: impl FnMut(&L) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let (mut done, mut offenders) = (Vec::with_capacity(lines.len()), Vec::new());
    for (row, line) in (1..).zip(lines) {
        match does(line) {
            Ok(one) => done.push(one),
            Err(refusal) if lines.len() == 1 => return Err(refusal),
            Err(refusal) => offenders.push(Offender { row: Some(row), name: None, refusal }),
        }
    }
    match Several::new(offenders) {
        Some(several) => Err(Refusal::Several(several)),
        None => Ok(done),
    }
}
