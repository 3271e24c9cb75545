-- Who may work at the desk, who is logged in, which programs have a token, who guessed too often.
--
-- Nothing here can be used by whoever reads a copy of it: passwords are argon2id, and of sessions, tokens
-- and recovery codes only the hash is kept. The key of a second factor is the exception, since a code
-- cannot be checked without it.
-- Additive: the previous release runs against it unharmed.

create table person (
    centre_id          bigint  not null,
    person_id          text collate "C" not null,  -- What one logs in with, in lower case.
    name               text collate "C" not null,
    role               text collate "C" not null,  -- suspense::Role's code.
    password           text collate "C" not null,  -- A PHC string, $argon2id$….
    password_given     bigint  not null,  -- 1 while it was chosen by somebody else.
    second_factor text collate "C",              -- The key, base32; null until it is set up.
    second_factor_step bigint  not null,  -- Of the last code taken; no code is taken twice.
    made_at            bigint  not null,
    disabled_at        bigint,
    primary key (centre_id, person_id)
);

-- For whoever lost the second factor; each opens the door once.
create table recovery_code (
    centre_id bigint  not null,
    person_id text collate "C" not null,
    code_hash text collate "C" not null,
    used_at   bigint,
    primary key (centre_id, person_id, code_hash)
);

create table session (
    centre_id   bigint  not null,
    token_hash  text collate "C" not null,
    person_id   text collate "C" not null,
    opened_at   bigint  not null,
    seen_at     bigint  not null,  -- To the minute.
    browser     text collate "C" not null,  -- As it calls itself, for the list of one's own sessions.
    offered_key text collate "C",              -- A key offered for the second factor, until a code shows it was taken.
    primary key (centre_id, token_hash)
);

create index session_person on session (centre_id, person_id);

create table api_token (
    centre_id  bigint  not null,
    token_id   text collate "C" not null,  -- The head of its hash: names it in lists and in the trail.
    token_hash text collate "C" not null,
    name       text collate "C" not null,  -- What it is for.
    role       text collate "C" not null,
    made_by    text collate "C" not null,
    made_at    bigint  not null,
    expires_at bigint  not null,
    revoked_at bigint,
    primary key (centre_id, token_id),
    unique (centre_id, token_hash)
);

-- Failed logins, by account and by address; whoever is in here waits.
create table login_failure (
    centre_id bigint  not null,
    subject   text collate "C" not null,  -- A hash: names that do not exist are counted like those that do.
    failures  bigint  not null,
    failed_at bigint  not null,
    primary key (centre_id, subject)
);
