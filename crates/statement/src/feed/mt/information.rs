//! `:86:`, the texts of payer and banks about a movement.
//!
//! Three forms: sub-fields (`166?00summary?20words?32name`, each bank has its own separator), code words
//! (`/REMI/words`, `SVWZ+words`), free text. Sub-fields and lines cut a text anywhere, even in the middle of a number,
//! so they are joined without a separator. Lines of free text remain lines: a payer may have meant them so, and the
//! parser of remarks bridges them.

use crate::feed::camt;

/// Separators that banks put before the two digits of a sub-field.
const SEPARATORS: &[u8] = b"?~^+>";

/// Code words of German banks in the sub-fields 20 to 29, each before its `+`.
const PLUS_WORDS: [&str; 15] = [
    "SVWZ+", "EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "COAM+", "OAMT+", "ABWA+", "ABWE+",
    "PURP+", "IBAN+", "BIC+", "RREF+", "BREF+",
];

/// Code words between slashes that end the text of another one.
const SLASH_WORDS: [&str; 27] = [
    "/REMI/", "/EREF/", "/NAME/", "/TRCD/", "/BENM/", "/CNTP/", "/ISDT/", "/TRTP/", "/CSID/",
    "/OCMT/", "/PREF/", "/BIC/", "/MARF/", "/RTRN/", "/ORDP/", "/IBAN/", "/CHGS/", "/ADDR/",
    "/PURP/", "/ULTC/", "/ULTD/", "/ULTB/", "/ACCW/", "/ID/", "/EXCH/", "/CSTI/", "/SVCL/",
];

/// The texts of a movement; the buffers are reused.
#[derive(Debug, Default)]
pub(super) struct Information {
    pub(super) summary: String,
    pub(super) postscript: String,
    pub(super) note: String,
    pub(super) bank_code: String,
    pub(super) account: String,
    pub(super) name: String,
    text: String,
}

impl Information {
    pub(super) fn clear(&mut self) {
        self.summary.clear();
        self.postscript.clear();
        self.note.clear();
        self.bank_code.clear();
        self.account.clear();
        self.name.clear();
    }

    /// Parses one field, with its lines still separate; a second one is appended.
    pub(super) fn read(&mut self, block: &str) {
        self.text.clear();
        if let Some((start, separator)) = sub_fields(block) {
            self.split(block.get(start..).unwrap_or_default(), separator);
            let has_words = memchr::memchr(b'+', self.text.as_bytes()).is_some();
            let words = if has_words { plus_word(&self.text, "SVWZ+") } else { None };
            let remittance = words.unwrap_or(&self.text);
            camt::join(&mut self.postscript, remittance);
            return;
        }
        let block = block.trim();
        if let Some(remittance) = slash_word(block, "/REMI/") {
            let remittance = remittance.trim_start_matches("USTD//").trim_end_matches('/');
            camt::join(&mut self.postscript, remittance);
            self.name.push_str(slash_word(block, "/NAME/").unwrap_or_default());
            self.account.push_str(slash_word(block, "/IBAN/").unwrap_or_default());
        } else {
            camt::join(&mut self.postscript, plus_word(block, "SVWZ+").unwrap_or(block));
        }
    }

    /// Distributes the sub-fields. `text` begins with the first separator.
    fn split(&mut self, text: &str, separator: u8) {
        let bytes = text.as_bytes();
        let (mut code, mut from) = (None, 0);
        for at in memchr::memchr_iter(separator, bytes) {
            if let Some(next) = code_at(bytes, at + 1) {
                self.put(code, text.get(from..at).unwrap_or_default());
                code = Some(next);
                from = at + 3;
            }
        }
        self.put(code, text.get(from..).unwrap_or_default());
    }

    fn put(&mut self, code: Option<u8>, part: &str) {
        let into = match code {
            Some(0) => &mut self.summary,
            Some(20..=29 | 60..=69) => &mut self.text,
            Some(30) => &mut self.bank_code,
            Some(31) => &mut self.account,
            Some(32 | 33) => &mut self.name,
            Some(38) if self.account.is_empty() => &mut self.account,
            Some(70..=79) => &mut self.note,
            // 10 is the bank's batch number, 34 a code.
            _ => return,
        };
        // Sub-fields are often on separate lines: the line end is not part of the text.
        for line in part.split('\n') {
            into.push_str(line);
        }
    }
}

/// The two digits of a sub-field, if they are valid.
fn code_at(bytes: &[u8], at: usize) -> Option<u8> {
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = *bytes.get(at..at + 2)? else { return None };
    let code = (tens - b'0') * 10 + (ones - b'0');
    matches!(code, 0 | 10 | 20..=39 | 60..=79).then_some(code)
}

/// The start of the sub-fields in a text, and their separator.
fn sub_fields(block: &str) -> Option<(usize, u8)> {
    let bytes = block.as_bytes();
    let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let digits = bytes.iter().skip(blank).take_while(|byte| byte.is_ascii_digit()).count();
    // The business transaction code has three digits; some banks leave it out.
    if digits != 0 && digits != 3 {
        return None;
    }
    let gap = bytes.iter().skip(blank + digits).take_while(|byte| **byte == b'\n').count();
    let start = blank + digits + gap;
    let separator = *bytes.get(start)?;
    let code = code_at(bytes, start + 1)?;
    let first = matches!(code, 0 | 10 | 20 | 30 | 60);
    (SEPARATORS.contains(&separator) && first).then_some((start, separator))
}

/// The text after a code word, up to the next one.
fn plus_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(word)?;
    Some(up_to(rest, &PLUS_WORDS))
}

fn slash_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(word)?;
    Some(up_to(rest, &SLASH_WORDS))
}

fn up_to<'a>(text: &'a str, words: &[&str]) -> &'a str {
    let end = words.iter().filter_map(|word| text.find(word)).min().unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_information_gives_its_texts() {
        #[rustfmt::skip]
        let rows = [
            // block                                             postscript             summary   name
            ("166?00汇款\n?20P190613\n?213753 3月\n?32某公司",    "P1906133753 3月",      "汇款",   "某公司"),
            ("166?00GUT?20SVWZ+Miete ?21Mai EREF+77?32A?33 B",   "Miete Mai",           "GUT",    "A B"),
            ("020~00Przelew~20P1906~21133753~30123",             "P1906133753",         "Przelew", ""),
            ("\n166\n?00转账?20甲?60乙",                          "甲乙",                "转账",   ""),
            ("?20Why?21 me?99?",                                 "Why me?99?",          "",       ""),
            ("/ORDP//NAME/某人/REMI/P1906133753\n公积金/ISDT/2024", "P1906133753\n公积金",  "",       "某人"),
            ("/REMI/USTD//Invoice 7/",                           "Invoice 7",           "",       ""),
            ("P1906133753\n公积金",                               "P1906133753\n公积金",  "",       ""),
            ("12?20 is a price",                                 "12?20 is a price",    "",       ""),
            ("",                                                 "",                    "",       ""),
        ];
        for (block, postscript, summary, name) in rows {
            let mut information = Information::default();
            information.read(block);
            assert_eq!(information.postscript, postscript, "{block:?}");
            assert_eq!(information.summary, summary, "{block:?}");
            assert_eq!(information.name, name, "{block:?}");
        }
    }
}
