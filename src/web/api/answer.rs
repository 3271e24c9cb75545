//! The answers of the API: one type each, from which the description is generated.
//!
//! Start at the module of the answer; a list is a [`Page`] or a [`List`]. An answer is made only by `From`, from a
//! store row or a domain value. Absent values are null, never omitted. Fields are in alphabetical order, as they
//! always were in the JSON.

pub(crate) mod proof;
pub(crate) mod proposal;
pub(crate) mod record;
pub(crate) mod suspense;

use serde::Serialize;
use std::borrow::Cow;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Some rows of a list, and where it goes on.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// A whole list.
#[derive(Serialize)]
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
}

impl<T, R: Into<T>> FromIterator<R> for List<T> {
    fn from_iter<I: IntoIterator<Item = R>>(rows: I) -> Self {
        Self { items: rows.into_iter().map(Into::into).collect() }
    }
}

/// An object with only `items`, each described as `T`.
fn items<T: ToSchema>() -> ObjectBuilder {
    let item = Ref::from_schema_name(T::name());
    ObjectBuilder::new().property("items", ArrayBuilder::new().items(item)).required("items")
}

// Written by hand: the derived name would be `Page_Item`, but programs know it as `ItemPage`.
impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let next = ObjectBuilder::new()
            .schema_type([Type::String, Type::Null].into_iter().collect::<SchemaType>())
            .description(Some("The cursor of the next page; null on the last."));
        items::<T>().property("next", next).required("next").into()
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(found: &mut Vec<(String, RefOr<Schema>)>) {
        found.push((T::name().into_owned(), T::schema()));
        T::schemas(found);
    }
}

impl<T: ToSchema> PartialSchema for List<T> {
    fn schema() -> RefOr<Schema> {
        items::<T>().into()
    }
}

impl<T: ToSchema> ToSchema for List<T> {
    fn name() -> Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(found: &mut Vec<(String, RefOr<Schema>)>) {
        found.push((T::name().into_owned(), T::schema()));
        T::schemas(found);
    }
}
