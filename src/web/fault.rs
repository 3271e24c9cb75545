//! What goes wrong with a request.
//!
//! A handler returns a [`Fault`]; `fault_page.rs` shows it once, around every route.

use crate::store::{Refusal, StoreError};
use crate::suspense;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nobody is logged in, or the session is over.
    NoSession,
    /// A program's token is absent, unknown, expired or revoked.
    NoToken,
    /// The role may not do this.
    Forbidden,
    /// Nothing but the own pages, before password and second factor are set up.
    SetupIncomplete,
    /// The form was not made by this session's pages, or is from before the last login.
    ForeignForm,
    NotFound,
    /// What is asked cannot be meant so; in both languages.
    Invalid {
        zh: String,
        en: String,
    },
    /// Somebody else was first, or the state no longer allows it; in both languages.
    Conflict {
        zh: String,
        en: String,
    },
    /// The domain refuses an act.
    Refused(suspense::Refusal),
    /// Too many attempts; seconds until the next is heard.
    TooMany {
        seconds: i64,
    },
    TooLarge,
    TooSlow,
    /// The database failed.
    Store(StoreError),
    /// The desk is about to end.
    Stopping,
    /// We are wrong.
    Broken,
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let words = error.to_string();
        if matches!(error, StoreError::LeaseLost { .. }) {
            return Self::Conflict {
                zh: "夜间对账正在写入，请稍后再试".to_owned(),
                en: "a night is being recorded; try again soon".to_owned(),
            };
        }
        let StoreError::Refused(refusal) = error else { return Self::Store(error) };
        match refusal {
            Refusal::NoSuch { .. } => Self::NotFound,
            Refusal::State { .. } => {
                Self::Conflict { zh: "状态已变化，请刷新后再试".to_owned(), en: words }
            }
            Refusal::Act(refusal) => Self::Refused(*refusal),
            Refusal::List(_) | Refusal::ImportRests { .. } => {
                Self::Invalid { zh: words.clone(), en: words }
            }
        }
    }
}

impl From<suspense::Refusal> for Fault {
    fn from(refusal: suspense::Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Whether a refusal says that somebody was faster.
const fn is_late(refusal: &suspense::Refusal) -> bool {
    use suspense::{AccessRefusal as A, Refusal as R};
    matches!(
        refusal,
        R::Changed { .. }
            | R::Edited { .. }
            | R::Closed { .. }
            | R::NotFrom { .. }
            | R::Access(A::Taken { .. } | A::Decided { .. } | A::Waits)
    )
}

impl Fault {
    /// What is asked cannot be meant so.
    pub(crate) fn invalid(zh: &str, en: &str) -> Self {
        Self::Invalid { zh: zh.to_owned(), en: en.to_owned() }
    }

    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::NoSession | Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::SetupIncomplete | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(refusal) if is_late(refusal) => StatusCode::CONFLICT,
            Self::Invalid { .. } | Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The short name a program may rely on.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NoSession => "no-session",
            Self::NoToken => "no-token",
            Self::Forbidden => "forbidden",
            Self::SetupIncomplete => "confined",
            Self::ForeignForm => "foreign-form",
            Self::NotFound => "not-found",
            Self::Invalid { .. } => "invalid",
            Self::Conflict { .. } => "conflict",
            Self::Refused(refusal) => refusal.code(),
            Self::TooMany { .. } => "too-many-attempts",
            Self::TooLarge => "too-large",
            Self::TooSlow => "too-slow",
            Self::Stopping => "stopping",
            Self::Store(_) | Self::Broken => "failed",
        }
    }

    /// What a person is told, in Chinese and English.
    pub(super) fn words(&self) -> (String, String) {
        let fixed = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Self::NoSession => fixed("请先登录", "please log in"),
            Self::NoToken => fixed("令牌无效或已过期", "the token is not valid, or no longer"),
            Self::Forbidden => fixed("您的角色不能做这件事", "your role may not do this"),
            Self::SetupIncomplete => {
                fixed("请先修改密码并设置动态码", "change the password and set up codes first")
            }
            Self::ForeignForm => fixed(
                "页面已过期，请刷新后重做",
                "the page is out of date; reload it and try again",
            ),
            Self::NotFound => fixed("没有这个页面或这条记录", "there is no such page or record"),
            Self::Invalid { zh, en } | Self::Conflict { zh, en } => (zh.clone(), en.clone()),
            Self::Refused(refusal) => (refusal.chinese(), refusal.to_string()),
            Self::TooMany { seconds } => (
                format!("尝试次数过多，请在 {seconds} 秒后再试"),
                format!("too many attempts; try again in {seconds} seconds"),
            ),
            Self::TooLarge => fixed("提交的内容过大", "what was sent is too large"),
            Self::TooSlow => fixed("请求超时", "the request took too long to arrive"),
            Self::Stopping => {
                fixed("系统正在停止，请稍后再试", "the desk is stopping; try again soon")
            }
            Self::Store(_) | Self::Broken => {
                fixed("系统出错，没有任何改动", "something failed; nothing was changed")
            }
        }
    }
}

impl IntoResponse for Fault {
    /// A bare answer that carries the fault to `fault_page.rs`.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
