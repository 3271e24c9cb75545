//! Builds the desk's addresses: a path and a query.
//!
//! Start at [`Query`]. It contains only parts that are set, in a fixed order, so that the same view always has the
//! same address; texts of payers and banks are percent-encoded.

use form_urlencoded::byte_serialize;

/// The parts of a query string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Sets a part in its place, or removes it if the value is empty.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => value.clone_into(known),
            None => self.0.push((name, value.to_owned())),
        }
        self
    }

    /// The parts that are set.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let set = self.0.iter().filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (*name, value.as_str()))
    }

    /// A path with this query.
    pub(crate) fn on(&self, path: &str) -> String {
        let mut address = path.to_owned();
        for (index, (name, value)) in self.parts().enumerate() {
            address.push(if index == 0 { '?' } else { '&' });
            address.push_str(name);
            address.push('=');
            address.extend(byte_serialize(value.as_bytes()));
        }
        address
    }
}

/// Encodes a path segment. A space becomes `%20`, not `+`. Every browser treats a segment of only dots as a step
/// up, encoded or not, so it gets a `~` prefix, as does a segment that begins with one; [`named`] removes it.
pub(crate) fn part(text: &str) -> String {
    let encoded: String = byte_serialize(text.as_bytes()).collect();
    let mark =
        if text.starts_with('~') || text.chars().all(|found| found == '.') { "~" } else { "" };
    format!("{mark}{}", encoded.replace('+', "%20"))
}

/// The name in a decoded path segment.
pub(crate) fn named(part: &str) -> &str {
    part.strip_prefix('~').unwrap_or(part)
}

/// An item's page.
pub(crate) fn item(account_id: i64, serial: &str) -> String {
    format!("/items/{account_id}/{}", part(serial))
}

/// A transaction's page.
pub(crate) fn transaction(account_id: i64, serial: &str) -> String {
    format!("/transactions/{account_id}/{}", part(serial))
}

/// An employer's page.
pub(crate) fn employer(employer_id: &str) -> String {
    format!("/employers/{}", part(employer_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_is_set_and_nothing_can_break_out_of_it() {
        let query = Query::default().with("q", "a&b=c 张").with("reason", "").with("age", "61+");
        assert_eq!(query.on("/queue"), "/queue?q=a%26b%3Dc+%E5%BC%A0&age=61%2B");
        assert_eq!(query.with("q", "").on("/queue"), "/queue?age=61%2B");
        assert_eq!(item(3, "../x?y#z"), "/items/3/..%2Fx%3Fy%23z");
        assert_eq!(item(3, "a b+c"), "/items/3/a%20b%2Bc");
        assert_eq!(item(3, ".."), "/items/3/~..");
        assert_eq!(item(3, "~.."), "/items/3/~%7E..");
        assert_eq!((named("~.."), named("~~.."), named("a")), ("..", "~..", "a"));
    }
}
