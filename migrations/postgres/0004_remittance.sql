-- What employers file and what became of it for each employee.
--
-- One truth: an employer's name and contact stay in employer, what is owed in notice, that it was
-- settled in settlement; the tables here add what those do not say. Employers and accounts get small
-- numbers, because a centre keeps a row an employee and month for ever and a text key in each would
-- be most of its size.

-- The employer's number, and its books once it has enrolled here.
create table employer_book (
    centre_id   bigint not null,
    employer_no integer not null,  -- From 1, in the order of first mention.
    employer_id text collate "C" not null,
    body        text collate "C",              -- remittance::EmployerAccount as JSON; null before enrolment.
    primary key (centre_id, employer_no),
    unique (centre_id, employer_id)
);

insert into employer_book
    select centre_id, row_number() over (partition by centre_id order by employer_id), employer_id, null
    from (select distinct centre_id, employer_id from employee) known;

-- An account is the pair of employer and employee: one who was transferred leaves a sign behind, and
-- one number can be held at two employers. So the key of 0001 could not stay.
create table account (
    centre_id     bigint not null,
    employer_no   integer not null,
    employee_no   integer not null,  -- From 1 within the employer.
    employee_id   text collate "C" not null,
    name          text collate "C" not null,
    id_no         text collate "C" not null,
    base_fen      bigint not null,
    status        text collate "C" not null,  -- active, sealed, transferred.
    detail        text collate "C",              -- The seal reason's code, or the employer it went to.
    opened_for    integer,           -- Null: from an import, which does not say.
    years         text collate "C" not null,  -- remittance::employee::YearTotal, a list, as JSON.
    base_adjusted text collate "C" not null,  -- Roster months, a list, as JSON.
    balance_fen   bigint not null,
    entries       bigint not null,
    primary key (centre_id, employer_no, employee_no),
    unique (centre_id, employee_id, employer_no)
);

-- Who holds an identity number.
create index account_id_no on account (centre_id, id_no);

insert into account
    select e.centre_id, b.employer_no,
        row_number() over (partition by e.centre_id, e.employer_id order by e.employee_id),
        e.employee_id, e.name, e.id_no, e.base_fen, e.status, null, null, '[]', '[]', 0, 0
    from employee e join employer_book b using (centre_id, employer_id);

drop table employee;
alter table account rename to employee;

-- Movements of employees' accounts (个人明细); their sum is the balance.
create table account_entry (
    centre_id    bigint not null,
    employer_no  integer not null,
    employee_no  integer not null,
    position     integer not null,  -- From 0 within the account.
    posted_on    integer not null,
    kind         smallint not null,  -- 1 remittance, 2 supplement, 3 transfer out, 4 transfer in.
    for_month    integer,
    reference    bigint,
    amount_fen   bigint not null,
    employer_fen bigint not null,
    employee_fen bigint not null,
    balance_fen  bigint not null,
    voucher      integer not null,  -- The ordinal of the voucher it belongs to.
    primary key (centre_id, employer_no, employee_no, position)
);

-- The month's list (汇缴清册) and its lines.
create table roster (
    centre_id   bigint not null,
    employer_no integer not null,
    month       integer not null,
    ordinal     integer not null,
    made_on     integer not null,
    total_fen   bigint not null,
    reference   bigint,            -- The notice it is on.
    paid_on     integer,
    primary key (centre_id, employer_no, month)
);

create table roster_line (
    centre_id    bigint not null,
    employer_no  integer not null,
    month        integer not null,
    employee_no  integer not null,
    base_fen     bigint not null,
    employer_fen bigint not null,
    employee_fen bigint not null,
    primary key (centre_id, employer_no, month, employee_no)
);

-- What a notice is over. A notice without a row here came from a core system and says no lines.
create table notice_part (
    centre_id   bigint not null,
    reference   bigint not null,
    months      text collate "C" not null,  -- Roster months, a list, as JSON.
    supplements text collate "C" not null,  -- Ordinals of registers, a list, as JSON.
    primary key (centre_id, reference)
);

-- Drafts, registers, vouchers and log lines, in the employer's own count.
create table employer_record (
    centre_id   bigint not null,
    employer_no integer not null,
    kind        smallint not null,  -- 1 draft, 2 register, 3 voucher, 4 log line.
    ordinal     integer not null,
    open        smallint not null,  -- 1 for a register that holds and is not paid.
    body        text collate "C" not null,  -- The thing of src/remittance as JSON.
    primary key (centre_id, employer_no, kind, ordinal)
);

create index employer_record_open on employer_record (centre_id, employer_no, ordinal) where open = 1;

-- Employers' advance balances (单位暂存款): what came to them, and below zero what they paid.
create table advance_entry (
    centre_id   bigint not null,
    employer_no integer not null,
    ordinal     integer not null,  -- The voucher's.
    posted_on   integer not null,
    amount_fen  bigint not null,
    reference   bigint,           -- The notice it paid.
    primary key (centre_id, employer_no, ordinal)
);

create table appointment (
    centre_id      bigint not null,
    appointment_id text collate "C" not null,
    held_on        integer not null,
    body           text collate "C" not null,  -- remittance::appointment::Appointment as JSON.
    primary key (centre_id, appointment_id)
);

create index appointment_day on appointment (centre_id, held_on);
