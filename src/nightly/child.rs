//! Reads each file in a child process, so that no reader can stop the night.
//!
//! Start at [`Isolation::read`]. A thread can catch a panic, but not a failed allocation, a stack overflow or an
//! endless loop. So the program starts itself again for each new file ([`serve`] is the child). The file, already
//! opened, is the child's standard input. The rows come back over a socket while the child reads ([`relay`]). The
//! child has limits of memory and processor time and cannot write files. It is killed after [`SILENCE_MAX`] without
//! a message; every piece of the file that it reads counts as one, so a large file on a busy machine does not time
//! out.
//!
//! Ruled out: a trial read first, which costs twice; a child process for workbooks only, which would leave the
//! other formats unprotected.

use crate::feed::{
    BlockRead, FeedError, FeedErrorKind, FeedFacts, Flag, Look, Reject, Sink, Statement,
    StatementEntry, relay,
};
use crate::rulebook::bank::{BankLayouts, SerialPeriod};
use crate::store::Accounts;
use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::time::Duration;

/// How long a reader may send nothing.
pub const SILENCE_MAX: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Default)]
pub enum Isolation {
    /// In the night's own process: a panic is caught, worse failures are not.
    #[default]
    InProcess,
    /// In one child process per file.
    Apart(ReaderProcess),
}

/// How to start a reader process; it must run [`serve`].
#[derive(Clone, Debug)]
pub struct ReaderProcess {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    pub patience: Duration,
}

impl Isolation {
    /// Reads a file whose beginning was inspected.
    ///
    /// # Errors
    /// [`FeedError`] when the file as a whole cannot be read or its reader did not finish. Discard what the sink
    /// got until then.
    pub fn read(
        &self,
        file: &mut File,
        look: &Look,
        layouts: &BankLayouts,
        own: Option<&[&str]>,
        sink: &mut dyn Sink,
    ) -> Result<FeedFacts, FeedError> {
        match self {
            Self::InProcess => caught(|| look.read(file, layouts, sink)),
            Self::Apart(process) => process.read(file, look, layouts, own, sink),
        }
    }
}

fn stopped(why: impl Into<String>) -> FeedError {
    FeedErrorKind::Stopped { why: why.into() }.at(0)
}

/// Runs a reader and turns a panic into an error. The panic message is dropped: it may contain a piece of the file.
pub(super) fn caught<T>(read: impl FnOnce() -> Result<T, FeedError>) -> Result<T, FeedError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(stopped("it panicked")))
}

impl ReaderProcess {
    fn read(
        &self,
        file: &File,
        look: &Look,
        layouts: &BankLayouts,
        own: Option<&[&str]>,
        sink: &mut dyn Sink,
    ) -> Result<FeedFacts, FeedError> {
        let unstarted = |error: io::Error| stopped(format!("it could not be started: {error}"));
        let (mut process, socket) = self.start(file).map_err(unstarted)?;
        let mut answers = BufReader::with_capacity(1 << 17, &socket);
        let read = relay::ask(&mut &socket, look, layouts, own)
            .and_then(|()| relay::replay(&mut answers, sink));
        // The child has sent everything or never will: it is no longer needed.
        let _ = process.kill();
        let status = process.wait();
        read.unwrap_or_else(|error| Err(stopped(self.why(&error, status.ok()))))
    }

    /// Why the child stopped sending.
    fn why(&self, error: &io::Error, status: Option<ExitStatus>) -> String {
        let kind = error.kind();
        if matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
            return format!("it gave nothing for {} seconds", self.patience.as_secs());
        }
        if kind == io::ErrorKind::InvalidData {
            return "it said what no reader says".to_owned();
        }
        let memory = MEMORY_BYTES_MAX >> 20;
        match status.and_then(|status| status.signal()) {
            Some(signal) => {
                format!("it ended by signal {signal}; it may take {memory} MiB of memory")
            }
            None => "it ended before the file did".to_owned(),
        }
    }

    fn start(&self, file: &File) -> io::Result<(Child, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(self.patience))?;
        ours.set_write_timeout(Some(self.patience))?;
        let process = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(file.try_clone()?)
            .stdout(OwnedFd::from(theirs))
            // A panic message may contain a piece of the file.
            .stderr(Stdio::null())
            .spawn()?;
        Ok((process, ours))
    }
}

/// Memory limit of a reader: a workbook of 512 MiB unpacked, mostly text, stays below it.
pub const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Processor time limit, for a child that loops after its parent died.
const PROCESSOR_SECONDS_MAX: u64 = 3600;
/// Bytes read between two signs of life.
const GOES_ON_BYTES: u64 = 16 * 1024;

/// The child: reads the file on standard input and sends rows to standard output, which is a socket.
///
/// # Errors
/// When started by hand, or when the parent is gone.
pub fn serve(before: impl FnOnce(&Look)) -> io::Result<()> {
    limit()?;
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let socket = UnixStream::from(io::stdout().as_fd().try_clone_to_owned()?);
    let relay::Asked { look, files, own } = relay::asked(&mut BufReader::new(&socket))?;
    let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
    let (headings, files) = files.split_first().ok_or_else(wrong)?;
    let layouts = BankLayouts::from_files(headings, files).map_err(|_| wrong())?;
    let own: Option<relay::OwnAccount> = own.map(|numbers| {
        let accounts = Accounts::of_numbers(numbers);
        Box::new(move |account: &str| accounts.find(account).is_some()) as relay::OwnAccount
    });
    let relay = relay::Relay::new(BufWriter::with_capacity(1 << 16, socket), own);
    let relay = Rc::new(RefCell::new(relay));
    let mut source = Watched { input, relay: Rc::clone(&relay), unsaid: 0 };
    let mut sink = Shared(Rc::clone(&relay));
    let read = caught(|| {
        before(&look);
        look.read(&mut source, &layouts, &mut sink)
    });
    relay.borrow_mut().end(&read)
}

fn limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
    let limits = [
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Cpu, PROCESSOR_SECONDS_MAX),
        // No files, and no core dump that would leave the content on disk.
        (Resource::Fsize, 0),
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        // Keep a limit that is already lower.
        let most = getrlimit(resource).maximum.map_or(most, |known| known.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}

/// A file that reports the reader's progress.
struct Watched {
    input: File,
    relay: Rc<RefCell<relay::Relay<BufWriter<UnixStream>>>>,
    unsaid: u64,
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.unsaid += u64::try_from(read).unwrap_or(0);
        if self.unsaid >= GOES_ON_BYTES {
            self.unsaid = 0;
            let mut relay = self.relay.borrow_mut();
            relay.goes_on();
            if relay.has_failed() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        Ok(read)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input.seek(to)
    }
}

/// The relay, shared between the reader and its file.
struct Shared(Rc<RefCell<relay::Relay<BufWriter<UnixStream>>>>);

impl Sink for Shared {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.0.borrow_mut().entry(entry);
    }

    fn reject(&mut self, reject: Reject) {
        self.0.borrow_mut().reject(reject);
    }

    fn statement(&mut self, statement: Statement<'_>) {
        self.0.borrow_mut().statement(statement);
    }

    fn flag(&mut self, flag: Flag) {
        self.0.borrow_mut().flag(flag);
    }

    fn block(&mut self, block: BlockRead) {
        self.0.borrow_mut().block(block);
    }

    fn names_account(&mut self, account: &str, line: u64) {
        self.0.borrow_mut().names_account(account, line);
    }

    fn is_own(&self, account: &str) -> Option<bool> {
        self.0.borrow().is_own(account)
    }

    fn begins_again(&mut self) {
        self.0.borrow_mut().begins_again();
    }

    fn member(&mut self, name: &str) {
        self.0.borrow_mut().member(name);
    }

    fn serial_period(&mut self, period: SerialPeriod) {
        self.0.borrow_mut().serial_period(period);
    }
}
