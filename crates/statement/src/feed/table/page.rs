//! Continued blocks: another page of the same table, with the same headings read in the same way.

use super::header::Header;
use super::plan::Amounts;
use super::state::TableReader;
use super::value;
use crate::feed::heading::Meaning;
use crate::feed::{FeedError, FeedErrorKind};
use crate::rules::bank::Field;
use remittance::account::masked;

impl TableReader<'_> {
    /// How the previous block was read, if it has the same headings.
    pub(super) fn read_before(&self, header: &Header<'_>) -> Option<(Amounts, Option<bool>)> {
        let before = self.before.as_ref().filter(|before| before.headings == header.cells)?;
        Some((before.amounts, before.one_is_in))
    }

    /// A block without a label of its own continues the previous account if it has the same headings. Returns whether
    /// it does, and is of the same account as far as labels say.
    ///
    /// # Errors
    /// If it is another table without an account, after one with an account: its owner is unknown.
    pub(super) fn inherit_account(&mut self, header: &Header<'_>) -> Result<bool, FeedError> {
        let Some(before) = &self.before else { return Ok(false) };
        let same = before.headings == header.cells;
        if self.facts.account.is_some() {
            return Ok(same && before.account == self.facts.account);
        }
        if same {
            self.facts.account.clone_from(&before.account);
            return Ok(true);
        }
        let names_account = header.headings.iter().any(|heading| {
            matches!(heading.meaning, Meaning::Field(Field::Account | Field::PayeeAccount, _))
        });
        match &before.account {
            Some(account) if !names_account => {
                let account = masked(account);
                let expected =
                    format!("the own account of this block, as the one before names {account}");
                let found = "none".to_owned();
                Err(FeedErrorKind::Structure { expected, found }.at(header.line))
            }
            Some(_) | None => Ok(false),
        }
    }

    /// Whether a row of the previous block was of the account in this cell, or no cell says.
    pub(super) fn was_of(&self, cell: &str) -> bool {
        let account = value::unguarded(cell);
        let before = || self.before.iter().flat_map(|before| &before.accounts);
        account.is_empty() || before().any(|known| known.as_deref() == Some(account))
    }
}
