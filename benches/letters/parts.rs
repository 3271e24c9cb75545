//! The parts of `benches/letters.sh`: a full outbox, a sender, and a mail server that accepts everything.
//!
//! The script runs it. `fill URL COUNT` writes letters of the usual size into an outbox; `sink` is the mail server,
//! prints its port and keeps nothing; `send URL PORT CONNECTIONS` sends the due letters as fast as the server accepts
//! them, and reports letters, MB and seconds.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench that cannot be set up may stop; what it measures it prints"
)]

use chrono::NaiveDate;
use duizhang::alert::{
    CentreContact, Delivery, Letter, MailServer, Reissue, Security, deliver, sample,
};
use duizhang::rulebook::letter::LetterRules;
use duizhang::store::{LetterRow, Store};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant, SystemTime};

const CENTRE: &str = "450200";
/// Letters written in one commit; a run writes all of its letters in one.
const TOGETHER: usize = 1_000;

fn main() {
    // Without Cargo's own flags.
    let asked: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    match asked.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fill", url, count] => fill(url, count.parse().unwrap()),
        ["send", url, port, connections] => {
            send(url, port.parse().unwrap(), connections.parse().unwrap());
        }
        ["sink"] => sink(),
        ["message"] => print!("{}", letter(&first(), 0).message),
        _ => println!("run benches/letters.sh"),
    }
}

/// A letter as a run writes it.
fn first() -> Reissue {
    let night = NaiveDate::from_ymd_opt(2026, 5, 11).unwrap();
    let mut centre = CentreContact::placeholder(CENTRE, "示例市住房公积金管理中心");
    "gjj@centre.example".clone_into(&mut centre.sender);
    let digest = sample::digest("digest", centre, night).unwrap();
    let letter = Letter::write(&digest, &LetterRules::shipped().unwrap());
    let message = String::from_utf8(letter.eml(night).unwrap()).unwrap();
    Reissue::of(&letter.letter_id, "E1", &message).unwrap()
}

/// The same to another employer.
fn letter(first: &Reissue, number: usize) -> LetterRow {
    let written_on = NaiveDate::from_ymd_opt(2026, 5, 11).unwrap();
    let recipient = format!("agent{number}@employer.example");
    let written = first.to(&recipient, written_on).unwrap();
    LetterRow {
        letter_id: written.letter_id,
        kind: "digest".into(),
        employer_id: format!("E{number}"),
        written_on,
        recipient,
        subject: written.subject,
        number: String::new(),
        message: written.message,
    }
}

fn fill(url: &str, count: usize) {
    let store = Store::open(url, CENTRE, true).unwrap();
    let first = first();
    for start in (0..count).step_by(TOGETHER) {
        let end = count.min(start + TOGETHER);
        let letters: Vec<LetterRow> = (start..end).map(|number| letter(&first, number)).collect();
        store.post_letters(&letters).unwrap();
    }
}

fn send(url: &str, port: u16, connections: usize) {
    let store = Store::open(url, CENTRE, false).unwrap();
    let bytes = letter(&first(), 0).message.len();
    let delivery = Delivery {
        server: MailServer {
            host: "127.0.0.1".into(),
            port,
            security: Security::Plain,
            login: None,
            authority: None,
            hello: "centre.example".into(),
            patience: Duration::from_secs(60),
            words: duizhang::rulebook::returned::shipped().unwrap(),
        },
        sender: "gjj@centre.example".parse().unwrap(),
        verp: false,
        signer: None,
        connections,
        per_minute: 0,
        servers: duizhang::rulebook::servers::ServerRules::default(),
        one_click: None,
        holder: "bench".into(),
    };
    let now = || {
        let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        i64::try_from(passed.as_secs()).unwrap()
    };
    let began = Instant::now();
    let delivered = deliver(&store, &delivery, &now, &|_| {}).unwrap();
    assert!(delivered.fault.is_none(), "{delivered:?}");
    assert_eq!(delivered.sent, delivered.tried());
    let (sent, took) = (delivered.sent as f64, began.elapsed().as_secs_f64());
    let megabytes = sent * bytes as f64 / 1e6;
    println!("{sent} letters {:.0} letters/s {:.1} MB/s", sent / took, megabytes / took);
}

fn sink() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    std::io::stdout().flush().unwrap();
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || take(stream));
    }
}

/// One conversation; an unknown command ends it.
fn take(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut lines = BufReader::with_capacity(64 * 1024, stream);
    answers.write_all(b"220 sink\r\n")?;
    let mut line = Vec::new();
    let mut in_letter = false;
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match (in_letter, line.as_slice()) {
            (true, b".\r\n") => {
                in_letter = false;
                b"250 2.0.0 kept\r\n"
            }
            (true, _) => continue,
            (false, line) if line.len() < 4 => return Ok(()),
            (false, line) => match line[..4].to_ascii_uppercase().as_slice() {
                b"DATA" => {
                    in_letter = true;
                    b"354 go on\r\n"
                }
                b"EHLO" => b"250-sink\r\n250 8BITMIME\r\n",
                b"QUIT" => {
                    return answers.write_all(b"221 bye\r\n");
                }
                _ => b"250 2.1.0 ok\r\n",
            },
        };
        answers.write_all(answer)?;
    }
}
