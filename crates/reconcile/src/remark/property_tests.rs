//! Properties of every remark, however hostile: remarks generated from what people and attackers write.
//!
//! The generator joins pieces, so that prefixes, digits, gaps and look-alikes meet in every order.
//!
//! One test is not random: the shapes of remark that would be quadratic if anything were.

use super::{Certainty, Claim, Reader, marked, render};
use proptest::prelude::*;
use std::sync::LazyLock;

static READER: LazyLock<Reader> = LazyLock::new(Reader::shipped);

/// Pieces of remarks; many of each important kind, so that they often meet.
const PIECES: [&str; 64] = [
    "P1906133753",
    "P1906133754",
    "P1906133753",
    "1906133753",
    "p1906133753",
    "P190613375",
    "Ｐ１９０６１３３７５３",
    "P",
    "p",
    "Ｐ",
    "ｐ",
    "Р",
    "Ⓟ",
    "ℙ",
    "P19",
    "1906",
    "133753",
    "0",
    "1",
    "3",
    "12",
    "７",
    "２０２６",
    "202605",
    "20260511",
    "月",
    "2月",
    " 3月",
    "年",
    "2026年",
    "元",
    "120000.00",
    "1,200.00",
    "2026-05",
    "13807721234",
    " ",
    " ",
    "\u{3000}",
    "\n",
    "\u{200B}",
    "\u{FEFF}",
    "\u{0}",
    "/",
    "-",
    "|",
    "（",
    "）",
    "，",
    "￥",
    "…",
    "→",
    ".",
    ",",
    "O",
    "l",
    "S",
    "H",
    "é",
    "①",
    "²",
    "٣",
    "公积金",
    "二月",
    "柳州某某公司",
];

fn remark() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        9 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(|char| char.to_string()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_quick_way_and_the_full_rule_and_the_explanation_agree(remark in remark()) {
        let claim = READER.claim(&remark);
        prop_assert_eq!(&claim, &READER.claim_in_full(&remark), "{:?}", remark);
        let reading = READER.read(&remark);
        prop_assert_eq!(claim.references(), &reading.candidates[..]);
        let certainty = match claim {
            Claim::None | Claim::Truncated => Certainty::None,
            Claim::Certain(_) => Certainty::Certain,
            Claim::Probable(_) => Certainty::Probable,
            Claim::Several(_) | Claim::SeveralDoubtful(_) => Certainty::Ambiguous,
        };
        prop_assert_eq!(certainty, reading.certainty);
    }

    #[test]
    fn spans_lie_inside_and_in_order(remark in remark()) {
        let reading = READER.read(&remark);
        let length = remark.chars().count();
        let mut last = 0;
        for (start, end) in &reading.places {
            prop_assert!(last <= *start && start < end && *end <= length, "{:?}", remark);
            last = *end;
        }
        let mut last = 0;
        for step in &reading.steps {
            prop_assert!(last <= step.span.0 && step.span.0 < step.span.1, "{:?}", remark);
            prop_assert!(step.span.1 <= length && !step.rule.is_empty(), "{:?}", remark);
            last = step.span.1;
        }
        prop_assert_eq!(reading.span.is_some(), reading.reference.is_some());
        prop_assert!(reading.advice.is_sorted_by(|a, b| a < b));
        let parts: String = marked(&remark, &reading).into_iter().map(|part| part.text).collect();
        prop_assert_eq!(&parts, &remark);
        let _ = render::explain(&READER, &reading, &remark, render::Style::Plain);
    }

    #[test]
    fn the_plain_form_of_a_certain_reading_is_as_certain(remark in remark()) {
        let reading = READER.read(&remark);
        if reading.certainty == Certainty::Certain {
            let again = READER.read(&reading.plain);
            prop_assert_eq!(again.reference, reading.reference, "{:?} {:?}", remark, reading.plain);
            prop_assert_eq!(again.certainty, Certainty::Certain);
        }
    }

    #[test]
    fn a_gap_inside_ten_digits_changes_nothing(
        number in 0_u64..10_000_000_000,
        gaps in prop::collection::vec((0_usize..10, prop::sample::select(&[
            " ", "\u{3000}", "\n", "\r\n", "\t", "\u{200B}", "\u{FEFF}", "-", "/", "→", "—", "^", "（", "、", ",", ".",
        ][..])), 0..5),
        behind in prop::sample::select(&["", " 5月公积金", "公积金", "\n120000.00", "）"][..]),
    ) {
        let plain = format!("P{number:010}");
        let mut written = String::new();
        for (index, char) in plain.chars().enumerate() {
            written.push(char);
            for (_, gap) in gaps.iter().filter(|(place, _)| *place == index) {
                written.push_str(gap);
            }
        }
        written.push_str(behind);
        let reading = READER.read(&written);
        prop_assert_eq!(reading.certainty, Certainty::Certain, "{:?}", written);
        prop_assert_eq!(reading.reference.unwrap().to_string(), plain, "{:?}", written);
    }
}

/// Goal: no remark takes more than linear time. Method: the worst shapes known, a quarter of a megabyte
/// each; anything quadratic would take minutes here.
#[test]
fn a_remark_without_end_is_read_in_linear_time() {
    for piece in [
        "P",
        "P ",
        "P1 ",
        "P1906133753",
        "P19061 ",
        " ",
        "\u{200B}",
        "1",
        "1 ",
        "1,234",
        "P1,234",
        "|1",
        "P|1",
        "①",
        "P①",
        "O1",
        "P190613375 3月",
        "1906133753 ",
        "H",
        "P\u{200B}1",
        "P1906133753、P1906133754、",
        "/ ",
    ] {
        for lead in ["", "P", "P190613375"] {
            let remark = lead.to_owned() + &piece.repeat(250_000 / piece.len());
            let claim = READER.claim(&remark);
            assert_eq!(claim, READER.claim_in_full(&remark));
        }
    }
    let prefixes: String = (0..10_000).map(|number| format!("P{number:010}")).collect();
    assert_eq!(READER.read(&prefixes).candidates.len(), 10_000);
}
