-- Who may work at the desk, who is logged in, which programs have a token, who guessed too often.
--
-- Nothing here can be used by whoever reads a copy of it: passwords are argon2id, and of sessions, tokens
-- and recovery codes only the hash is kept. The key of a second factor is the exception, since a code
-- cannot be checked without it.
-- Additive: the previous release runs against it unharmed.

create table person (
    centre_id          integer not null,
    person_id          text    not null,  -- What one logs in with, in lower case.
    name               text    not null,
    role               text    not null,  -- suspense::Role's code.
    password           text    not null,  -- A PHC string, $argon2id$….
    password_given     integer not null,  -- 1 while it was chosen by somebody else.
    second_factor      text,              -- The key, base32; null until it is set up.
    second_factor_step integer not null,  -- Of the last code taken; no code is taken twice.
    made_at            integer not null,
    disabled_at        integer,
    primary key (centre_id, person_id)
) strict, without rowid;

-- For whoever lost the second factor; each opens the door once.
create table recovery_code (
    centre_id integer not null,
    person_id text    not null,
    code_hash text    not null,
    used_at   integer,
    primary key (centre_id, person_id, code_hash)
) strict, without rowid;

create table session (
    centre_id   integer not null,
    token_hash  text    not null,
    person_id   text    not null,
    opened_at   integer not null,
    seen_at     integer not null,  -- To the minute.
    browser     text    not null,  -- As it calls itself, for the list of one's own sessions.
    offered_key text,              -- A key offered for the second factor, until a code shows it was taken.
    primary key (centre_id, token_hash)
) strict, without rowid;

create index session_person on session (centre_id, person_id);

create table api_token (
    centre_id  integer not null,
    token_id   text    not null,  -- The head of its hash: names it in lists and in the trail.
    token_hash text    not null,
    name       text    not null,  -- What it is for.
    role       text    not null,
    made_by    text    not null,
    made_at    integer not null,
    expires_at integer not null,
    revoked_at integer,
    primary key (centre_id, token_id),
    unique (centre_id, token_hash)
) strict, without rowid;

-- Failed logins, by account and by address; whoever is in here waits.
create table login_failure (
    centre_id integer not null,
    subject   text    not null,  -- A hash: names that do not exist are counted like those that do.
    failures  integer not null,
    failed_at integer not null,
    primary key (centre_id, subject)
) strict, without rowid;
