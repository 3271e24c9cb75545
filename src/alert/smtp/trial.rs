//! Sends one letter step by step, to show the server's answer to each step.

use super::{Failed, MailServer, ServerFault, Session, said};
use crate::alert::dkim::Signer;
use lettre::Address;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};

/// A step and the server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialStep {
    /// `connect` (with encryption and login), `from`, `to`, `data` or `letter`.
    pub step: &'static str,
    pub holds: bool,
    pub answer: String,
}

impl TrialStep {
    fn of(step: &'static str, found: Result<String, Failed>) -> Self {
        let holds = found.is_ok();
        let answer = found.unwrap_or_else(|failed| match failed {
            Failed::Silent => "no answer in time".to_owned(),
            Failed::Lost(why) => why,
            Failed::Later { answer, .. } => answer,
            Failed::Never { number, words } => format!("{number} {words}"),
        });
        Self { step, holds, answer }
    }
}

/// Sends a letter and returns every step up to the first that fails.
///
/// # Errors
/// When the runtime does not start.
pub fn try_out(
    server: &MailServer,
    signer: Option<&Signer>,
    (sender, to): (&Address, &Address),
    message: &[u8],
) -> std::io::Result<Vec<TrialStep>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let signed = signer.map(|signer| signer.signed(message));
    let message = signed.as_deref().unwrap_or(message);
    let steps = runtime.block_on(steps(server, (sender, to), message));
    runtime.shutdown_background();
    Ok(steps)
}

async fn steps(
    server: &MailServer,
    (sender, to): (&Address, &Address),
    message: &[u8],
) -> Vec<TrialStep> {
    let connected = |holds, answer| TrialStep { step: "connect", holds, answer };
    let mut session = match Session::open(server).await {
        Ok(session) => session,
        Err(fault) => return vec![connected(false, ServerFault::to_string(&fault))],
    };
    let mut steps = vec![connected(true, "connected, and let in".to_owned())];
    let from = Mail::new(Some(sender.clone()), vec![]);
    let found = session.ask(from).await.map(|answer| said(&answer));
    steps.push(TrialStep::of("from", found));
    if steps.iter().all(|step| step.holds) {
        let found = session.ask(Rcpt::new(to.clone(), vec![])).await.map(|answer| said(&answer));
        steps.push(TrialStep::of("to", found));
    }
    if steps.iter().all(|step| step.holds) {
        let found = session.ask(Data).await.map(|answer| said(&answer));
        steps.push(TrialStep::of("data", found));
    }
    if steps.iter().all(|step| step.holds) {
        let patience = session.patience * super::AFTER_DATA_FACTOR;
        let whole = session.connection.message(message);
        let found = super::timed(patience, whole).await.map(|answer| said(&answer));
        steps.push(TrialStep::of("letter", found));
    }
    session.close().await;
    steps
}
