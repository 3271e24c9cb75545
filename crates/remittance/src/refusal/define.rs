//! Turns the table of refusals into a type: the parameters, the code and the two sentences of each row.
//!
//! Start at `table.rs`, which has the rows; this file only defines their syntax. A row's fields are its parameters, so
//! a sentence cannot name a value that the refusal does not carry.

macro_rules! refusals {
    ($($variant:ident { $($field:ident: $type:ty),* $(,)? }
        = $code:ident $english:literal $chinese:literal;)*) => {
        /// An operation that was refused; nothing of it is kept.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $($variant { $($field: $type,)* },)*
            /// Lines of a register or a list, each with its own refusal.
            Several(Several),
        }

        impl Refusal {
            /// The code for programs; of several lines, the first one's.
            #[must_use]
            pub fn code(&self) -> RefusalCode {
                match self {
                    Self::Several(several) => several.first().code(),
                    $(Self::$variant { .. } => RefusalCode::$code,)*
                }
            }

            /// The parameters by name; of several lines, the first one's.
            #[must_use]
            pub fn parameters(&self) -> Vec<(&'static str, String)> {
                match self {
                    Self::Several(several) => several.first().parameters(),
                    $(Self::$variant { $($field),* } => {
                        vec![$((stringify!($field), Parameter::text($field)),)*]
                    })*
                }
            }
        }

        impl Localized for Refusal {
            fn in_language(&self, language: Language) -> Cow<'static, str> {
                match self {
                    Self::Several(several) => several.in_language(language),
                    $(Self::$variant { $($field),* } => {
                        $(let $field = Parameter::said($field, language);)*
                        said!(language, $chinese, $english)
                    })*
                }
            }
        }

        /// Writes the English sentence.
        impl fmt::Display for Refusal {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.in_language(Language::English))
            }
        }

        #[cfg(test)]
        pub(super) const ROWS: &[super::define::Row] = &[$(super::define::Row {
            variant: stringify!($variant),
            parameters: &[$(stringify!($field)),*],
            code: RefusalCode::$code,
            english: $english,
            chinese: $chinese,
        },)*];
    };
}

pub(super) use refusals;

/// A row for the test of the table.
#[cfg(test)]
pub(super) struct Row {
    pub(super) variant: &'static str,
    pub(super) parameters: &'static [&'static str],
    pub(super) code: super::RefusalCode,
    pub(super) english: &'static str,
    pub(super) chinese: &'static str,
}
