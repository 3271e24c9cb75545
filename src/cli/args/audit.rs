//! Arguments of `duizhang audit`.

use clap::Args;

pub(in crate::cli) const HELP: &str = "\
A night's report and its mail to staff carry the head of the audit trail. Kept outside the house it
proves later that the trail, and the books that it was written of, are what they were.

Examples:
  duizhang audit
  duizhang audit --head 9d0504e9…
  duizhang audit --head 9d0504e9… --signature pD2x…== --public-key centre.pub.pem";

#[derive(Args, Debug)]
pub(in crate::cli) struct AuditArgs {
    /// Print one digest of what became of all money: equal digests are equal outcomes and books
    #[arg(long)]
    pub(in crate::cli) digest: bool,
    /// With --digest: of how it came about too, every day, step and letter
    #[arg(long, requires = "digest")]
    pub(in crate::cli) history: bool,
    /// Prove that today's audit trail continues a head that was written down: 64 hexadecimal digits
    #[arg(long, value_name = "HEX", conflicts_with = "digest")]
    pub(in crate::cli) head: Option<String>,
    /// The signature beside it, as the report has it
    #[arg(long, value_name = "BASE64", requires_all = ["head", "public_key"])]
    pub(in crate::cli) signature: Option<String>,
    /// The public half of the centre's key: 64 hexadecimal digits, or a PEM file
    #[arg(long, value_name = "KEY", requires = "signature")]
    pub(in crate::cli) public_key: Option<String>,
}
