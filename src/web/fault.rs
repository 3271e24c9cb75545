//! What goes wrong with a request, and how it is told.
//!
//! A handler returns a [`Fault`]; [`tell`] shows it once, around every route: a page in the reader's
//! language, or problem details (RFC 9457) to a program. What failed inside is logged by kind and not
//! told.

use super::Desk;
use super::frame::{Frame, Visit};
use crate::remittance::{Bilingual, Language, Localized, said};
use crate::store::{StoreError, StoreRefusal};
use crate::suspense;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;
use std::borrow::Cow;
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
    /// What is asked cannot be meant so.
    Invalid(Bilingual),
    /// Somebody else was first, or the state no longer allows it.
    Conflict(Bilingual),
    /// The desk refuses an act.
    Refused(suspense::DeskRefusal),
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

/// Whether a refusal says that somebody was faster.
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
    /// What is asked cannot be meant so.
    pub(crate) fn invalid(
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Invalid(Bilingual::new(zh, en))
    }

    const fn status(&self) -> StatusCode {
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

    /// What the page is called.
    fn title(&self, language: Language) -> &'static str {
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

    /// The short name a program may rely on.
    fn code(&self) -> &'static str {
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

/// What a person is told.
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
    /// A bare answer that carries the fault to [`tell`].
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[derive(Template)]
#[template(path = "desk/fault.html")]
struct FaultPage {
    frame: Frame,
    /// Whether it is what was typed, which the page before still has.
    mends: bool,
    words: String,
}

/// Shows faults as pages or problem details.
pub(super) async fn tell(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let visit = Visit::of(&desk, &request);
    let is_program = request.uri().path().starts_with("/api/");
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_htmx = request.headers().contains_key("hx-request");
    let response = next.run(request).await;
    let told = response.extensions().get::<Arc<Fault>>().cloned();
    let Some(fault) = told.or_else(|| of_status(response.status()).map(Arc::new)) else {
        return response;
    };
    if let Fault::Store(error) = &*fault {
        tracing::error!(%error, "the store failed");
    }
    if is_program {
        let detail = fault.in_language(Language::English);
        return problem(fault.status(), fault.code(), &detail);
    }
    if matches!(*fault, Fault::NoSession) {
        return to_login(&visit, is_read, is_htmx);
    }
    if matches!(*fault, Fault::SetupIncomplete) && is_read && !is_htmx {
        return Redirect::to("/me").into_response();
    }
    let words = fault.in_language(visit.language).into_owned();
    let page = FaultPage {
        frame: Frame::of_visitor(&desk, &visit, fault.title(visit.language)),
        mends: fault.status() == StatusCode::UNPROCESSABLE_ENTITY,
        words,
    };
    let mut shown =
        super::frame::show(&page).unwrap_or_else(|fault| fault.status().into_response());
    *shown.status_mut() = fault.status();
    if let Fault::TooMany { seconds } = *fault {
        shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    shown
}

/// The fault that an answer of the framework's own stands for: a form or address that does not parse, a
/// body too large or too slow.
fn of_status(status: StatusCode) -> Option<Fault> {
    match status {
        StatusCode::BAD_REQUEST
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => Some(Fault::invalid(
            "提交的内容不完整或格式不对",
            "a field is missing or cannot be read",
        )),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Fault::TooLarge),
        StatusCode::REQUEST_TIMEOUT => Some(Fault::TooSlow),
        _ => None,
    }
}

/// Sends whoever has no session to the login, and back afterwards where that only reads.
fn to_login(visit: &Visit, is_read: bool, is_htmx: bool) -> Response {
    let next = if is_read && !is_htmx { visit.here.as_str() } else { "/" };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let address = if next == "%2F" { "/login".to_owned() } else { format!("/login?next={next}") };
    if is_htmx {
        // htmx follows redirects into the fragment; this header makes it leave the page instead.
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        response.headers_mut().insert("hx-redirect", HeaderValue::from_static("/login"));
        return response;
    }
    Redirect::to(&address).into_response()
}

/// Problem details, RFC 9457.
fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("error"),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    let kind = HeaderValue::from_static("application/problem+json");
    let mut response = (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}
