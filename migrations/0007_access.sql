-- Who may work at the desk, who is logged in, which programs have a token, who guessed too often.
--
-- Nothing here can be used by whoever reads a copy of it: passwords are argon2id, and of sessions, tokens and recovery
-- codes only the hash is kept. The key of a second factor is the exception, since a code cannot be checked without it.
-- Nobody makes the second person out of himself: a change of access is a row that waits, and its checks refuse it as
-- done unless a second person confirmed it, a day went by, or it was the command line's.

-- Who may log in.
create table person (
    centre_id          {big}   not null,
    person_id          {text}  not null,  -- What one logs in with, in lower case.
    name               {text}  not null,
    role               {text}  not null,  -- suspense::Role's code.
    password           {text}  not null,  -- A PHC string, $argon2id$….
    password_given     {big}   not null,  -- 1 while it was chosen by somebody else.
    second_factor      {text},  -- The key, base32; null until it is set up.
    second_factor_step {big}   not null,  -- Of the last code taken; no code is taken twice.
    made_at            {big}   not null,
    disabled_at        {big},
    seal               {big},
    primary key (centre_id, person_id)
) {keyed};

-- For whoever lost the second factor; each opens the door once.
create table recovery_code (
    centre_id {big}   not null,
    person_id {text}  not null,
    code_hash {text}  not null,
    used_at   {big},
    seal      {big},
    primary key (centre_id, person_id, code_hash)
) {keyed};

-- Who is logged in.
create table session (
    centre_id   {big}   not null,
    token_hash  {text}  not null,
    person_id   {text}  not null,
    opened_at   {big}   not null,
    seen_at     {big}   not null,  -- To the minute.
    browser     {text}  not null,  -- As it calls itself, for the list of one's own sessions.
    offered_key {text},  -- A key offered for the second factor, until a code shows it was taken.
    primary key (centre_id, token_hash)
) {keyed};

create index session_person on session (centre_id, person_id);

-- Programs that use the desk's JSON interface.
create table api_token (
    centre_id  {big}   not null,
    token_id   {text}  not null,  -- The head of its hash: names it in lists and in the trail.
    token_hash {text}  not null,
    name       {text}  not null,  -- What it is for.
    role       {text}  not null,
    made_by    {text}  not null,
    made_at    {big}   not null,
    expires_at {big}   not null,
    revoked_at {big},
    -- The person a token belongs to and counts as.
    owner      {text}  not null default '',
    seal       {big},
    primary key (centre_id, token_id),
    unique (centre_id, token_hash)
) {keyed};

-- Failed logins, by account and by address; whoever is in here waits.
create table login_failure (
    centre_id {big}   not null,
    subject   {text}  not null,  -- A hash: names that do not exist are counted like those that do.
    failures  {big}   not null,
    failed_at {big}   not null,
    primary key (centre_id, subject)
) {keyed};

-- A change of somebody's access, from its request to its end.
create table access_change (
    centre_id       {big}   not null,
    change_id       {text}  not null,  -- From content; a token's is the token's id.
    kind            {text}  not null,  -- suspense::AccessKind's code.
    subject         {text}  not null,  -- Whose access it is: what they log in with.
    name            {text}  not null,  -- A new person's name, or what a token is for.
    role            {text}  not null,  -- The role that it gives; empty for none.
    secret          {text},  -- A hash of the password or token; null once it is decided.
    password_given  {big}   not null,  -- 1 where another person chose the password.
    expires_at      {big},  -- A token's end.
    requested_by    {text}  not null,
    requested_at    {big}   not null,
    operator        {big}   not null,  -- 1 where it was done at the command line, by one person.
    effective_after {big},  -- A day later, where there is nobody to confirm it; else null.
    watched_days    {big}   not null,  -- So long the approvals of whose access it is are flagged.
    state           {text}  not null,
    decided_by      {text},  -- Who confirmed or dropped it; null while it waits, and where a day went by.
    decided_at      {big},
    seal            {big},
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
) {keyed};

create index access_change_state on access_change (centre_id, state, requested_at);
create index access_change_subject on access_change (centre_id, subject, state);

-- Up to which entry of the trail staff were told by mail what was done about people's access.
create table access_told (
    centre_id {big}   not null,
    sequence  {big}   not null,
    seal      {big},
    primary key (centre_id)
) {keyed};
