//! The second half of a night: decides the open items and commits the decisions.

use super::letters::{self, AddressBook};
use super::{RunError, Step, Tools, undecided};
use crate::matching::{self, Directory, Item, Known, NoticeBook, Payers};
use crate::store::{
    DecisionTotals, EarlierCredit, EarlierRefund, EmployerNumbers, NoticesRead, RecentNotices,
    RunDecisions, StoreError, WorkingSet,
};

/// How often a night retries because staff acted meanwhile.
const OVERTAKEN_MAX: u32 = 8;

/// Judges the working set and the items left open by earlier nights, and commits. `notices` are the recent ones, if
/// they were already read.
pub(super) fn decide_and_record(
    tools: &Tools<'_>,
    working_set: WorkingSet,
    notices: Option<RecentNotices>,
) -> Result<DecisionTotals, RunError> {
    let mut done = decide_once(tools, working_set, notices);
    for _ in 0..OVERTAKEN_MAX {
        match done {
            Err(RunError::Store(StoreError::Overtaken)) => {
                done = decide_once(tools, undecided(tools)?, None);
            }
            Ok(_) | Err(_) => break,
        }
    }
    done
}

fn decide_once(
    tools: &Tools<'_>,
    mut working_set: WorkingSet,
    notices: Option<RecentNotices>,
) -> Result<DecisionTotals, RunError> {
    let Tools { store, rules, settings, watch, .. } = *tools;
    // 3. Load.        needs: the store                gives: open items, and what they ask for
    watch.step(Step::Load, None);
    store.load_open(&mut working_set, tools.reader, tools.classifier)?;
    let credits = store.load_reversed(&mut working_set, tools.reader, &rules.matching)?;
    let refunds = store.load_refunds(&mut working_set, tools.reader, &rules.matching)?;
    let NoticesRead { facts, numbers, altered } =
        store.notices_named(working_set.references(), notices)?;
    working_set.hold_naming(&altered);
    let items = working_set.items(tools.accounts);
    let mut notices = NoticeBook::new(facts);
    let book = AddressBook::load(store)?;
    let known = known(tools, &items, &mut notices, numbers, (&book, &credits, &refunds))?;

    // 4. Decide.      needs: items, notices, rules    gives: decisions             (pure)
    watch.step(Step::Decide, Some(items.len() as u64));
    let decisions = matching::decide(
        &items,
        &notices,
        &known,
        &rules.matching,
        &rules.calendar,
        settings.as_of,
    );

    // 5. Record.      needs: decisions                gives: one commit
    //    Letters go with the decisions they tell of: a crash leaves both or neither.
    watch.step(Step::Record, Some(items.len() as u64));
    let verdict = RunDecisions {
        working_set: &working_set,
        items: &items,
        decisions: &decisions,
        notices: &notices,
        rules: &rules.matching,
        as_of: settings.as_of,
        today: settings.today,
    };
    let mut recording = store.record(&verdict)?;
    letters::write(&mut recording, &verdict, &letters::Writer { book: &book, tools })?;
    Ok(recording.commit()?)
}

/// What earlier nights and the lists know of the items. The few notices that a payer may have meant instead of the
/// one it wrote are known only once the payer is: they are added to the book then.
fn known<'k>(
    tools: &Tools<'_>,
    items: &[Item<'_>],
    notices: &mut NoticeBook,
    mut numbers: EmployerNumbers,
    (book, credits, refunds): (&AddressBook, &'k [EarlierCredit], &'k [EarlierRefund]),
) -> Result<Known<'k>, StoreError> {
    let mut directory = Directory::default();
    let names = matching::wants_names(items);
    book.each(|employer| {
        let number = numbers.number(&employer.employer_id);
        for account in &employer.payer_accounts {
            directory.add_account(account, number);
        }
        if names {
            directory.add_name(&employer.name, number);
        }
    });
    let payers = Payers::of(items, notices, &directory);
    let slips = payers.slips(items);
    if !slips.is_empty() {
        notices.extend(tools.store.notices_of(&slips, &mut numbers)?);
    }
    Ok(Known {
        credits: credits.iter().map(EarlierCredit::as_credit).collect(),
        refunds: refunds.iter().map(EarlierRefund::as_refund).collect(),
        payers,
        named_before: tools.store.named_before(items, tools.reader)?,
    })
}
