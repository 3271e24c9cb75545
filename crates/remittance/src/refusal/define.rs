//! Makes the table of refusals into a type: what each row is about, its code and its two sentences.
//!
//! Start at `table.rs`, which has the rows; what stands here is only how they are read. A row's fields are its
//! parameters, so a sentence cannot name what the refusal does not carry.

macro_rules! refusals {
    ($($variant:ident { $($field:ident: $type:ty),* $(,)? }
        = $code:ident $english:literal $chinese:literal;)*) => {
        /// An operation that was not done: nothing of it is kept.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $($variant { $($field: $type,)* },)*
            /// Lines of a register or a list, each with its own refusal.
            Several(Several),
        }

        impl Refusal {
            /// What a program goes by; of several lines the first one's.
            #[must_use]
            pub fn code(&self) -> RefusalCode {
                match self {
                    Self::Several(several) => several.first().code(),
                    $(Self::$variant { .. } => RefusalCode::$code,)*
                }
            }

            /// What it is about, by name; of several lines what the first is about.
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

        /// The sentence in English.
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

/// A row as the test of the table sees it.
#[cfg(test)]
pub(super) struct Row {
    pub(super) variant: &'static str,
    pub(super) parameters: &'static [&'static str],
    pub(super) code: super::RefusalCode,
    pub(super) english: &'static str,
    pub(super) chinese: &'static str,
}
