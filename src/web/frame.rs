//! The layout around every page: title, menu, language, logged-in person.
//!
//! A page is an askama template that extends `desk/layout.html` and has a field `frame`. In templates,
//! `frame.say("中文", "English")` returns the words in the reader's language.

use super::Desk;
use super::asset;
use super::fault::Fault;
use super::menu;
use super::session::Session;
use super::visit::Visit;
use crate::remittance::{Language, Localized};
use crate::suspense::Permission;
use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;

/// The data of `desk/layout.html`.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) title: &'static str,
    pub(crate) centre: String,
    pub(crate) language: Language,
    /// The address of this page with its query.
    pub(crate) here: String,
    pub(crate) session: Option<Session>,
    /// The pages that this role may open.
    pub(crate) menu: Vec<MenuEntry>,
}

#[derive(Clone, Debug)]
pub(crate) struct MenuEntry {
    pub(crate) path: &'static str,
    pub(crate) words: Cow<'static, str>,
    /// Whether this is the current page.
    pub(crate) current: bool,
}

impl Frame {
    /// The layout for a logged-in person; the title in Chinese and English.
    pub(crate) fn new(desk: &Desk, session: &Session, zh: &'static str, en: &'static str) -> Self {
        let language = session.visit.language;
        let here = &session.visit.here;
        let path = here.split('?').next().unwrap_or_default();
        let entries = menu::PAGES.iter().filter(|entry| session.reaches(entry.access));
        let menu = entries.map(|entry| MenuEntry {
            path: entry.path,
            words: entry.name.in_language(language),
            current: entry.path == path,
        });
        Self {
            title: language.choose(zh, en),
            centre: desk.setup().centre.clone(),
            language,
            here: here.clone(),
            menu: menu.collect(),
            session: Some(session.clone()),
        }
    }

    /// The layout for a public page.
    pub(crate) fn of_visitor(desk: &Desk, visit: &Visit, title: &'static str) -> Self {
        Self {
            title,
            centre: desk.setup().centre.clone(),
            language: visit.language,
            here: visit.here.clone(),
            session: None,
            menu: Vec::new(),
        }
    }

    pub(crate) fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.language.choose(zh, en)
    }

    /// The value of `<html lang>`.
    pub(crate) const fn lang(&self) -> &'static str {
        match self.language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// The other language's code, for the switch.
    pub(crate) const fn other_language(&self) -> &'static str {
        match self.language {
            Language::Chinese => "en",
            Language::English => "zh",
        }
    }

    /// The value of a form's field `csrf`; empty before the login.
    pub(crate) fn csrf(&self) -> &str {
        self.session.as_ref().map_or("", |session| &session.csrf)
    }

    /// Whether this role has a permission; the page hides what it has not.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.session.as_ref().is_some_and(|session| session.may(permission))
    }

    /// Whether the reader must know of access changes and there are any.
    pub(crate) fn tells_of_access(&self) -> bool {
        let concerned = self.may(Permission::Approve) || self.may(Permission::AdministerPeople);
        concerned && self.session.as_ref().is_some_and(|session| session.access_news)
    }

    /// The address of a compiled-in file.
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        asset::address(name)
    }
}

/// Renders a template as an uncached response.
pub(crate) fn show(page: &impl Template) -> Result<Response, Fault> {
    let text = page.render().map_err(|_| Fault::Broken)?;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, html)], text).into_response())
}
