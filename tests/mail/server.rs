//! A mail server in its own threads, controlled by a script at every step.
//!
//! Start at [`MailServer::start`]. The script is asked at each [`Stage`] of each conversation whether to go on, answer
//! something else, fall silent, hang up or flood. Accepted letters are kept with their envelopes, as in a mailbox.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A moment of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The letter has arrived completely and is not answered yet.
    Letter,
}

/// The stage and its conversation.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) stage: Stage,
    /// How often this stage was reached before, over all conversations.
    pub(crate) times: usize,
    pub(crate) recipient: String,
    /// Letters that this conversation has already brought.
    pub(crate) letters: usize,
    /// Open conversations when this one began, with this one.
    pub(crate) open: usize,
}

impl Moment {
    pub(crate) fn domain(&self) -> &str {
        self.recipient.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The server's reaction.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    GoOn,
    /// Answers this instead.
    Say(&'static str),
    /// Keeps the letter, then hangs up without an answer.
    KeepAndHangUp,
    HangUp,
    /// Never answers.
    Silence,
    /// Sends endlessly without a line end.
    Flood,
    /// Waits, then goes on.
    Delay(Duration),
}

pub(crate) type Script = dyn Fn(&Moment) -> Act + Send + Sync;

/// A letter as received.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) message: Vec<u8>,
}

pub(crate) struct MailServer {
    pub(crate) port: u16,
    /// Its certificate, PEM.
    pub(crate) certificate: String,
    state: Arc<State>,
}

struct State {
    script: Box<Script>,
    taken: Mutex<Vec<Taken>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    open_most: AtomicUsize,
    reached: [AtomicUsize; 8],
    logins: Mutex<Vec<String>>,
    tls: Arc<ServerConfig>,
    tls_from_the_start: bool,
    offers_starttls: bool,
}

impl MailServer {
    /// Starts a server that offers STARTTLS.
    pub(crate) fn start(script: impl Fn(&Moment) -> Act + Send + Sync + 'static) -> Self {
        Self::with(script, false, true)
    }

    /// A server with TLS from the first byte.
    pub(crate) fn encrypted() -> Self {
        Self::with(|_| Act::GoOn, true, false)
    }

    /// A server without encryption, or a man in the middle who removed the offer.
    pub(crate) fn without_starttls() -> Self {
        Self::with(|_| Act::GoOn, false, false)
    }

    fn with(
        script: impl Fn(&Moment) -> Act + Send + Sync + 'static,
        tls_from_the_start: bool,
        offers_starttls: bool,
    ) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())
            .unwrap();
        let state = Arc::new(State {
            script: Box::new(script),
            taken: Mutex::new(Vec::new()),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            open_most: AtomicUsize::new(0),
            reached: std::array::from_fn(|_| AtomicUsize::new(0)),
            logins: Mutex::new(Vec::new()),
            tls: Arc::new(tls),
            tls_from_the_start,
            offers_starttls,
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || Conversation::hold(stream, &state));
            }
        });
        Self { port, certificate: cert.pem(), state }
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.state.taken.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The most concurrent conversations among the accepted ones.
    pub(crate) fn open_most(&self) -> usize {
        self.state.open_most.load(Ordering::SeqCst)
    }

    pub(crate) fn logins(&self) -> Vec<String> {
        self.state.logins.lock().unwrap().clone()
    }
}

/// Both kinds of stream.
trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

struct Conversation<'s> {
    stream: BufReader<Box<dyn Stream>>,
    state: &'s State,
    from: String,
    to: String,
    letters: usize,
    /// Whether it counts as open.
    open: bool,
    /// The number of open ones when it began.
    among: usize,
}

/// The conversation is over.
struct Over;

impl<'s> Conversation<'s> {
    fn hold(stream: TcpStream, state: &'s State) {
        state.connections.fetch_add(1, Ordering::SeqCst);
        let plain = stream.try_clone().unwrap();
        let stream: Box<dyn Stream> = if state.tls_from_the_start {
            Box::new(encrypted(stream, state))
        } else {
            Box::new(stream)
        };
        let mut conversation = Conversation {
            stream: BufReader::new(stream),
            state,
            from: String::new(),
            to: String::new(),
            letters: 0,
            open: true,
            among: state.open.fetch_add(1, Ordering::SeqCst) + 1,
        };
        let _ = conversation.talk(plain);
        conversation.leave();
    }

    fn talk(&mut self, plain: TcpStream) -> Result<(), Over> {
        self.answer(Stage::Greeting, "220 mail.test ready")?;
        let mut plain = Some(plain);
        loop {
            let line = self.line()?;
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match word.as_str() {
                "EHLO" => {
                    let starttls = if self.state.offers_starttls { "250-STARTTLS\r\n" } else { "" };
                    let features = format!("250-mail.test\r\n{starttls}250 AUTH PLAIN LOGIN");
                    self.answer(Stage::Ehlo, &features)?;
                }
                "STARTTLS" => {
                    self.answer(Stage::StartTls, "220 go ahead")?;
                    let plain = plain.take().ok_or(Over)?;
                    self.stream = BufReader::new(Box::new(encrypted(plain, self.state)));
                }
                "AUTH" => {
                    self.state.logins.lock().unwrap().push(line.clone());
                    self.answer(Stage::Auth, "235 welcome")?;
                }
                "MAIL" => {
                    self.from = address(&line);
                    self.state.open_most.fetch_max(self.among, Ordering::SeqCst);
                    self.answer(Stage::Mail, "250 ok")?;
                }
                "RCPT" => {
                    self.to = address(&line);
                    self.answer(Stage::Rcpt, "250 ok")?;
                }
                "DATA" => {
                    if self.answer(Stage::Data, "354 go ahead")? {
                        self.letter()?;
                    }
                }
                "RSET" | "NOOP" => self.say("250 ok")?,
                "QUIT" => {
                    self.leave();
                    let _ = self.say("221 bye");
                    return Err(Over);
                }
                _ => self.say("500 what?")?,
            }
        }
    }

    /// Stops counting it before the goodbye, so that the next one finds the place free.
    fn leave(&mut self) {
        if std::mem::take(&mut self.open) {
            self.state.open.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Reads a letter up to its dot.
    fn letter(&mut self) -> Result<(), Over> {
        let mut message = Vec::new();
        loop {
            let line = self.line()?;
            match line.strip_prefix('.') {
                Some("") => break,
                Some(stuffed) => message.extend(stuffed.as_bytes()),
                None => message.extend(line.as_bytes()),
            }
            message.extend(b"\r\n");
        }
        let taken = Taken { from: self.from.clone(), to: self.to.clone(), message };
        let moment = self.moment(Stage::Letter);
        match (self.state.script)(&moment) {
            Act::GoOn => {
                self.state.taken.lock().unwrap().push(taken);
                self.letters += 1;
                self.say("250 2.0.0 kept as 4711")
            }
            Act::Delay(pause) => {
                std::thread::sleep(pause);
                self.state.taken.lock().unwrap().push(taken);
                self.say("250 2.0.0 kept as 4711")
            }
            Act::KeepAndHangUp => {
                self.state.taken.lock().unwrap().push(taken);
                Err(Over)
            }
            act @ (Act::Say(_) | Act::HangUp | Act::Silence | Act::Flood) => {
                self.act(&act, "").map(|_| ())
            }
        }
    }

    /// Answers a step as the script says; returns whether it was the ordinary answer.
    fn answer(&mut self, stage: Stage, ordinary: &str) -> Result<bool, Over> {
        let moment = self.moment(stage);
        let act = (self.state.script)(&moment);
        self.act(&act, ordinary)
    }

    fn act(&mut self, act: &Act, ordinary: &str) -> Result<bool, Over> {
        match act {
            Act::GoOn => self.say(ordinary).map(|()| true),
            Act::Say(other) => {
                if other.starts_with(['4', '5']) && ordinary.starts_with("220 mail") {
                    self.leave();
                }
                self.say(other)?;
                // 421 says that the conversation is over.
                if other.starts_with("421") { Err(Over) } else { Ok(false) }
            }
            Act::HangUp | Act::KeepAndHangUp => Err(Over),
            Act::Delay(pause) => {
                std::thread::sleep(*pause);
                self.say(ordinary).map(|()| true)
            }
            Act::Silence => {
                // Until the client hangs up.
                let mut nothing = [0; 512];
                while self.stream.read(&mut nothing).is_ok_and(|read| read > 0) {}
                Err(Over)
            }
            Act::Flood => {
                let flood = [b'x'; 65_536];
                let _ = self.stream.get_mut().write_all(b"220-");
                while self.stream.get_mut().write_all(&flood).is_ok() {}
                Err(Over)
            }
        }
    }

    fn moment(&self, stage: Stage) -> Moment {
        let times = self.state.reached[stage as usize].fetch_add(1, Ordering::SeqCst);
        Moment { stage, times, recipient: self.to.clone(), letters: self.letters, open: self.among }
    }

    fn line(&mut self) -> Result<String, Over> {
        let mut line = String::new();
        loop {
            match self.stream.read_line(&mut line) {
                Ok(0) => return Err(Over),
                Ok(_) => return Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Over),
            }
        }
    }

    fn say(&mut self, words: &str) -> Result<(), Over> {
        let stream = self.stream.get_mut();
        let said = stream.write_all(format!("{words}\r\n").as_bytes());
        said.and_then(|()| stream.flush()).map_err(|_| Over)
    }
}

fn encrypted(stream: TcpStream, state: &State) -> StreamOwned<ServerConnection, TcpStream> {
    StreamOwned::new(ServerConnection::new(Arc::clone(&state.tls)).unwrap(), stream)
}

fn address(line: &str) -> String {
    let inside = line.split_once('<').map_or("", |(_, rest)| rest);
    inside.split('>').next().unwrap_or_default().to_owned()
}
