//! The errors of a request.
//!
//! A handler returns a [`Fault`]; `fault_page.rs` renders it in one place, for every route.

use crate::remittance::{Bilingual, Language, Localized, said};
use crate::store::{StoreError, StoreRefusal};
use crate::suspense;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::sync::Arc;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nobody is logged in, or the session has ended.
    NoSession,
    /// A token is missing, unknown, expired or revoked.
    NoToken,
    /// The role may not do this.
    Forbidden,
    /// Only the personal pages are open until password and second factor are set up.
    SetupIncomplete,
    /// The form does not come from this session, or is older than the last login.
    ForeignForm,
    NotFound,
    /// The input is invalid.
    Invalid(Bilingual),
    /// Somebody else was first, or the state has changed.
    Conflict(Bilingual),
    /// The desk refuses an act.
    Refused(suspense::DeskRefusal),
    /// Too many attempts; with the seconds until the next is allowed.
    TooMany {
        seconds: i64,
    },
    TooLarge,
    TooSlow,
    Store(StoreError),
    /// The desk is shutting down.
    Stopping,
    /// A bug.
    Broken,
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::LeaseLost { .. }) {
            return Self::Conflict(Bilingual::fixed(
                "夜间对账正在写入，请稍后再试",
                "a night is being recorded; try again soon",
            ));
        }
        let StoreError::Refused(refusal) = error else { return Self::Store(error) };
        match refusal {
            StoreRefusal::NoSuch { .. } => Self::NotFound,
            StoreRefusal::State(refusal) => Self::Conflict(Bilingual::of(&refusal)),
            StoreRefusal::Act(refusal) => Self::Refused(*refusal),
            StoreRefusal::List(_) | StoreRefusal::ImportRests { .. } => {
                Self::Invalid(Bilingual::of(&refusal))
            }
        }
    }
}

impl From<suspense::DeskRefusal> for Fault {
    fn from(refusal: suspense::DeskRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Whether a refusal means that somebody was faster.
const fn is_late(refusal: &suspense::DeskRefusal) -> bool {
    use suspense::{AccessRefusal as A, DeskRefusal as R};
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
    /// The input is invalid.
    pub(crate) fn invalid(
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Invalid(Bilingual::new(zh, en))
    }

    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::NoSession | Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::SetupIncomplete | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(refusal) if is_late(refusal) => StatusCode::CONFLICT,
            Self::Invalid(_) | Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The title of the error page.
    pub(super) fn title(&self, language: Language) -> &'static str {
        match self.status() {
            StatusCode::UNPROCESSABLE_ENTITY => {
                language.choose("请更正后重新提交", "Please correct it")
            }
            StatusCode::CONFLICT => language.choose("情况已有变化", "It has changed"),
            StatusCode::NOT_FOUND => language.choose("没有找到", "Not found"),
            StatusCode::FORBIDDEN => language.choose("没有权限", "Not allowed"),
            _ => language.choose("暂时无法办理", "Not possible now"),
        }
    }

    /// A stable code for programs.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NoSession => "no-session",
            Self::NoToken => "no-token",
            Self::Forbidden => "forbidden",
            Self::SetupIncomplete => "confined",
            Self::ForeignForm => "foreign-form",
            Self::NotFound => "not-found",
            Self::Invalid(_) => "invalid",
            Self::Conflict(_) => "conflict",
            Self::Refused(refusal) => refusal.code(),
            Self::TooMany { .. } => "too-many-attempts",
            Self::TooLarge => "too-large",
            Self::TooSlow => "too-slow",
            Self::Stopping => "stopping",
            Self::Store(_) | Self::Broken => "failed",
        }
    }
}

/// The message for people.
impl Localized for Fault {
    fn in_language(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::NoSession => said!(language, "请先登录", "please log in"),
            Self::NoToken => {
                said!(language, "令牌无效或已过期", "the token is not valid, or no longer")
            }
            Self::Forbidden => said!(language, "您的角色不能做这件事", "your role may not do this"),
            Self::SetupIncomplete => {
                said!(
                    language,
                    "请先修改密码并设置动态码",
                    "change the password and set up codes first"
                )
            }
            Self::ForeignForm => said!(
                language,
                "页面已过期，请刷新后重做",
                "the page is out of date; reload it and try again"
            ),
            Self::NotFound => {
                said!(language, "没有这个页面或这条记录", "there is no such page or record")
            }
            Self::Invalid(said) | Self::Conflict(said) => said.in_language(language),
            Self::Refused(refusal) => refusal.in_language(language),
            Self::TooMany { seconds } => said!(
                language,
                "尝试次数过多，请在 {seconds} 秒后再试",
                "too many attempts; try again in {seconds} seconds"
            ),
            Self::TooLarge => said!(language, "提交的内容过大", "what was sent is too large"),
            Self::TooSlow => said!(language, "请求超时", "the request took too long to arrive"),
            Self::Stopping => {
                said!(language, "系统正在停止，请稍后再试", "the desk is stopping; try again soon")
            }
            Self::Store(_) | Self::Broken => {
                said!(language, "系统出错，没有任何改动", "something failed; nothing was changed")
            }
        }
    }
}

impl IntoResponse for Fault {
    /// An empty response that carries the fault to `fault_page.rs`.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
