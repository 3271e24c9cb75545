-- Nobody makes the second person out of himself: whose a token is, and what of people's access waits for another
-- administrator or for a day. Twin: postgres/0030_access.sql.
--
-- One administrator could make a clerk's token and an approver's, reset two people's passwords, or add two people, and
-- book a refund alone. A change of access is now a row that waits; the checks refuse it as done unless a second person
-- confirmed it, a day went by, or it was the command line's. Tokens of before belong to nobody and are taken no
-- longer: whoever made one could have made it for himself. Additive: the previous release reads it unharmed; on SQLite
-- it can make no token.

create table access_change (
    centre_id       integer not null,
    change_id       text    not null,  -- From content; a token's is the token's id.
    kind            text    not null,  -- suspense::AccessKind's code.
    subject         text    not null,  -- Whose access it is: what they log in with.
    name            text    not null,  -- A new person's name, or what a token is for.
    role            text    not null,  -- The role that it gives; empty for none.
    secret          text,              -- A hash of the password or token; null once it is decided.
    password_given  integer not null,  -- 1 where another person chose the password.
    expires_at      integer,           -- A token's end.
    requested_by    text    not null,
    requested_at    integer not null,
    operator        integer not null,  -- 1 where it was done at the command line, by one person.
    effective_after integer,           -- A day later, where there is nobody to confirm it; else null.
    watched_days    integer not null,  -- So long the approvals of whose access it is are flagged.
    state           text    not null,
    decided_by      text,              -- Who confirmed or dropped it; null while it waits, and where a day went by.
    decided_at      integer,
    primary key (centre_id, change_id),
    check (kind in ('person', 'role', 'enable', 'lock', 'reset', 'token')),
    check (state in ('waiting', 'done', 'dropped')),
    check ((state = 'waiting') = (decided_at is null)),
    check (operator = 0 or state = 'done'),
    check (operator = 1 or kind = 'token' or requested_by <> subject),
    check (effective_after is null or effective_after >= requested_at + 86400),
    check (state <> 'done' or operator = 1
        or (decided_by is not null and decided_by <> requested_by and decided_by <> subject)
        or (decided_by is null and effective_after is not null and decided_at >= effective_after))
) strict, without rowid;

create index access_change_state on access_change (centre_id, state, requested_at);
create index access_change_subject on access_change (centre_id, subject, state);

-- Up to which entry of the trail staff were told by mail what was done about people's access.
create table access_told (
    centre_id integer not null,
    sequence  integer not null,
    primary key (centre_id)
) strict, without rowid;

-- What was done before there was such a mail is no news.
insert into access_told select centre_id, sequence from trail_head;

-- The person a token belongs to and counts as.
alter table api_token add column owner text not null default '';

-- Who had renewed the access of whoever proposed or approved, a short while before.
alter table proposal add column proposed_renewed_by text;
alter table proposal add column first_renewed_by text;
alter table proposal add column second_renewed_by text;
alter table counter_request add column asked_renewed_by text;
alter table counter_request add column decided_renewed_by text;
