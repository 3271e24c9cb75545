//! Turns a form of the desk into a draft of an act.
//!
//! Start at [`drafts`]. Forms name an item as `account/version/serial`, with the account's small number; a draft
//! uses the account itself. Malformed input is a fault with a message; whether an act is possible is the store's
//! decision.

use crate::remittance::{Money, PaymentReference};
use crate::store::OwnAccount;
use crate::suspense::{Act, Draft, ItemId, Seen, Share};
use crate::web::fault::Fault;
use crate::web::view::{typed_amount, typed_day};

/// A submitted form: names may repeat.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The first value of a name; empty without one.
    pub(crate) fn one(&self, name: &'static str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }
}

/// The items in a form, in the versions seen.
///
/// # Errors
/// [`Fault`] without items or with an invalid one.
pub(crate) fn items(form: &Form, accounts: &[OwnAccount]) -> Result<Vec<Seen>, Fault> {
    let items: Option<Vec<Seen>> = form.all("item").map(|text| seen(text, accounts)).collect();
    let items = items.ok_or(Fault::NotFound)?;
    if items.is_empty() {
        return Err(Fault::invalid("请先选择挂账", "choose an item first"));
    }
    Ok(items)
}

fn seen(text: &str, accounts: &[OwnAccount]) -> Option<Seen> {
    let mut parts = text.splitn(3, '/');
    let account_id: i64 = parts.next()?.parse().ok()?;
    let version = parts.next()?.parse().ok()?;
    let serial = parts.next()?.to_owned();
    let account = accounts.iter().find(|account| account.account_id == account_id)?;
    Some(Seen { id: ItemId { account_no: account.account_no.clone(), serial }, version })
}

/// The drafts of a form: one act on all its items, or with `each` one act per item.
///
/// # Errors
/// [`Fault`] if the form is not a valid act.
pub(crate) fn drafts(form: &Form, accounts: &[OwnAccount]) -> Result<Vec<Draft>, Fault> {
    let items = items(form, accounts)?;
    let act = act(form, &items)?;
    let note = form.one("note").to_owned();
    if form.one("each").is_empty() {
        return Ok(vec![Draft { items, act, note }]);
    }
    let draft = |seen| Draft { items: vec![seen], act: act.clone(), note: note.clone() };
    Ok(items.into_iter().map(draft).collect())
}

fn act(form: &Form, items: &[Seen]) -> Result<Act, Fault> {
    let employer_id = || Some(form.one("employer").to_owned()).filter(|id| !id.is_empty());
    match form.one("act") {
        "settle" => Ok(Act::Settle {
            notices: references(form.one("notices"))?,
            from_advance: from_advance(form.one("from_advance"))?,
        }),
        "split" => Ok(Act::Split { shares: shares(form, items)?, rest_to: employer_id() }),
        "advance" => Ok(Act::Advance { employer_id: employer_id() }),
        "refund" => Ok(Act::Refund),
        "correct-reference" => {
            let [reference] = references(form.one("notices"))?[..] else {
                return Err(Fault::invalid("请填写一个登记号", "give one reference"));
            };
            Ok(Act::CorrectReference { reference })
        }
        "not-ours" => Ok(Act::NotOurs),
        "take-back" => Ok(Act::TakeBack { credit: credit(form.one("credit"), items)? }),
        "wait-until" => {
            let day = typed_day(form.one("day"));
            let day = day.ok_or_else(|| {
                Fault::invalid("请填写日期，如 2026-05-20", "give a day, such as 2026-05-20")
            })?;
            Ok(Act::WaitUntil { day })
        }
        "reverse" => Ok(Act::Reverse),
        _ => Err(Fault::invalid("请选择处理方式", "choose an act")),
    }
}

/// The credit that an item reversed, by its serial: both are on one account.
fn credit(serial: &str, items: &[Seen]) -> Result<ItemId, Fault> {
    let item = items.first().filter(|_| !serial.is_empty());
    let item =
        item.ok_or_else(|| Fault::invalid("请填写被冲回来款的流水号", "give the credit’s serial"))?;
    Ok(ItemId { account_no: item.id.account_no.clone(), serial: serial.to_owned() })
}

/// The pending proposal that a form edits: `id@digest` in its field `edits`.
pub(crate) fn edits(form: &Form) -> Option<(String, String)> {
    let (id, digest) = form.one("edits").split_once('@')?;
    Some((id.to_owned(), digest.to_owned()))
}

/// Typed references, separated by blanks or commas, in upper or lower case.
fn references(text: &str) -> Result<Vec<PaymentReference>, Fault> {
    let words = text.split(|found: char| found.is_whitespace() || ",，、;；".contains(found));
    let mut references = Vec::new();
    for word in words.filter(|word| !word.is_empty()) {
        match word.to_ascii_uppercase().parse() {
            Ok(reference) => references.push(reference),
            Err(_) => {
                return Err(Fault::invalid(
                    format!("“{word}”不是登记号（P 加十位数字）"),
                    format!("“{word}” is no reference (P and ten digits)"),
                ));
            }
        }
    }
    Ok(references)
}

/// The typed amount to add from the advance balance; `None` if empty.
fn from_advance(text: &str) -> Result<Option<Money>, Fault> {
    match (text, typed_amount(text)) {
        ("", _) => Ok(None),
        (_, Some(amount)) => Ok(Some(amount)),
        (_, None) => {
            Err(Fault::invalid(format!("“{text}”不是金额"), format!("“{text}” is no amount")))
        }
    }
}

/// The lines of a split: notices with their shares of the item.
fn shares(form: &Form, items: &[Seen]) -> Result<Vec<Share>, Fault> {
    let [item] = items else {
        return Err(Fault::invalid("拆分一次只拆一笔", "one item is split at a time"));
    };
    let lines = form.all("share_notice").zip(form.all("share_amount"));
    let mut shares = Vec::new();
    for (notice, amount) in
        lines.filter(|(notice, amount)| !notice.is_empty() || !amount.is_empty())
    {
        let [notice] = references(notice)?[..] else {
            return Err(Fault::invalid("每行请填写一个登记号", "give one reference in each line"));
        };
        let Some(amount) = typed_amount(amount) else {
            return Err(Fault::invalid(
                format!("“{amount}”不是金额"),
                format!("“{amount}” is no amount"),
            ));
        };
        shares.push(Share { item: item.id.clone(), notice, amount });
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts() -> Vec<OwnAccount> {
        let account = OwnAccount {
            account_id: 1,
            account_no: "6222".to_owned(),
            bank: "icbc".to_owned(),
            bank_name: "工商银行".to_owned(),
        };
        vec![account]
    }

    fn drafted(body: &str) -> Result<Vec<Draft>, Fault> {
        drafts(&Form::read(body.as_bytes()), &accounts())
    }

    #[test]
    fn a_form_says_which_version_of_which_item_it_is_about() {
        let drafts = drafted("item=1/7/a%2Fb/c&act=refund&note=double").unwrap();
        let [draft] = &drafts[..] else { panic!("expected one draft") };
        assert_eq!(draft.items[0].id.to_string(), "6222/a/b/c");
        assert_eq!((draft.items[0].version, &draft.act), (7, &Act::Refund));
    }

    #[test]
    fn an_act_on_each_is_as_many_drafts() {
        let each = drafted("item=1/1/a&item=1/1/b&act=not-ours&each=1").unwrap();
        let together = drafted("item=1/1/a&item=1/1/b&act=settle&notices=P1906133753").unwrap();
        assert_eq!((each.len(), together.len()), (2, 1));
        assert_eq!(together[0].items.len(), 2);
    }

    #[test]
    fn a_split_is_read_line_by_line() {
        let body = "item=1/1/a&act=split&employer=E1&share_notice=p1906133753&share_amount=1%2C200.00\
            &share_notice=&share_amount=&share_notice=P1906133754&share_amount=0.5";
        let drafts = drafted(body).unwrap();
        let Act::Split { shares, rest_to } = &drafts[0].act else { panic!("expected a split") };
        let amounts: Vec<i64> = shares.iter().map(|share| share.amount.fen()).collect();
        assert_eq!((amounts, rest_to.as_deref()), (vec![120_000, 50], Some("E1")));
    }

    #[test]
    fn what_a_form_does_not_say_well_is_a_fault() {
        let item = "item=1/1/a";
        for body in [
            "act=refund".to_owned(),
            "item=9/1/a&act=refund".to_owned(),
            "item=1/x/a&act=refund".to_owned(),
            format!("{item}&act="),
            format!("{item}&act=settle&notices=P12"),
            format!("{item}&act=settle&notices=P1906133753&from_advance=many"),
            format!("{item}&act=take-back&credit="),
            format!("{item}&act=wait-until&day=soon"),
            format!("{item}&act=correct-reference&notices="),
            format!("{item}&act=split&share_notice=P1906133753&share_amount=1.234"),
            format!("{item}&item=1/1/b&act=split&share_notice=P1906133753&share_amount=1"),
        ] {
            assert!(drafted(&body).is_err(), "{body}");
        }
    }
}
