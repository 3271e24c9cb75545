//! stub
pub mod cover;
pub mod sieve;
