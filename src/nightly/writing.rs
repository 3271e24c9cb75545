//! The second half of a night: what is open is decided, and the decisions are committed.

use super::letters::{self, AddressBook};
use super::{NightError, Step, Tools, undecided};
use crate::matching::{self, Item, NoticeBook, Settled};
use crate::store::{RecentNotices, SettledCredit, Slate, StoreError, Verdict, VerdictTotals};
use chrono::{Months, NaiveDate};

/// Banks take back what they took in within weeks, as a rule.
const REVERSED_WITHIN: Months = Months::new(3);

/// How often a night looks again because staff acted meanwhile, before it gives up.
const OVERTAKEN_MAX: u32 = 8;

/// Judges the slate, and what earlier nights left open, and commits. `notices` are those of late,
/// where they were read already.
pub(super) fn decide_and_record(
    tools: &Tools<'_>,
    slate: Slate,
    notices: Option<RecentNotices>,
) -> Result<VerdictTotals, NightError> {
    let mut done = decide_once(tools, slate, notices);
    for _ in 0..OVERTAKEN_MAX {
        match done {
            Err(NightError::Store(StoreError::Overtaken)) => {
                done = decide_once(tools, undecided(tools)?, None);
            }
            Ok(_) | Err(_) => break,
        }
    }
    done
}

fn decide_once(
    tools: &Tools<'_>,
    mut slate: Slate,
    notices: Option<RecentNotices>,
) -> Result<VerdictTotals, NightError> {
    let Tools { store, rules, settings, watch, .. } = *tools;
    // 3. Load.        needs: the store                gives: open items, the notices they name
    watch.step(Step::Load, None);
    store.load_open(&mut slate, tools.reader, tools.sieve)?;
    let items = slate.items(tools.accounts);
    let notices = NoticeBook::new(store.notices_named(&items, notices)?);
    let credits = settled_credits(tools, &items)?;
    let settled: Vec<Settled<'_>> = credits.iter().map(as_settled).collect();
    let book = AddressBook::load(store)?;

    // 4. Decide.      needs: items, notices, rules    gives: decisions             (pure)
    watch.step(Step::Decide, Some(items.len() as u64));
    let decisions = matching::decide(
        &items,
        &notices,
        &settled,
        &rules.matching,
        &rules.calendar,
        settings.as_of,
    );

    // 5. Record.      needs: decisions                gives: one commit
    //    Letters go with the decisions they tell of: a crash leaves both or neither.
    watch.step(Step::Record, Some(items.len() as u64));
    let verdict = Verdict {
        slate: &slate,
        items: &items,
        decisions: &decisions,
        notices: &notices,
        rules: &rules.matching,
        as_of: settings.as_of,
    };
    let mut recording = store.record(&verdict)?;
    letters::write(&mut recording, &verdict, &letters::Writer { book: &book, tools })?;
    Ok(recording.commit()?)
}

/// The settled credits that may be taken back: those of the last months, and only where a debit finds too few
/// of them those of all years.
fn settled_credits(
    tools: &Tools<'_>,
    items: &[Item<'_>],
) -> Result<Vec<SettledCredit>, StoreError> {
    let of_late =
        tools.settings.as_of.checked_sub_months(REVERSED_WITHIN).unwrap_or(NaiveDate::MIN);
    let credits = tools.store.settled_credits(items, of_late)?;
    let settled: Vec<Settled<'_>> = credits.iter().map(as_settled).collect();
    if matching::wants_earlier(items, &settled, of_late) {
        return tools.store.settled_credits(items, NaiveDate::MIN);
    }
    Ok(credits)
}

fn as_settled(credit: &SettledCredit) -> Settled<'_> {
    Settled {
        account: credit.account,
        serial: &credit.serial,
        booked_on: credit.booked_on,
        amount: credit.amount,
        counterparty_account: &credit.counterparty_account,
        references: &credit.references,
    }
}
