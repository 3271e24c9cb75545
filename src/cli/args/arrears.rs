//! Arguments of `duizhang arrears`.

use super::AsOf;
use clap::Args;

#[derive(Args, Debug)]
pub(in crate::cli) struct ArrearsArgs {
    /// Only this employer
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) employer: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) as_of: AsOf,
}
