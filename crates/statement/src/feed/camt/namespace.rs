//! Decides which elements are the bank's own: the prefixes of a document and their namespaces.
//!
//! A prefix has no meaning by itself; two prefixes can name one namespace and one prefix two. Only open declarations
//! are kept, up to a limit.

use crate::feed::FeedErrorKind;
use quick_xml::events::BytesStart;

/// Declarations that may be open at once; a statement has a handful.
const DECLARATIONS_MAX: usize = 64;

struct Declaration {
    depth: usize,
    prefix: String,
    uri: String,
}

/// The namespace declarations that are open.
pub(super) struct Namespaces {
    open: Vec<Declaration>,
    /// The namespace of the message element, and the prefix of that element.
    message: String,
    message_prefix: String,
    /// Declarations open at the message element: without further ones, prefixes are settled.
    settled: usize,
}

impl Namespaces {
    pub(super) const fn new() -> Self {
        Self { open: Vec::new(), message: String::new(), message_prefix: String::new(), settled: 0 }
    }

    /// Adds the declarations of a start tag.
    pub(super) fn open(
        &mut self,
        start: &BytesStart<'_>,
        depth: usize,
    ) -> Result<(), FeedErrorKind> {
        if !start.attributes_raw().contains("xmlns") {
            return Ok(());
        }
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| FeedErrorKind::Structure {
                expected: "well-formed attributes".to_owned(),
                found: error.to_string(),
            })?;
            let name: &str = attribute.key.as_ref();
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => rest.trim_start_matches(':'),
                _ => continue,
            };
            if self.open.len() == DECLARATIONS_MAX {
                return Err(FeedErrorKind::Structure {
                    expected: format!("at most {DECLARATIONS_MAX} open namespace declarations"),
                    found: "more".to_owned(),
                });
            }
            let uri: &str = attribute.value.as_ref();
            self.open.push(Declaration { depth, prefix: prefix.to_owned(), uri: uri.to_owned() });
        }
        Ok(())
    }

    /// Removes the declarations of the element at this depth.
    pub(super) fn close(&mut self, depth: usize) {
        while self.open.last().is_some_and(|declaration| declaration.depth >= depth) {
            self.open.pop();
        }
    }

    /// Sets this element's namespace as the bank's own, and returns it.
    pub(super) fn settle(&mut self, prefix: &str) -> &str {
        self.message = self.uri(prefix).to_owned();
        prefix.clone_into(&mut self.message_prefix);
        self.settled = self.open.len();
        &self.message
    }

    /// Whether an element with this prefix is in the message's namespace.
    pub(super) fn own(&self, prefix: &str) -> bool {
        let settled = self.open.len() == self.settled;
        let bare = prefix.is_empty() && self.message_prefix.is_empty();
        (settled && (bare || prefix == self.message_prefix)) || self.uri(prefix) == self.message
    }

    fn uri(&self, prefix: &str) -> &str {
        let declaration = self.open.iter().rev().find(|declaration| declaration.prefix == prefix);
        declaration.map_or("", |declaration| declaration.uri.as_str())
    }
}
