-- Letters on their way: where each stands, whom they may go to, and what an employer was told already.
-- Twin: sqlite/0006_outbox.sql.
--
-- A table of its own rather than columns of letter: a letter is what was written and never changes,
-- while its way to the mail server has a state, a lease and an end. Letters written before this step
-- have no row in outbox: they were left as files for another mail program, and are not sent again.
-- Additive: the previous release runs against it unharmed.

-- digest (to an employer), summary, alarm (to staff), confirm (asks whether an address is theirs).
alter table letter add column kind text collate "C" not null default 'digest';

-- A night's letters are found without the ten years before.
create index letter_night on letter (centre_id, written_on, letter_id);

create table outbox (
    centre_id   bigint not null,
    letter_id   text collate "C" not null,
    state       text collate "C" not null,  -- alert::LetterState's code.
    due_at      bigint,           -- May be tried from then on; null in a final state.
    attempts    integer not null,
    lease_until bigint,           -- In its holder's hands before that.
    holder      text collate "C",
    changed_at  bigint not null,
    answer      text collate "C" not null,  -- What the mail server said last, or why nobody tries again.
    primary key (centre_id, letter_id)
);

-- What is to be sent; after ten years that is still a small set.
create index outbox_due on outbox (centre_id, due_at, letter_id) where due_at is not null;

-- How an employer wants its letters, and the address that it or staff confirmed.
create table letter_choice (
    centre_id    bigint not null,
    employer_id  text collate "C" not null,
    rhythm       text collate "C" not null,  -- alert::Rhythm's code.
    address      text collate "C",              -- Goes before the imported one; null where that one holds.
    confirmed_by text collate "C",              -- staff:WHO, or link.
    confirmed_on integer,
    asked        text collate "C",              -- An address that was asked whether it is theirs,
    asked_hash   text collate "C",              -- under a link whose token has this SHA-256,
    asked_until  bigint,           -- which holds until then.
    primary key (centre_id, employer_id)
);

create index letter_choice_asked on letter_choice (centre_id, asked_hash) where asked_hash is not null;

-- Addresses that letters came back from. An employer whose address is here is written to on paper.
create table blocked_address (
    centre_id bigint not null,
    address   text collate "C" not null,  -- In lower case.
    reason    text collate "C" not null,  -- The status of the report, such as 5.1.1.
    detail    text collate "C" not null,  -- What the server there said.
    since_on  integer not null,
    primary key (centre_id, address)
);

-- What there is to tell an employer of a transaction, and what it was told: so that it is told once,
-- reminded at 7 and 30 days, and hears when it is settled.
create table telling (
    centre_id     bigint not null,
    account_id    integer not null,
    serial        text collate "C" not null,
    booked_on     integer not null,
    about         text collate "C" not null,  -- suspense or advice.
    employer_id   text collate "C" not null,
    known_by      text collate "C" not null,  -- How it is known whose it is: alert::KnownBy's code.
    noted_on      integer not null,  -- The night that found it.
    told_on       integer,           -- Null until a letter told of it.
    reminded_days integer not null,  -- 0, 7 or 30.
    done          smallint not null,  -- 1 where nothing more will be said.
    primary key (centre_id, account_id, serial, booked_on, about)
);

create index telling_open on telling (centre_id, employer_id, account_id, serial) where done = 0;
create index telling_advised on telling (centre_id, employer_id, told_on) where about = 'advice' and told_on is not null;
