//! Exports the whole trail, oldest first, with every hash, so that anybody can verify it with SHA-256.
//!
//! The columns are those of `duizhang trail --format json|csv`. Entries are written as they are read, so a trail of
//! ten years is never in memory. The export is itself an entry, the last in the file. JSON lines are the unchanged
//! entries, for proof; in the CSV no cell begins a formula, because spreadsheets open it.

use crate::report::text;
use crate::store::{Store, StoreError};
use crate::suspense::trail::{Link, TrailEvent};
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::session::Session;
use crate::web::view::instant;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use serde_json::json;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Bytes sent per chunk.
const CHUNK_BYTES: usize = 64 * 1024;
/// Chunks buffered for a slow reader.
const CHUNKS: usize = 4;

const COLUMNS: [&str; 10] = [
    "sequence", "at", "beijing", "actor", "role", "event", "subject", "detail", "previous", "hash",
];

#[derive(Clone, Copy)]
enum Format {
    Csv,
    JsonLines,
}

pub(crate) async fn csv(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    file(&desk, &session, Format::Csv).await
}

pub(crate) async fn json_lines(
    State(desk): State<Desk>,
    session: Session,
) -> Result<Response, Fault> {
    file(&desk, &session, Format::JsonLines).await
}

async fn file(desk: &Desk, session: &Session, format: Format) -> Result<Response, Fault> {
    let entry = session.entry(desk, TrailEvent::Exported, "trail", "");
    desk.store(move |store| store.append(&entry)).await?;
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::JsonLines => ("application/jsonl; charset=utf-8", "jsonl"),
    };
    let place = format!("attachment; filename=\"trail-{}.{name}\"", desk.today());
    let (sender, receiver) = mpsc::channel(CHUNKS);
    let desk = desk.clone();
    tokio::spawn(async move {
        let failed = sender.clone();
        let done =
            desk.store(move |store| write(store, format, Chunks { sender, waiting: Vec::new() }));
        if done.await.is_err() {
            // The file ends where it failed, and the browser reports it.
            let _ = failed.send(Err(io::ErrorKind::BrokenPipe.into())).await;
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&place).map_err(|_| Fault::Broken)?),
    ];
    Ok((headers, Body::new(Sent(receiver))).into_response())
}

/// Writes the entries. Stops without an error when the reader disconnects.
fn write(store: &Store, format: Format, mut out: Chunks) -> Result<(), StoreError> {
    let headed = |out: &mut Chunks| {
        // Without the BOM, Excel uses the machine's own code page.
        out.write_all("\u{FEFF}".as_bytes())?;
        line(out, &COLUMNS.map(str::to_owned))
    };
    let mut left = matches!(format, Format::Csv) && headed(&mut out).is_err();
    store.whole_trail::<StoreError>(|link| {
        if !left {
            left = match format {
                Format::Csv => line(&mut out, &cells(link)),
                Format::JsonLines => object(&mut out, link),
            }
            .is_err();
        }
        Ok(())
    })?;
    if !left {
        let _ = out.flush();
    }
    Ok(())
}

fn cells(link: &Link) -> [String; 10] {
    let entry = &link.entry;
    [
        link.sequence.to_string(),
        entry.at.to_string(),
        instant(entry.at),
        entry.actor.clone(),
        entry.role.clone(),
        entry.event.code().to_owned(),
        entry.subject.clone(),
        entry.detail.clone(),
        link.previous.clone(),
        link.hash.clone(),
    ]
}

fn line(out: &mut Chunks, cells: &[String; 10]) -> io::Result<()> {
    let mut record = csv::Writer::from_writer(Vec::new());
    record.write_record(cells.iter().map(|cell| text::cell(cell).into_owned()))?;
    let bytes = record.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    out.write_all(&bytes)
}

fn object(out: &mut Chunks, link: &Link) -> io::Result<()> {
    let entry = &link.entry;
    let object = json!({
        "sequence": link.sequence, "at": entry.at, "beijing": instant(entry.at),
        "actor": entry.actor, "role": entry.role, "event": entry.event.code(),
        "subject": entry.subject, "detail": entry.detail,
        "previous": link.previous, "hash": link.hash,
    });
    writeln!(out, "{object}")
}

/// Buffers output for the socket.
struct Chunks {
    sender: mpsc::Sender<io::Result<Bytes>>,
    waiting: Vec<u8>,
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let chunk = Bytes::from(std::mem::take(&mut self.waiting));
        let sent = self.sender.blocking_send(Ok(chunk));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// Chunks as a response body.
struct Sent(mpsc::Receiver<io::Result<Bytes>>);

impl hyper::body::Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll_recv(context).map(|next| next.map(|chunk| chunk.map(Frame::data)))
    }
}
