//! The OpenAPI 3.1 description, generated from the handlers and the types of their answers.
//!
//! An endpoint is described at its handler (`#[utoipa::path]`), an answer at its type. This file adds what is
//! common: permissions come from the table of routes, and every refusal is problem details.

use super::{bounce, proof, proposal, record, suspense};
use crate::web::fault_page::Problem;
use crate::web::listed::Listed;
use crate::web::session::Access;
use axum::Extension;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, OnceLock};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Description, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "duizhang",
        version = "1",
        description = "The desk's verbs for programs. Every request but this description carries \
            `Authorization: Bearer TOKEN`; tokens are made by `duizhang token add` or by an administrator \
            at the desk (another confirms), and have a role. A token belongs to a person and counts as that \
            person: what it proposes, neither that person nor another of their tokens approves; it has at \
            most the role its owner has, and ends with it. Lists are read a page at a time."
    ),
    servers((url = "/")),
    security(("token" = [])),
    paths(
        suspense::listed,
        suspense::shown,
        suspense::suggestions,
        suspense::history,
        suspense::note,
        suspense::assign,
        proposal::preview,
        proposal::listed,
        proposal::propose,
        proposal::shown,
        proposal::approve,
        proposal::send_back,
        proposal::withdraw,
        record::transactions,
        record::notices,
        record::employers,
        record::employer,
        record::runs,
        record::letters,
        bounce::take,
        proof::trail,
        proof::audit,
        described,
    ),
    components(schemas(Problem))
)]
struct Interface;

/// Adds the required permission to each endpoint, from the table of routes.
struct Tokens<'t>(&'t [Listed]);

impl Modify for Tokens<'_> {
    fn modify(&self, description: &mut Description) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        for Listed { method, path, access } in self.0 {
            let Some(operation) = operation(description, method, path) else { continue };
            let Access::Token(permission) = access else {
                operation.security = Some(Vec::new());
                continue;
            };
            let needs = format!("Needs the permission `{}`.", permission.code());
            operation.description = Some(match operation.description.take() {
                Some(more) if !more.is_empty() => format!("{needs} {more}"),
                _ => needs,
            });
            add(operation, "401", "No token, or none in force");
            add(operation, "403", "The token's role may not");
        }
    }
}

/// Adds the possible refusals to each endpoint, and their schema.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, description: &mut Description) {
        let items = description.paths.paths.values_mut();
        let operations = items.flat_map(|item| [item.get.as_mut(), item.post.as_mut()]).flatten();
        for operation in operations {
            let parameters = operation.parameters.as_deref().unwrap_or_default();
            let names_record = parameters.iter().any(|parameter| match parameter {
                RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Path,
                RefOr::Ref(_) => false,
            });
            let takes_anything = !parameters.is_empty() || operation.request_body.is_some();
            if names_record {
                add(operation, "404", "No such record");
            }
            if takes_anything {
                add(operation, "422", "It cannot be meant so");
            }
            for (status, response) in &mut operation.responses.responses {
                if let (true, RefOr::T(response)) = (status.starts_with('4'), response) {
                    let problem = Content::new(Some(Ref::from_schema_name(Problem::name())));
                    response.content.insert("application/problem+json".to_owned(), problem.into());
                }
            }
        }
    }
}

/// Forbids undescribed fields: requests with one are refused (serde's `deny_unknown_fields`), and answers have none
/// because they are typed.
struct Exact;

impl Modify for Exact {
    fn modify(&self, description: &mut Description) {
        let schemas = &mut description.components.get_or_insert_default().schemas;
        schemas.values_mut().for_each(close);
    }
}

fn close(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) if !object.properties.is_empty() => {
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
        RefOr::T(Schema::OneOf(alternatives)) => alternatives.items.iter_mut().for_each(close),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

fn operation<'d>(
    description: &'d mut Description,
    method: &Method,
    path: &str,
) -> Option<&'d mut Operation> {
    let PathItem { get, post, .. } = description.paths.paths.get_mut(path)?;
    if *method == Method::GET { get.as_mut() } else { post.as_mut() }
}

fn add(operation: &mut Operation, status: &str, description: &str) {
    let response = ResponseBuilder::new().description(description).build();
    operation.responses.responses.insert(status.to_owned(), response.into());
}

/// The complete description as served. Permissions come first, since they bring refusals; then the form of each refusal.
fn written(routes: &[Listed]) -> String {
    let mut description = Interface::openapi();
    Tokens(routes).modify(&mut description);
    Refusals.modify(&mut description);
    Exact.modify(&mut description);
    description.to_pretty_json().unwrap_or_default()
}

/// Made when it is first asked for.
static DESCRIPTION: OnceLock<String> = OnceLock::new();

/// This description
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "describe",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json"))
)]
pub(crate) async fn described(Extension(routes): Extension<Arc<[Listed]>>) -> Response {
    let json = HeaderValue::from_static("application/json");
    let written = DESCRIPTION.get_or_init(|| written(&routes));
    ([(header::CONTENT_TYPE, json)], written.as_str()).into_response()
}
