//! What every page has around it: title, menu, language, who is logged in.
//!
//! A page is an askama template that extends `desk/layout.html` and has a field `frame`. In templates,
//! `frame.say("中文", "English")` gives the words of the reader's language.

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

/// What `desk/layout.html` shows around a page.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) title: &'static str,
    pub(crate) centre: String,
    pub(crate) language: Language,
    /// The address of this page, with its query.
    pub(crate) here: String,
    pub(crate) session: Option<Session>,
    /// Where this role can go.
    pub(crate) menu: Vec<MenuEntry>,
}

#[derive(Clone, Debug)]
pub(crate) struct MenuEntry {
    pub(crate) path: &'static str,
    pub(crate) words: Cow<'static, str>,
    /// Whether this is where the reader is.
    pub(crate) current: bool,
}

impl Frame {
    /// Around a page of somebody who is logged in; the title in Chinese and English.
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

    /// Around a page that anybody can see.
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

    /// What a form of this session carries in its field `csrf`; empty before the login.
    pub(crate) fn csrf(&self) -> &str {
        self.session.as_ref().map_or("", |session| &session.csrf)
    }

    /// Whether this role may; what it may not do is not shown.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.session.as_ref().is_some_and(|session| session.may(permission))
    }

    /// Whether the reader is one who must know of changes of people's access, and there are any.
    pub(crate) fn tells_of_access(&self) -> bool {
        let concerned = self.may(Permission::Approve) || self.may(Permission::AdministerPeople);
        concerned && self.session.as_ref().is_some_and(|session| session.access_news)
    }

    /// The address of a file that is compiled in.
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        asset::address(name)
    }
}

/// A template as an answer that no cache keeps.
pub(crate) fn show(page: &impl Template) -> Result<Response, Fault> {
    let text = page.render().map_err(|_| Fault::Broken)?;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, html)], text).into_response())
}
