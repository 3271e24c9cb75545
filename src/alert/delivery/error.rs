//! Why a run could not go on. The claimed letters are released when their lease ends.

use std::fmt;

#[derive(Debug)]
pub enum DeliveryError<E> {
    /// The runtime did not start.
    Start(std::io::Error),
    Outbox(E),
}

impl<E: fmt::Display> fmt::Display for DeliveryError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(_) => write!(f, "delivery cannot start"),
            Self::Outbox(_) => write!(f, "the outbox cannot be used"),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for DeliveryError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Start(error) => Some(error),
            Self::Outbox(error) => Some(error),
        }
    }
}
