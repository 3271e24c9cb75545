//! The sections of each file of letters: name, known variables, and whether it must use them all.

/// A section's name, its variables, and whether it must use them all.
pub(super) type Known = (&'static str, &'static [&'static str], bool);

/// Sections that older copies may have, and that no letter uses any more.
pub(super) const RETIRED: [&str; 1] = ["reminder-note"];

/// The sections of `letter.txt`: name, known variables, and whether it must use them all.
#[rustfmt::skip] // A table is read by column.
pub(super) const LETTER: [Known; 11] = [
    ("subject-one",      &["months", "amount"], true),
    ("subject-several",  &["months", "count", "amount"], true),
    ("subject-advice",   &["months", "amount"], true),
    ("greeting",         &["contact"], true),
    ("opening-suspense", &["employer"], true),
    ("opening-advice",   &["employer"], true),
    ("advice-heading",   &[], false),
    ("quoted",           &[], false),
    ("until",            &["until"], true),
    ("contact",          &["phone", "hours", "address", "letter"], true),
    ("safety",           &[], false),
];

/// The sections of `life.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const LIFE: [Known; 32] = [
    ("subject-reminder",     &["months", "count", "amount"], true),
    ("subject-open",         &["months", "amount"], true),
    ("subject-progress",     &["months", "amount"], true),
    ("subject-settled",      &["months", "amount"], true),
    ("opening-reminder",     &["employer"], true),
    ("opening-open",         &["employer"], true),
    ("opening-progress",     &["employer"], true),
    ("opening-settled",      &["employer"], true),
    ("reminder-heading",     &[], false),
    ("unfinished-heading",   &[], false),
    ("settled-heading",      &[], false),
    ("settled-matched",      &["notices"], true),
    ("settled-split",        &["notices", "rest"], true),
    ("settled-elsewhere",    &[], false),
    ("settled-advance",      &[], false),
    ("settled-refund-due",   &[], false),
    ("settled-refunded",     &[], false),
    ("settled-not-ours",     &[], false),
    ("settled-returned",     &[], false),
    ("settled-awaiting",     &["notices"], true),
    ("open-named",           &[], false),
    ("open-others",          &[], false),
    ("open-notice",          &["reference", "month", "amount", "here", "missing"], true),
    ("open-notice-suspense", &["suspense"], true),
    ("open-more",            &["count"], true),
    ("open-named.steps",     &["phone"], false),
    ("open-advance.steps",   &["phone"], false),
    ("open-awaiting.steps",  &["phone"], false),
    ("open-others.steps",    &["phone"], false),
    ("right-form",           &[], false),
    ("paper-addressee",      &[], false),
    ("paper-note",           &["phone"], true),
];

/// The sections of `arrears.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const ARREARS: [Known; 12] = [
    ("arrears-subject",        &["months"], true),
    ("arrears-opening",        &["employer", "night"], true),
    ("arrears-month",          &["month", "due_on"], true),
    ("arrears-no-list",        &["headcount"], false),
    ("arrears-listed",         &["headcount", "amount"], true),
    ("arrears-noticed",        &["headcount", "amount", "reference"], true),
    ("arrears-no-list.steps",  &["phone"], false),
    ("arrears-listed.steps",   &["phone"], false),
    ("arrears-noticed.steps",  &["phone", "reference"], false),
    ("arrears-rule",           &["days"], true),
    ("arrears-paid",           &["phone"], true),
    ("arrears-deferral",       &["phone", "address"], false),
];

/// The sections of `access.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const ACCESS: [Known; 3] = [
    ("access-subject",  &["night", "count"], true),
    ("access-body",     &["list"], true),
    ("access-line",     &["at", "who", "did", "whom", "detail"], true),
];

/// The sections of `staff.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const STAFF: [Known; 17] = [
    ("summary-subject",  &["night", "opened", "open", "amount"], true),
    ("summary-body",     &["night", "files", "quarantined", "set_aside", "fresh", "opened", "cleared",
                           "open", "amount", "oldest", "letters", "waiting", "failed", "unknown"], false),
    ("summary-ties",     &[], false),
    ("summary-gap",      &[], false),
    ("alarm-subject",    &["night", "what"], true),
    ("alarm-body",       &["night", "list"], true),
    ("what-failed",      &[], false),
    ("what-feed",        &[], false),
    ("what-balance",     &[], false),
    ("failed",           &["error"], true),
    ("failed-steps",     &[], false),
    ("feed",             &["bank", "account", "nights"], true),
    ("feed-steps",       &[], false),
    ("balance",          &["account", "detail", "place"], true),
    ("balance-steps",    &[], false),
    ("confirm-subject",  &[], false),
    ("confirm-body",     &["employer", "link", "days", "phone"], true),
];

/// The sections of `server.txt`: a file of its own, because a centre's copy of `staff.txt` may be older.
#[rustfmt::skip] // A table is read by column.
pub(super) const SERVER: [Known; 3] = [
    ("what-mail",        &[], false),
    ("mail",             &["answer"], true),
    ("mail-steps",       &[], false),
];

/// The sections of `box.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const BOX: [Known; 68] = [
    ("answered",                  &[], false),
    ("box-do",                    &[], false),
    ("box-until",                 &[], false),
    ("box-call",                  &[], false),
    ("box-number",                &[], false),
    ("box-else",                  &[], false),
    ("box-nothing",               &[], false),
    ("box-before",                &["until"], true),
    ("box-late",                  &["until", "days"], true),
    ("box-soon",                  &[], false),
    ("box-phone",                 &["phone", "hours"], true),
    ("box-letter",                &["letter"], true),
    ("box-more",                  &["count"], true),
    ("box-else-suspense",         &[], false),
    ("box-else-again",            &[], false),
    ("box-else-last",             &[], false),
    ("box-else-open",             &[], false),
    ("box-else-taken-back",       &[], false),
    ("box-else-arrears",          &[], false),
    ("no-reference.do",           &["booked_on", "amount"], true),
    ("unreadable-reference.do",   &["booked_on", "amount"], true),
    ("several-references.do",     &["booked_on", "amount"], true),
    ("unknown-reference.do",      &["booked_on", "amount"], true),
    ("notice-revoked.do",         &["booked_on", "amount"], true),
    ("notice-already-paid.do",    &["booked_on", "amount"], true),
    ("overpaid.do",               &["booked_on", "amount"], true),
    ("cross-bank.do",             &["booked_on", "amount"], true),
    ("cross-month.do",            &["booked_on", "amount"], true),
    ("underpaid.do",              &["booked_on", "amount"], true),
    ("ambiguous-parts.do",        &["booked_on", "amount"], true),
    ("reversal-of-matched.do",    &["booked_on", "amount"], true),
    ("payer-disagrees.do",        &["booked_on", "amount"], true),
    ("reversal-unclear.do",       &["booked_on", "amount"], true),
    ("open.do",                   &["notices"], true),
    ("taken-back.do",             &["reference", "missing"], false),
    ("reopened.do",               &["reference", "missing"], false),
    ("reopened-held.do",          &["reference", "missing"], false),
    ("arrears.do",                &["months"], true),
    ("arrears-until",             &[], false),
    ("suspense-heading",          &[], false),
    ("notices-heading",           &[], false),
    ("group-title",               &["reference", "month", "count", "amount"], true),
    ("fact-due",                  &["reference", "month", "amount", "here", "suspense"], true),
    ("fact-short",                &["difference"], true),
    ("fact-over",                 &["difference"], true),
    ("fact-equal",                &[], false),
    ("reminder-late",             &["told", "until", "days"], true),
    ("reminder-undated",          &["told"], true),
    ("habit-title",               &["count", "days"], true),
    ("subject-taken-back",        &["notices"], true),
    ("subject-reopened",          &["notices"], true),
    ("subject-settled-again",     &["notices"], true),
    ("subject-revoked",           &["notices"], true),
    ("opening-taken-back",        &["employer"], true),
    ("opening-reopened",          &["employer"], true),
    ("notice-title",              &["reference", "month", "amount"], true),
    ("notice-part",               &[], false),
    ("payback",                   &["booked_on", "bank", "account", "amount"], true),
    ("taken-back",                &[], false),
    ("reopened-by-bank",          &[], false),
    ("reopened-by-staff",         &[], false),
    ("settled-again",             &[], false),
    ("revoked",                   &[], false),
    ("taken-back.steps",          &["phone", "reference"], false),
    ("reopened.steps",            &["phone", "reference"], false),
    ("reopened-held.steps",       &["phone", "reference"], false),
    ("confirm-who",               &["centre", "phone", "hours", "address", "night"], false),
    ("confirm-signed",            &["phone", "hours", "address", "centre", "night"], true),
];

/// The sections of `held.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const HELD: [Known; 3] = [
    ("what-held",        &[], false),
    ("held",             &["count", "why"], true),
    ("held-steps",       &[], false),
];

/// The sections of `together.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const TOGETHER: [Known; 3] = [
    ("together-subject", &["count"], true),
    ("together-opening", &["count"], false),
    ("together-part",    &["number", "count", "employer"], false),
];

/// The sections of `sending.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const SENDING: [Known; 5] = [
    ("what-content",     &[], false),
    ("content",          &["answer"], true),
    ("content-steps",    &[], false),
    ("test-subject",     &[], false),
    ("test-body",        &["centre", "on"], true),
];

/// The sections of `sms.txt`.
#[rustfmt::skip] // A table is read by column.
pub(super) const SMS: [Known; 3] = [
    ("sms-suspense",     &["centre", "phone", "letter"], false),
    ("sms-advice",       &["centre", "phone", "letter"], false),
    ("sms-arrears",      &["centre", "phone", "letter"], false),
];
