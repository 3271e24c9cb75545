//! The speed of parsing camt.053 and MT940, compared with the plain pass that limits each of them.
//!
//! `cargo bench --bench feed_xml [-- ENTRIES]`: the entries are invented in memory (about 0.9 kB of XML, 0.17 kB of
//! MT940 each), and the best of three parses is shown. The plain pass over XML visits every event and ignores it; the
//! plain pass over MT940 finds every line end.
#![expect(clippy::print_stdout, reason = "a benchmark shows what it measured")]

use duizhang::feed::{self, Flag, Reject, Sink, Statement, StatementEntry};
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

#[derive(Default)]
struct Counting {
    entries: u64,
    characters: usize,
    problems: u64,
}

impl Sink for Counting {
    fn entry(&mut self, entry: StatementEntry<'_>) {
        self.entries += 1;
        self.characters += entry.remarks.postscript.len() + entry.serial.len();
    }
    fn reject(&mut self, _: Reject) {
        self.problems += 1;
    }
    fn statement(&mut self, _: Statement<'_>) {}
    fn flag(&mut self, _: Flag) {
        self.problems += 1;
    }
}

fn camt(entries: u64) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><Othr><Id>4500123456</Id></Othr></Id><Ccy>CNY</Ccy></Acct><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"CNY\">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>\n".to_owned();
    for n in 0..entries {
        let _ = write!(
            text,
            "<Ntry><NtryRef>{n:016}</NtryRef><Amt Ccy=\"CNY\">{}.{:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
             <BookgDt><DtTm>2024-01-01T00:00:00</DtTm></BookgDt><ValDt><Dt>2024-01-01</Dt></ValDt><AcctSvcrRef>{n:016}</AcctSvcrRef>\
             <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>\n\
             <NtryDtls><TxDtls><Refs><AcctSvcrRef>{n:016}</AcctSvcrRef></Refs>\
             <RltdPties><Dbtr><Nm>虚构甲乙机械制造有限公司</Nm></Dbtr><DbtrAcct><Id><Othr><Id>6222{n:015}</Id></Othr></Id></DbtrAcct></RltdPties>\
             <RltdAgts><DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>308631000573</MmbId></ClrSysMmbId><Nm>虚构银行城中支行</Nm></FinInstnId></DbtrAgt></RltdAgts>\
             <RmtInf><Ustrd>P{n:010}虚构甲乙机械制造有限公司1月公积金</Ustrd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>网银转账</AddtlNtryInf></Ntry>\n",
            n % 90_000 + 100,
            n % 100,
        );
    }
    text + "</Stmt></BkToCstmrStmt></Document>\n"
}

fn mt940(entries: u64) -> String {
    let mut text = "{1:F01BANKCNBJAXXX0000000000}{2:I940BANKCNBJAXXXN}{4:\r\n:20:S\r\n:25:4500123456\r\n:28C:1/1\r\n:60F:C240101CNY0,\r\n".to_owned();
    let mut sum = 0;
    for n in 0..entries {
        sum += (n % 90_000 + 100) * 100 + n % 100;
        let _ = write!(
            text,
            ":61:2401010101C{},{:02}NTRFNONREF//{n:016}\r\n00:00:00\r\n:86:166?00网银转账\r\n\
             ?20P{n:010}虚构甲乙机械制造有限公司1\r\n?21月公积金\r\n?30308631000573?316222{n:015}\r\n?32虚构甲乙机械制造有限公司\r\n",
            n % 90_000 + 100,
            n % 100,
        );
    }
    let _ = write!(text, ":62F:C240101CNY{},{:02}\r\n-}}\r\n", sum / 100, sum % 100);
    text
}

fn best(mut run: impl FnMut()) -> Duration {
    let mut times = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        run();
        times.push(began.elapsed());
    }
    times.into_iter().min().unwrap_or_default()
}

fn show(name: &str, text: &str, entries: u64, time: Duration) {
    let micros = time.as_micros().max(1);
    let megabytes = text.len() as u128 / micros;
    let rate = u128::from(entries) * 1_000_000 / micros;
    println!("{name:<24} {:>6} ms {megabytes:>6} MB/s {rate:>10} entries/s", micros / 1000);
}

fn plain_xml(text: &str) -> usize {
    let mut reader = quick_xml::Reader::from_reader(text.as_bytes());
    let (mut buffer, mut events) = (Vec::new(), 0);
    while let Ok(event) = reader.read_event_into(&mut buffer) {
        if matches!(event, quick_xml::events::Event::Eof) {
            break;
        }
        events += 1;
        buffer.clear();
    }
    events
}

fn main() {
    let argument = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let entries = argument.unwrap_or(200_000);
    let text = camt(entries);
    show("camt: plain quick-xml", &text, entries, best(|| _ = black_box(plain_xml(&text))));
    let time = best(|| {
        let mut sink = Counting::default();
        let read = feed::camt::read(&mut text.as_bytes(), &mut sink);
        assert!(read.is_ok() && sink.entries == entries && sink.problems == 0, "{read:?}");
        black_box(sink.characters);
    });
    show("camt: read", &text, entries, time);
    let text = mt940(entries);
    let plain = best(|| _ = black_box(memchr::memchr_iter(b'\n', text.as_bytes()).count()));
    show("MT940: plain line ends", &text, entries, plain);
    let time = best(|| {
        let mut sink = Counting::default();
        let read = feed::mt::read(&mut text.as_bytes(), &mut sink);
        assert!(read.is_ok() && sink.entries == entries && sink.problems == 0, "{read:?}");
        black_box(sink.characters);
    });
    show("MT940: read", &text, entries, time);
}
