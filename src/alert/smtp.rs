//! One SMTP session: opened, used for some letters, closed.
//!
//! Start at [`Session::open`] and [`Session::hand_over`]. lettre implements the protocol. This file limits the wait
//! for each answer (lettre's time-out does not fire on a server that accepts the connection and stays silent) and
//! the size of a reply. It classifies each failure by its effect on the letter: none, later, never, or unknown.
//!
//! Invariant: a letter is [`Ending::Unknown`] only if the server may have received all of it.

mod trial;

pub use trial::{TrialStep, try_out};

use super::refusal::{self, Verdict};
use super::state::Ending;
use crate::rulebook::returned::ReturnedWords;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Response};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A mail server and its settings.
#[derive(Clone)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<Login>,
    /// Additional trusted certificates, as PEM.
    pub authority: Option<Vec<u8>>,
    /// This machine's name in EHLO.
    pub hello: String,
    /// How long to wait for one answer.
    pub patience: Duration,
    /// How to interpret the words of a refusal.
    pub words: ReturnedWords,
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Plain at first, then encrypted; fails without encryption.
    StartTls,
    /// Encrypted from the first byte.
    Tls,
    /// Unencrypted: for a relay on this machine.
    Plain,
}

/// User name and password; the debug output hides the password.
#[derive(Clone)]
pub struct Login {
    pub user: String,
    pub password: String,
}

/// Why the server cannot be used; not the fault of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerFault {
    /// The trusted certificate is invalid.
    Authority(String),
    /// No connection, no greeting, no encryption.
    Unreachable(String),
    /// It did not answer in time.
    Silent,
    /// It rejects the login.
    Login(String),
    /// It rejects our sender address.
    Sender(String),
    /// It refuses every recipient and has accepted none.
    Recipients(String),
    /// It lost several connections in a row.
    Unsteady(String),
    /// It accepts no more letters for now, whatever the recipient.
    Limited(String),
    /// It refuses our letters for their content or sender.
    Content(String),
}

/// The step that the server's answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA: before the content was sent, or after.
    Content,
}

/// The result of sending a letter, and whether the session can go on.
pub(super) struct SendOutcome {
    pub(super) ending: Ending,
    pub(super) goes_on: bool,
    /// Whether the server accepted the recipient.
    pub(super) recipient_taken: bool,
    pub(super) step: Step,
    /// Set when the server is at fault, not the letter.
    pub(super) fault: Option<ServerFault>,
}

/// An open session.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    patience: Duration,
    words: ReturnedWords,
}

/// Most bytes of one reply; RFC 5321 requires 512 a line. Otherwise a server that never stops could fill the memory
/// with its greeting.
const REPLY_BYTES_MAX: usize = 256 * 1024;

/// Factor on the patience for the answer to a whole letter: servers check it before they accept it, and giving up
/// too early produces duplicates (RFC 5321, 4.5.3.2.6).
const AFTER_DATA_FACTOR: u32 = 5;

impl Session {
    /// Connects, encrypts and logs in, within one patience in total.
    pub(super) async fn open(server: &MailServer) -> Result<Self, ServerFault> {
        let opening = Self::converse(server);
        tokio::time::timeout(server.patience, opening).await.unwrap_or(Err(ServerFault::Silent))
    }

    async fn converse(server: &MailServer) -> Result<Self, ServerFault> {
        let unreachable = |error: Error| ServerFault::Unreachable(error.to_string());
        let hello = ClientId::Domain(server.hello.clone());
        let address = (server.host.as_str(), server.port);
        let mut connection = match server.security {
            Security::Tls => {
                let tls = Some(tls(server)?);
                AsyncSmtpConnection::connect_tokio1(address, None, &hello, tls, None)
                    .await
                    .map_err(unreachable)?
            }
            Security::StartTls | Security::Plain => {
                let lost = |error: io::Error| ServerFault::Unreachable(error.to_string());
                let stream = TcpStream::connect(address).await.map_err(lost)?;
                // The end of a letter is a separate write. Without this option it would wait for the
                // acknowledgement of the letter, 40 ms each.
                stream.set_nodelay(true).map_err(lost)?;
                let stream = Box::new(SizeLimited { stream, left: REPLY_BYTES_MAX });
                AsyncSmtpConnection::connect_with_transport(stream, &hello)
                    .await
                    .map_err(unreachable)?
            }
        };
        if server.security == Security::StartTls {
            // Fails if the server does not offer it: nothing is sent unencrypted.
            connection.starttls(tls(server)?, &hello).await.map_err(unreachable)?;
        }
        if let Some(login) = &server.login {
            let credentials = Credentials::new(login.user.clone(), login.password.clone());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, &credentials).await.map_err(|error| {
                // "Not now" (4xx) says nothing about the password.
                let text = error.to_string();
                if error.is_transient() {
                    ServerFault::Unreachable(text)
                } else {
                    ServerFault::Login(text)
                }
            })?;
        }
        Ok(Self { connection, patience: server.patience, words: server.words.clone() })
    }

    /// Sends one letter.
    pub(super) async fn hand_over(
        &mut self,
        from: &Address,
        to: &Address,
        message: &[u8],
    ) -> SendOutcome {
        if let Err(failed) = self.ask(Mail::new(Some(from.clone()), vec![])).await {
            // A refused sender is refused for every letter.
            let refused = failed.refusal().map(ServerFault::Sender);
            let mut over = failed.before_the_letter();
            if refused.is_some() {
                (over.ending, over.fault) = (Ending::Untried, refused);
            }
            return self.tidied(over).await;
        }
        if let Err(failed) = self.ask(Rcpt::new(to.clone(), vec![])).await {
            let over = failed.blaming(&self.words).unwrap_or_else(Failed::before_the_letter);
            let over = SendOutcome { step: Step::Recipient, ..over };
            return self.tidied(over).await;
        }
        if let Err(failed) = self.ask(Data).await {
            let over = failed.before_the_letter();
            let over = SendOutcome { recipient_taken: true, step: Step::Content, ..over };
            return self.tidied(over).await;
        }
        let whole = self.connection.message(message);
        let over = match timed(self.patience * AFTER_DATA_FACTOR, whole).await {
            Ok(response) => SendOutcome::of(Ending::Sent(said(&response)), true),
            Err(failed) => failed.after_the_letter(&self.words),
        };
        SendOutcome { recipient_taken: true, step: Step::Content, ..over }
    }

    /// Resets the transaction of a refused letter, so that the next can follow.
    async fn tidied(&mut self, mut over: SendOutcome) -> SendOutcome {
        if over.goes_on {
            over.goes_on = self.ask(Rset).await.is_ok();
        }
        over
    }

    /// Says QUIT without waiting for a slow server.
    pub(super) async fn close(mut self) {
        let _ = self.ask(Quit).await;
    }

    async fn ask(&mut self, command: impl fmt::Display) -> Result<Response, Failed> {
        timed(self.patience, self.connection.command(command)).await
    }
}

/// Why a command failed.
enum Failed {
    Silent,
    Lost(String),
    /// 4xx; 421 ends the session.
    Later {
        answer: String,
        goes_on: bool,
    },
    /// 5xx: the number and its text.
    Never {
        number: String,
        words: String,
    },
}

async fn timed(
    patience: Duration,
    answer: impl Future<Output = Result<Response, Error>>,
) -> Result<Response, Failed> {
    match tokio::time::timeout(patience, answer).await {
        Err(_) => Err(Failed::Silent),
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(Failed::of(&error)),
    }
}

impl SendOutcome {
    pub(super) const fn of(ending: Ending, goes_on: bool) -> Self {
        Self { ending, goes_on, recipient_taken: false, step: Step::Sender, fault: None }
    }

    fn silent(ending: Ending) -> Self {
        Self { fault: Some(ServerFault::Silent), ..Self::of(ending, false) }
    }
}

impl Failed {
    fn of(error: &Error) -> Self {
        let Some(number) = error.status().map(|number| number.to_string()) else {
            return Self::Lost(error.to_string());
        };
        let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        if error.is_permanent() {
            return Self::Never { number, words };
        }
        Self::Later { goes_on: number != "421", answer: format!("{number} {words}") }
    }

    fn refusal(&self) -> Option<String> {
        match self {
            Self::Never { number, words } => Some(format!("{number} {words}")),
            Self::Silent | Self::Lost(_) | Self::Later { .. } => None,
        }
    }

    /// The meaning before the letter was sent.
    fn before_the_letter(self) -> SendOutcome {
        match self {
            Self::Silent => SendOutcome::silent(Ending::Later(
                "the mail server did not answer in time".to_owned(),
            )),
            Self::Lost(answer) => SendOutcome::of(Ending::Later(answer), false),
            Self::Later { answer, goes_on } => SendOutcome::of(Ending::Later(answer), goes_on),
            Self::Never { number, words } => {
                SendOutcome::of(Ending::Refused(format!("{number} {words}")), true)
            }
        }
    }

    /// The meaning after the letter was sent.
    fn after_the_letter(self, words: &ReturnedWords) -> SendOutcome {
        let unconfirmed = |failed: Self| match failed {
            Self::Silent => SendOutcome::silent(Ending::Unknown(
                "the mail server did not confirm in time".to_owned(),
            )),
            Self::Lost(answer) => SendOutcome::of(Ending::Unknown(answer), false),
            answered @ (Self::Later { .. } | Self::Never { .. }) => answered.before_the_letter(),
        };
        self.blaming(words).unwrap_or_else(unconfirmed)
    }

    /// A refusal about the address; other failures are returned unchanged.
    fn blaming(self, known: &ReturnedWords) -> Result<SendOutcome, Self> {
        match self {
            Self::Never { number, words } => {
                let answer = format!("{number} {words}");
                let at_once = match refusal::judge(known, "", &answer) {
                    Verdict::NotTheAddress => return Err(Self::Never { number, words }),
                    Verdict::Doubtful => false,
                    Verdict::Gone => true,
                };
                let status = refusal::code("", &answer);
                Ok(SendOutcome::of(Ending::NoMailbox { status, answer, at_once }, true))
            }
            Self::Silent | Self::Lost(_) | Self::Later { .. } => Err(self),
        }
    }
}

/// The server's answer to an accepted letter, often with its queue id.
fn said(response: &Response) -> String {
    let text: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), text.join(" "))
}

fn tls(server: &MailServer) -> Result<TlsParameters, ServerFault> {
    let fault = |error: Error| ServerFault::Authority(error.to_string());
    let mut tls = TlsParameters::builder(server.host.clone());
    if let Some(authority) = &server.authority {
        tls = tls.add_root_certificate(Certificate::from_pem(authority).map_err(fault)?);
    }
    tls.build().map_err(fault)
}

/// A stream that fails when the other side sends too much.
#[derive(Debug)]
struct SizeLimited {
    stream: TcpStream,
    left: usize,
}

impl AsyncRead for SizeLimited {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            let endless = io::Error::new(io::ErrorKind::InvalidData, "an answer without an end");
            return Poll::Ready(Err(endless));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.left = self.left.saturating_sub(buffer.filled().len() - before);
        read
    }
}

impl AsyncWrite for SizeLimited {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.left = REPLY_BYTES_MAX;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for SizeLimited {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("login", &self.login)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ServerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority(why) => write!(f, "the certificate to trust is none: {why}"),
            Self::Unreachable(why) => write!(f, "the mail server cannot be reached: {why}"),
            Self::Silent => write!(f, "the mail server did not answer in time"),
            Self::Login(why) => write!(f, "the mail server does not let us in: {why}"),
            Self::Sender(why) => write!(f, "the mail server takes nothing from our address: {why}"),
            Self::Recipients(why) => {
                write!(f, "the mail server refuses every recipient: {why}")
            }
            Self::Unsteady(why) => {
                write!(f, "the mail server broke off several times in a row: {why}")
            }
            Self::Limited(why) => {
                write!(f, "the mail server takes no more letters just now: {why}")
            }
            Self::Content(why) => {
                write!(f, "the mail server likes none of the letters: {why}")
            }
        }
    }
}

impl ServerFault {
    /// The number of a refusal that lasts until somebody fixes it. Its text is left out: it may contain an
    /// employer's address.
    #[must_use]
    pub fn lasting(&self) -> Option<&str> {
        match self {
            Self::Login(why) | Self::Sender(why) | Self::Recipients(why) | Self::Content(why) => {
                Some(why.split_whitespace().next().unwrap_or_default())
            }
            Self::Authority(_)
            | Self::Unreachable(_)
            | Self::Silent
            | Self::Unsteady(_)
            | Self::Limited(_) => None,
        }
    }
}

impl std::error::Error for ServerFault {}
