//! A power cut at the end of a night, on a real ext4: the disk image is copied at that moment and inspected.
//!
//! Start at the test. Goal: every letter marked as filed is completely on the disk, and so is its report. Method: a
//! centre on an ext4 in a file. The copy of that file holds what has reached the disk and nothing that is only in
//! memory, as after a power cut. It needs root and a loop device, so `.ci/slow` enables it with
//! `DUIZHANG_POWER_CUT=LETTERS`; the short form, at every step, is `tests/night/filed.rs`.

use crate::centre::{Centre, ICBC};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ASKED: &str = "DUIZHANG_POWER_CUT";
const NIGHT: &str = "2026-06-10";

fn shell(words: &[&str]) -> bool {
    let output = Command::new(words[0]).args(&words[1..]).output();
    let done = output.as_ref().is_ok_and(|output| output.status.success());
    if !done {
        println!("{words:?}: {output:?}");
    }
    done
}

/// An ext4 in a file, mounted until it is dropped.
struct Disk {
    image: PathBuf,
    at: PathBuf,
}

impl Disk {
    fn make(below: &Path) -> Option<Self> {
        let (image, at) = (below.join("disk.img"), below.join("disk"));
        fs::File::create(&image).unwrap().set_len(1 << 30).unwrap();
        shell(&["mkfs.ext4", "-q", image.to_str().unwrap()])
            .then(|| Self::mount(image, at))
            .flatten()
    }

    fn mount(image: PathBuf, at: PathBuf) -> Option<Self> {
        fs::create_dir_all(&at).unwrap();
        let words = ["mount", "-o", "loop", image.to_str().unwrap(), at.to_str().unwrap()];
        shell(&words).then_some(Self { image, at })
    }

    /// The disk when the power is back, without any further writes.
    fn after_a_cut(&self, below: &Path) -> Self {
        let (image, at) = (below.join("cut.img"), below.join("cut"));
        assert!(shell(&[
            "cp",
            "--sparse=always",
            self.image.to_str().unwrap(),
            image.to_str().unwrap()
        ]));
        Self::mount(image, at).unwrap()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        shell(&["umount", self.at.to_str().unwrap()]);
    }
}

fn lists(letters: u32) -> [(&'static str, String); 3] {
    let mut employers = "employer_id,name,email,payer_accounts\n".to_owned();
    for number in 0..letters {
        let account = 6_200_000_000_000_000_000_u64 + u64::from(number);
        writeln!(employers, "E{number},示例{number}公司,e{number}@e.example.com,{account}")
            .unwrap();
    }
    let accounts = crate::centre::ACCOUNTS.to_owned();
    [
        ("accounts", accounts),
        ("employers", employers),
        ("notices", crate::centre::NOTICES.to_owned()),
    ]
}

fn feed(letters: u32) -> String {
    let mut rows = String::new();
    for number in 0..letters {
        let account = 6_200_000_000_000_000_000_u64 + u64::from(number);
        writeln!(
            rows,
            "{ICBC},L{number},2026-05-11,09:00:00,贷,{}.00,{account},示例{number}公司,转账,公积金",
            100 + number
        )
        .unwrap();
    }
    rows
}

/// Letters by mail in the outbox of a centre in this folder, by state, and the number of filed ones with a complete
/// file.
fn filed(centre: &Path) -> (usize, usize) {
    let url = format!("sqlite://{}", centre.join("duizhang.db").display());
    let store = duizhang::store::Store::open(&url, "1", false).unwrap();
    let rows = store.outbox(&duizhang::store::OutboxFilter::default()).unwrap();
    let filed: std::collections::BTreeSet<String> = rows
        .into_iter()
        .filter(|row| row.state == duizhang::alert::LetterState::Filed)
        .map(|row| row.letter_id)
        .collect();
    let mut whole = 0;
    let night = NIGHT.parse().unwrap();
    store
        .letters(night, |letter| {
            let place = centre.join("outbox").join(format!("{}.eml", letter.letter_id));
            let lies = fs::read(place).is_ok_and(|found| found == letter.message.as_bytes());
            whole += usize::from(filed.contains(&letter.letter_id) && lies);
            true
        })
        .unwrap();
    (filed.len(), whole)
}

#[test]
fn an_ext4_image_copied_at_the_nights_end_holds_every_letter_that_is_marked() {
    let Some(letters) = std::env::var(ASKED).ok().and_then(|count| count.parse::<u32>().ok())
    else {
        return;
    };
    let folder = tempfile::TempDir::new().unwrap();
    let Some(disk) = Disk::make(folder.path()) else {
        println!("power cut: skipped, there is no loop device or no right to mount one");
        return;
    };
    let lists = lists(letters);
    let lists = lists.each_ref().map(|(list, text)| (*list, text.as_str()));
    let centre = Centre::within(&disk.at, &lists);
    centre.feed("inbox/may.csv", &feed(letters));
    shell(&["sync"]);
    centre.run(&["nightly", "--as-of", NIGHT]).assert().code(0);
    let cut = disk.after_a_cut(folder.path());
    let name = centre.path().strip_prefix(&disk.at).unwrap().to_owned();
    let left = cut.at.join(&name);
    let (marked, whole) = filed(&left);
    println!(
        "power cut: {whole} of {marked} letters marked as filed lie there whole, of {letters}"
    );
    assert_eq!((marked, whole), (letters as usize, letters as usize));
    let report = format!("reports/suspense-{NIGHT}.html");
    assert_eq!(
        fs::read(left.join(&report)).unwrap(),
        fs::read(centre.path().join(&report)).unwrap()
    );
}
