-- Nobody makes the second person out of himself: whose a token is, and what of people's access waits for another
-- administrator or for a day. Twin: sqlite/0030_access.sql.
--
-- One administrator could make a clerk's token and an approver's, reset two people's passwords, or add two people, and
-- book a refund alone. A change of access is now a row that waits; the checks refuse it as done unless a second person
-- confirmed it, a day went by, or it was the command line's. Tokens of before belong to nobody and are taken no
-- longer: whoever made one could have made it for himself. Additive: the previous release reads it unharmed; on SQLite
-- it can make no token.

create table access_change (
    centre_id       bigint not null,
    change_id       text collate "C" not null,  -- From content; a token's is the token's id.
    kind            text collate "C" not null,  -- suspense::AccessKind's code.
    subject         text collate "C" not null,  -- Whose access it is: what they log in with.
    name            text collate "C" not null,  -- A new person's name, or what a token is for.
    role            text collate "C" not null,  -- The role that it gives; empty for none.
    secret          text collate "C",  -- A hash of the password or token; null once it is decided.
    password_given  bigint not null,  -- 1 where another person chose the password.
    expires_at      bigint,           -- A token's end.
    requested_by    text collate "C" not null,
    requested_at    bigint not null,
    operator        bigint not null,  -- 1 where it was done at the command line, by one person.
    effective_after bigint,           -- A day later, where there is nobody to confirm it; else null.
    watched_days    bigint not null,  -- So long the approvals of whose access it is are flagged.
    state           text collate "C" not null,
    decided_by      text collate "C",  -- Who confirmed or dropped it; null while it waits, and where a day went by.
    decided_at      bigint,
    primary key (centre_id, change_id),
    constraint access_kind check (kind in ('person', 'role', 'enable', 'lock', 'reset', 'token')),
    constraint access_state check (state in ('waiting', 'done', 'dropped')),
    constraint access_decided check ((state = 'waiting') = (decided_at is null)),
    constraint access_operator check (operator = 0 or state = 'done'),
    constraint access_of_another check (operator = 1 or kind = 'token' or requested_by <> subject),
    constraint access_day check (effective_after is null or effective_after >= requested_at + 86400),
    constraint access_second_person check (state <> 'done' or operator = 1
        or (decided_by is not null and decided_by <> requested_by and decided_by <> subject)
        or (decided_by is null and effective_after is not null and decided_at >= effective_after))
);

create index access_change_state on access_change (centre_id, state, requested_at);
create index access_change_subject on access_change (centre_id, subject, state);

-- Up to which entry of the trail staff were told by mail what was done about people's access.
create table access_told (
    centre_id bigint not null,
    sequence  bigint not null,
    primary key (centre_id)
);

-- What was done before there was such a mail is no news.
insert into access_told select centre_id, sequence from trail_head;

-- The person a token belongs to and counts as.
alter table api_token add column owner text collate "C" not null default '';

-- Who had renewed the access of whoever proposed or approved, a short while before.
alter table proposal add column proposed_renewed_by text collate "C";
alter table proposal add column first_renewed_by text collate "C";
alter table proposal add column second_renewed_by text collate "C";
alter table counter_request add column asked_renewed_by text collate "C";
alter table counter_request add column decided_renewed_by text collate "C";
