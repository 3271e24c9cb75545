//! What one employer is told on one night: the content of a letter, or the reason for none.
//!
//! Start at [`Digest::new`], the only constructor; it refuses more than it accepts. A [`LetterRefusal`] is a value
//! to record, not an error of the night.

mod refusal;

pub use refusal::LetterRefusal;

use super::habit::Habit;
use super::item::DigestItem;
use super::notice::NoticeNews;
use crate::remittance::Money;
use chrono::NaiveDate;
use lettre::Address;
use sha2::{Digest as _, Sha256};

/// The centre as named in a letter, from the configuration; see [`CentreContact::placeholder`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CentreContact {
    pub centre_id: String,
    pub name: String,
    pub phone: String,
    pub hours: String,
    pub address: String,
    /// The From address.
    pub sender: String,
    /// Where to unsubscribe; `None` omits the header.
    pub unsubscribe: Option<String>,
    /// A mailbox that is read, for replies; without one they go to the sender.
    pub reply_to: Option<String>,
}

/// The employer as named in a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addressee {
    pub employer_id: String,
    pub name: String,
    /// 经办人.
    pub contact: Option<String>,
    pub email: Option<String>,
    /// Its postal address, if the books have one.
    pub postal: Option<String>,
}

/// Everything to report to one employer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub notices: Vec<NoticeNews>,
    pub items: Vec<DigestItem>,
    pub habits: Vec<Habit>,
}

impl From<Vec<DigestItem>> for Contents {
    fn from(items: Vec<DigestItem>) -> Self {
        Self { items, ..Self::default() }
    }
}

/// Everything reported to one employer on one night.
///
/// Invariant: there is a valid address, or the letter goes on paper. There is at least one item, and every item is
/// this employer's. Items are sorted, whatever order they came in. None is called settled while a notice it was for
/// is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    pub(super) centre: CentreContact,
    pub(super) addressee: Addressee,
    pub(super) sender: Address,
    /// `None` for paper.
    pub(super) recipient: Option<Address>,
    pub(super) unsubscribe: Option<Address>,
    pub(super) reply_to: Option<Address>,
    pub(super) night: NaiveDate,
    pub(super) notices: Vec<NoticeNews>,
    pub(super) items: Vec<DigestItem>,
    pub(super) habits: Vec<Habit>,
}

impl CentreContact {
    /// A centre without a configuration; the letter says so plainly.
    #[must_use]
    pub fn placeholder(centre_id: &str, name: &str) -> Self {
        let fill = |what: &str| format!("（请在 duizhang.toml 中填写{what}）");
        Self {
            centre_id: centre_id.to_owned(),
            name: name.to_owned(),
            phone: fill("咨询电话"),
            hours: fill("工作时间"),
            address: fill("办公地址"),
            sender: "noreply@example.invalid".to_owned(),
            unsubscribe: None,
            reply_to: None,
        }
    }
}

impl Digest {
    /// Collects a night's items for one employer.
    ///
    /// # Errors
    /// A [`LetterRefusal`] when a letter is not allowed or not needed.
    pub fn new(
        centre: CentreContact,
        addressee: Addressee,
        night: NaiveDate,
        contents: impl Into<Contents>,
    ) -> Result<Self, LetterRefusal> {
        let mut digest = Self::on_paper(centre, addressee, night, contents)?;
        let employer_id = || digest.addressee.employer_id.clone();
        let written = digest.addressee.email.as_deref().map(str::trim).unwrap_or_default();
        if written.is_empty() {
            return Err(LetterRefusal::NoAddress { employer_id: employer_id() });
        }
        let recipient = address(written).ok_or_else(|| LetterRefusal::InvalidAddress {
            employer_id: employer_id(),
            found: written.to_owned(),
        })?;
        digest.recipient = Some(recipient);
        Ok(digest)
    }

    /// The same for an employer without a mail address: to be printed and posted.
    ///
    /// # Errors
    /// A [`LetterRefusal`] when a letter is not allowed or not needed.
    pub fn on_paper(
        centre: CentreContact,
        addressee: Addressee,
        night: NaiveDate,
        contents: impl Into<Contents>,
    ) -> Result<Self, LetterRefusal> {
        let Contents { mut notices, mut items, habits } = contents.into();
        let employer_id = || addressee.employer_id.clone();
        if let Some(item) = items.iter().find(|item| item.employer_id != addressee.employer_id) {
            return Err(LetterRefusal::NotTheirs {
                employer_id: employer_id(),
                owner: item.employer_id.clone(),
                transaction_id: item.transaction_id.clone(),
            });
        }
        let strange = notices.iter().find(|one| one.employer_id != addressee.employer_id);
        if let Some(notice) = strange {
            return Err(LetterRefusal::NotTheirs {
                employer_id: employer_id(),
                owner: notice.employer_id.clone(),
                transaction_id: notice.reference.to_string(),
            });
        }
        if items.is_empty() && notices.is_empty() && habits.is_empty() {
            return Err(LetterRefusal::Nothing { employer_id: employer_id() });
        }
        let own = |found: &str| {
            address(found).ok_or_else(|| LetterRefusal::InvalidSender { found: found.to_owned() })
        };
        let sender = own(&centre.sender)?;
        let unsubscribe = centre.unsubscribe.as_deref().map(own).transpose()?;
        let reply_to = centre.reply_to.as_deref().map(own).transpose()?;
        for item in &mut items {
            item.about = item.about.in_view_of(&item.whereabouts);
        }
        items.sort_by(|one, other| key(one).cmp(&key(other)));
        notices
            .sort_by_key(|one| (one.stage != super::NewsStage::Reopened, one.stage, one.reference));
        let recipient = None;
        Ok(Self {
            centre,
            addressee,
            sender,
            recipient,
            unsubscribe,
            reply_to,
            night,
            notices,
            items,
            habits,
        })
    }

    /// The letter's id: SHA-256 over centre, employer, night and items, in hex.
    ///
    /// The wording does not count, so that a better sentence does not send an old letter again.
    #[must_use]
    pub fn letter_id(&self) -> String {
        let mut hash = Sha256::new();
        let mut field = |text: &str| {
            // Prefix the length, so that different lists of fields never give the same bytes.
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        };
        field("duizhang letter 2");
        field(&self.centre.centre_id);
        field(&self.addressee.employer_id);
        field(&self.night.to_string());
        for notice in &self.notices {
            field(&notice.reference.to_string());
            field(notice.stage.code());
            notice.parts.iter().for_each(|part| field(&part.transaction_id));
            field(&notice.reminds_of.map(|on| on.to_string()).unwrap_or_default());
        }
        for habit in &self.habits {
            field(&habit.code);
            habit.transactions.iter().for_each(|one| field(one));
        }
        for item in &self.items {
            field(&item.transaction_id);
            field(item.about.code());
            field(&item.booked_on.to_string());
            field(&item.amount.to_string());
            for open in &item.whereabouts.open {
                field(&open.reference.to_string());
                field(&open.missing().to_string());
            }
            for rule in &item.rules {
                field(&rule.code);
            }
        }
        hex::encode(hash.finalize())
    }
}

/// Sort key: items in suspense first, then by day and amount.
fn key(item: &DigestItem) -> (u8, NaiveDate, Money, &str) {
    (item.about.rank(), item.booked_on, item.amount, &item.transaction_id)
}

/// Accepts one plain ASCII mail address; no lists, display names or look-alike characters.
pub(super) fn address(written: &str) -> Option<Address> {
    let plain = written.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| written.parse().ok()).flatten()
}
