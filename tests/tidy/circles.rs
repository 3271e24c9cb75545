//! Circles among modules: modules that name each other, at every level of a package's tree.
//!
//! Start at [`Tree::circles`]. A module includes everything below it, and is compared with its siblings: if `a::b`
//! names a definition in `a::c::d`, `b` points to `c` below `a`. A parent and its descendants may name each other:
//! together they are one module. A name is followed through `use` to the defining module, so that re-exports hide
//! nothing. Sources are read as tokens, so comments and texts are no names (except the paths in attributes, which serde
//! parses from text). Unit tests are left out: they may name anything.
//!
//! Not seen: the owners of called methods, because a call names no module.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A module's path from the root of its package, or the segments between `::`.
type Path = Vec<String>;

/// What a module defines, brings into scope, and names.
#[derive(Default)]
struct Module {
    defines: BTreeSet<String>,
    brings: BTreeMap<String, Path>,
    globs: Vec<Path>,
    names: BTreeSet<Path>,
}

/// Siblings that name each other.
pub(crate) struct Circle {
    /// The parent of these modules; empty for the root of the package.
    pub(crate) below: String,
    pub(crate) members: BTreeSet<String>,
    /// The names that make the circle, for people.
    pub(crate) edges: BTreeSet<String>,
}

/// The modules of a package.
#[derive(Default)]
pub(crate) struct Tree(BTreeMap<Path, Module>);

/// The most re-exports followed for a name.
const STEPS_MAX: u8 = 16;

impl Tree {
    /// Adds a source file, whose path is relative to its package's root: `store/sql.rs`.
    ///
    /// # Panics
    /// If the text is not Rust.
    pub(crate) fn add(&mut self, file: &str, text: &str) {
        let place = file.trim_end_matches(".rs").split('/').filter(|part| *part != "lib");
        let tokens: TokenStream = text.parse().unwrap_or_else(|_| panic!("{file}: is not Rust"));
        self.read(&place.map(str::to_owned).collect(), tokens);
    }

    fn read(&mut self, place: &Path, tokens: TokenStream) {
        for depth in 0..=place.len() {
            self.0.entry(place[..depth].to_vec()).or_default();
        }
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let [first, behind @ ..] = rest {
            rest = self.take(place, first, behind);
        }
    }

    /// Handles the first item and returns the rest.
    fn take<'a>(
        &mut self,
        place: &Path,
        first: &TokenTree,
        behind: &'a [TokenTree],
    ) -> &'a [TokenTree] {
        let word = first.to_string();
        match (word.as_str(), behind) {
            ("#", [TokenTree::Group(attribute), item @ ..])
                if attribute.stream().to_string() == "cfg (test)" =>
            {
                return behind_item(item);
            }
            ("#", [TokenTree::Group(attribute), item @ ..]) => {
                self.take_texts(place, attribute.stream());
                return item;
            }
            // `impl Trait + use<'a>` brings nothing into scope.
            ("use", [TokenTree::Ident(_) | TokenTree::Group(_), ..]) => {
                let end = behind.iter().position(is_semicolon).unwrap_or(behind.len());
                self.take_use(place, &Path::new(), &behind[..end]);
                return &behind[end..];
            }
            ("mod", [TokenTree::Ident(name), TokenTree::Group(body), rest @ ..]) => {
                let below = [place.clone(), vec![name.to_string()]].concat();
                self.read(&below, body.stream());
                return rest;
            }
            (
                "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static",
                [TokenTree::Ident(name), rest @ ..],
            ) if name != "fn" => {
                self.module(place).defines.insert(name.to_string());
                return rest;
            }
            _ => {}
        }
        match first {
            TokenTree::Group(group) => self.read(place, group.stream()),
            TokenTree::Ident(_) => {
                let (path, rest) = path(first, behind);
                if path.len() > 1 {
                    self.module(place).names.insert(path);
                }
                return rest;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        behind
    }

    /// The paths in an attribute's text: `#[serde(with = "crate::wire::day")]`.
    fn take_texts(&mut self, place: &Path, attribute: TokenStream) {
        for token in attribute {
            match token {
                TokenTree::Group(group) => self.take_texts(place, group.stream()),
                TokenTree::Literal(text) => {
                    let text = text.to_string();
                    let path: Path =
                        text.trim_matches('"').split("::").map(str::to_owned).collect();
                    let word =
                        |part: &String| part.chars().all(|c| c == '_' || c.is_alphanumeric());
                    if path.len() > 1 && path.iter().all(word) {
                        self.module(place).names.insert(path);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    /// Handles the part between `use` and `;`, or in braces there, given its prefix.
    fn take_use(&mut self, place: &Path, before: &Path, tokens: &[TokenTree]) {
        let Some(first) = tokens.first() else { return };
        let (path, rest) = path(first, &tokens[1..]);
        let whole = [before.clone(), path].concat();
        let rest = match rest {
            [TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Group(branches), rest @ ..] => {
                let branches: Vec<TokenTree> = branches.stream().into_iter().collect();
                self.take_use(place, &whole, &branches);
                rest
            }
            [TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Punct(_), rest @ ..] => {
                self.module(place).globs.push(whole.clone());
                self.module(place).names.insert(whole);
                rest
            }
            [TokenTree::Ident(_), TokenTree::Ident(name), rest @ ..] => {
                self.bring(place, name.to_string(), whole);
                rest
            }
            rest => {
                let last = whole.iter().rfind(|part| *part != "self").cloned();
                self.bring(place, last.unwrap_or_default(), whole);
                rest
            }
        };
        if let [_comma, rest @ ..] = rest {
            self.take_use(place, before, rest);
        }
    }

    fn bring(&mut self, place: &Path, name: String, mut path: Path) {
        if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
            path.pop();
        }
        self.module(place).names.insert(path.clone());
        self.module(place).brings.insert(name, path);
    }

    fn module(&mut self, place: &Path) -> &mut Module {
        self.0.entry(place.clone()).or_default()
    }

    /// The module that defines a path, seen from a module; none if it is another package's.
    fn defining(&self, from: &Path, path: &[String], steps: u8) -> Option<Path> {
        let steps = steps.checked_sub(1)?;
        let (first, behind) = path.split_first()?;
        let (mut at, mut rest) = match first.as_str() {
            "crate" => (Path::new(), behind),
            "self" => (from.clone(), behind),
            "super" => (from.split_last()?.1.to_vec(), behind),
            name if self.below(from, name).is_some() => (from.clone(), path),
            name => {
                let brought = self.0.get(from)?.brings.get(name)?;
                return self.defining(from, &[brought, behind].concat(), steps);
            }
        };
        while let Some((next, behind)) = rest.split_first() {
            let module = self.0.get(&at)?;
            if next == "super" {
                at.pop();
            } else if let Some(below) = self.below(&at, next) {
                at = below;
            } else if module.defines.contains(next) {
                break;
            } else if let Some(brought) = module.brings.get(next) {
                let passed_on = self.defining(&at, &[brought, behind].concat(), steps);
                return passed_on.or(Some(at));
            } else {
                let globs = module.globs.iter().filter_map(|glob| self.defining(&at, glob, steps));
                let knows = |place: &Path| {
                    let module = self.0.get(place);
                    module.is_some_and(|module| {
                        module.defines.contains(next) || module.brings.contains_key(next)
                    })
                };
                let found = globs.into_iter().find(knows);
                return match found {
                    Some(place) => {
                        self.defining(&place, &[&["self".to_owned()], rest].concat(), steps)
                    }
                    None => Some(at),
                };
            }
            rest = behind;
        }
        Some(at)
    }

    fn below(&self, place: &Path, name: &str) -> Option<Path> {
        let below = [place.clone(), vec![name.to_owned()]].concat();
        self.0.contains_key(&below).then_some(below)
    }

    /// Which sibling names which, below every module, and by which names.
    fn levels(&self) -> BTreeMap<Path, BTreeMap<(String, String), BTreeSet<String>>> {
        let mut levels: BTreeMap<Path, BTreeMap<_, BTreeSet<String>>> = BTreeMap::new();
        for (from, module) in &self.0 {
            for path in &module.names {
                let Some(to) = self.defining(from, path, STEPS_MAX) else { continue };
                let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
                if let (Some(one), Some(other)) = (from.get(shared), to.get(shared)) {
                    let [by, of] = [from, &to].map(|place| place.join("::"));
                    let told = format!("{by} names {}, which {of} defines", path.join("::"));
                    let level = levels.entry(from[..shared].to_vec()).or_default();
                    level.entry((one.clone(), other.clone())).or_default().insert(told);
                }
            }
        }
        levels
    }

    /// Every circle, at every level.
    pub(crate) fn circles(&self) -> Vec<Circle> {
        let mut circles = Vec::new();
        for (below, edges) in self.levels() {
            let reached = reached(edges.keys());
            let mutual = |one: &String, other: &String| {
                let reaches = |from: &String, to: &String| {
                    reached.get(from).is_some_and(|all| all.contains(to))
                };
                reaches(one, other) && reaches(other, one)
            };
            let mut seen = BTreeSet::new();
            for first in reached.keys() {
                let members: BTreeSet<String> =
                    reached.keys().filter(|other| mutual(first, other)).cloned().collect();
                if members.len() > 1 && seen.insert(members.clone()) {
                    let inside = edges.iter().filter(|((one, other), _)| {
                        members.contains(one) && members.contains(other)
                    });
                    let edges = inside.flat_map(|(_, told)| told.iter().cloned()).collect();
                    circles.push(Circle { below: below.join("::"), members, edges });
                }
            }
        }
        circles
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<&str> = self.members.iter().map(String::as_str).collect();
        write!(f, "a circle below `{}`: {}", self.below, members.join(", "))?;
        self.edges.iter().try_for_each(|edge| write!(f, "\n    {edge}"))
    }
}

/// The modules that each can reach in any number of steps.
fn reached<'a>(
    edges: impl Iterator<Item = &'a (String, String)>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (one, other) in edges {
        reached.entry(one.clone()).or_default().insert(other.clone());
    }
    let names: Vec<String> = reached.keys().cloned().collect();
    for through in &names {
        let further = reached.get(through).cloned().unwrap_or_default();
        for all in reached.values_mut().filter(|all| all.contains(through)) {
            all.extend(further.iter().cloned());
        }
    }
    reached
}

/// The path that begins with a word, and the rest.
fn path<'a>(first: &TokenTree, mut behind: &'a [TokenTree]) -> (Path, &'a [TokenTree]) {
    let mut path = vec![first.to_string()];
    while let [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(next), rest @ ..] =
        behind
        && one.as_char() == ':'
        && two.as_char() == ':'
    {
        path.push(next.to_string());
        behind = rest;
    }
    (path, behind)
}

/// The tokens after an item; its attributes and head precede its body or its semicolon.
fn behind_item(item: &[TokenTree]) -> &[TokenTree] {
    let body = |token: &TokenTree| {
        let braces = |group: &proc_macro2::Group| group.delimiter() == Delimiter::Brace;
        is_semicolon(token) || matches!(token, TokenTree::Group(group) if braces(group))
    };
    let end = item.iter().position(body).map_or(item.len(), |end| end + 1);
    &item[end..]
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';')
}

/// A title, the files of a made-up tree, and its circles.
type Row = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

/// Circles of a tree made of files, each with its parent and its modules.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let mut tree = Tree::default();
    files.iter().for_each(|(file, text)| tree.add(file, text));
    let told = |circle: Circle| {
        let members: Vec<String> = circle.members.into_iter().collect();
        format!("{}: {}", circle.below, members.join(" "))
    };
    tree.circles().into_iter().map(told).collect()
}

#[test]
fn a_circle_is_found_however_it_is_named() {
    #[rustfmt::skip] // A table is read by column.
    let rows: &[Row] = &[
        ("one way", &[("a.rs", "use crate::b::B;"), ("b.rs", "pub struct B;")], &[]),
        ("both ways", &[("a.rs", "use crate::b::B; struct A;"), ("b.rs", "use super::a::A;")], &[": a b"]),
        ("over three", &[("a.rs", "use crate::b;"), ("b.rs", "use crate::{c::{self, C}};"), ("c.rs", "fn c() { crate::a::a() }")], &[": a b c"]),
        ("deeper", &[("p.rs", ""), ("p/a.rs", "use super::b::B;"), ("p/b.rs", "use crate::p::a;")], &["p: a b"]),
        ("of different depth", &[("a/x/y.rs", "use crate::b::z::Z;"), ("a.rs", ""), ("a/x.rs", ""), ("b/z.rs", "struct Z(crate::a::x::X);"), ("b.rs", "")], &[": a b"]),
        ("a parent and its child", &[("p.rs", "mod a; use a::A; struct P;"), ("p/a.rs", "use super::P; struct A;")], &[]),
        ("passed on by the parent", &[("p.rs", "mod a; mod b; pub use b::B;"), ("p/a.rs", "use super::B; struct A;"), ("p/b.rs", "use super::a::A; struct B;")], &["p: a b"]),
        ("brought in by the parent for itself", &[("p.rs", "mod a; mod b; use b::B;"), ("p/a.rs", "use super::B; struct A;"), ("p/b.rs", "use super::a::A; struct B;")], &["p: a b"]),
        ("passed on by a star", &[("p.rs", "mod a; mod b; pub use b::*;"), ("p/a.rs", "use super::B; struct A;"), ("p/b.rs", "use super::a::A; struct B;")], &["p: a b"]),
        ("under another name", &[("a.rs", "use crate::b as other; fn f() { other::g() }"), ("b.rs", "use crate::a::f as h;")], &[": a b"]),
        ("in a macro", &[("a.rs", "use crate::b::B; const A: u8 = 1;"), ("b.rs", "fn b() { println!(\"{}\", crate::a::A) }")], &[": a b"]),
        ("in an attribute", &[("a.rs", "use crate::b::B;"), ("b.rs", "#[serde(with = \"crate::a::day\")] struct B;")], &[": a b"]),
        ("in a module within the file", &[("a.rs", "use crate::b::B;"), ("b.rs", "mod inner { use super::super::a; }")], &[": a b"]),
        ("in a comment or a text", &[("a.rs", "use crate::b::B;"), ("b.rs", "//! See [`crate::a`].\nconst B: &str = \"crate::a::A\";")], &[]),
        ("in unit tests", &[("a.rs", "use crate::b::B;"), ("b.rs", "#[cfg(test)]\nmod tests { use crate::a; }\n#[cfg(test)] mod table; struct B;")], &[]),
        ("in unit tests with an expectation", &[("a.rs", "use crate::b::B;"), ("b.rs", "#[cfg(test)]\n#[expect(dead_code)]\nmod tests { use crate::a; }")], &[]),
        ("behind unit tests", &[("a.rs", "use crate::b::B;"), ("b.rs", "#[cfg(test)] mod tests; use crate::a;")], &[": a b"]),
        ("of another package", &[("a.rs", "use other::b::B;"), ("b.rs", "use crate::a; pub use other::B;")], &[]),
        ("captured, not used", &[("a.rs", "fn a() -> impl Sized + use<> { crate::b::b() }"), ("b.rs", "use crate::a;")], &[": a b"]),
        ("two at once", &[("a.rs", "use crate::b;"), ("b.rs", "use crate::a;"), ("c.rs", "use crate::d;"), ("d.rs", "use crate::{a, c};")], &[": a b", ": c d"]),
    ];
    for (what, files, want) in rows {
        assert_eq!(found(files), *want, "{what}");
    }
}
