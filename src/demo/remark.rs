//! Payers' remarks: the same reference in many forms.

use super::prng::Prng;

/// A remark with a reference that a careful reader finds.
pub(super) fn readable(prng: &mut Prng, reference: &str, name: &str, month: u32) -> String {
    match prng.below(100) {
        0..35 => format!("{reference}{name}{month}月公积金"),
        35..55 => format!("{reference}公积金汇缴"),
        55..68 => reference.to_owned(),
        68..76 => format!("缴款通知{reference} {name}"),
        76..82 => format!("{name}住房公积金{reference}"),
        82..86 => format!("{}公积金", full_width(reference)),
        86..89 => format!("{reference}{month}月"),
        89..91 => format!("{}公积金", reference.to_lowercase()),
        91..93 => format!("{name},{reference},{month}月住房公积金"),
        93..95 => format!("登记号：{} {}", cut(reference, 5).0, cut(reference, 5).1),
        95..97 => format!("公积金“{reference}”"),
        97..99 => format!("{}-{}", cut(reference, 1).0, cut(reference, 1).1),
        _ => format!("【{reference}】{month}月份住房公积金"),
    }
}

/// A remark without a reference.
pub(super) fn without(prng: &mut Prng, name: &str, month: u32) -> String {
    match prng.below(4) {
        0 => format!("{month}月公积金"),
        1 => format!("{name}缴公积金"),
        2 => "公积金".to_owned(),
        _ => format!("2026年{month}月住房公积金汇缴"),
    }
}

/// A reference cut short before the month.
pub(super) fn truncated(reference: &str, month: u32) -> String {
    format!("{} {month}月公积金", cut(reference, 9).0)
}

/// The letter O instead of a zero, or of the fourth digit if there is no zero.
pub(super) fn look_alike(reference: &str) -> String {
    if reference.contains('0') {
        return reference.replacen('0', "O", 1);
    }
    let (head, tail) = cut(reference, 4);
    format!("{head}O{}", cut(tail, 1).1)
}

/// A reference with one wrong digit.
pub(super) fn mistyped(reference: &str) -> String {
    let (head, last) = cut(reference, 10);
    let digit = last.parse::<u32>().unwrap_or_default();
    format!("{head}{}", (digit + 7) % 10)
}

fn full_width(text: &str) -> String {
    let wide = |found: char| char::from_u32(u32::from(found) + 0xFEE0).unwrap_or(found);
    text.chars().map(wide).collect()
}

fn cut(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}
