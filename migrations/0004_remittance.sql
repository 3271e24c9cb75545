-- What employers file and what became of it for each employee.
--
-- One truth: an employer's name and contact stand in employer, what is owed in notice, that it was settled in
-- settlement; the tables here add what those do not say. Employers and accounts get small numbers, because a centre
-- keeps a row an employee and month for ever and a text key in each would be most of its size.

-- The employer's number, and its books once it has enrolled here.
create table employer_book (
    centre_id   {big}   not null,
    employer_no integer not null,  -- From 1, in the order of first mention.
    employer_id {text}  not null,
    body        {text},  -- remittance::EmployerAccount as JSON; null before enrolment.
    seal        {big},
    primary key (centre_id, employer_no),
    unique (centre_id, employer_id)
) {keyed};

-- An account is the pair of employer and employee: one who was transferred leaves a sign behind, and
-- one number can be held at two employers.
create table employee (
    centre_id     {big}   not null,
    employer_no   integer not null,
    employee_no   integer not null,  -- From 1 within the employer.
    employee_id   {text}  not null,
    name          {text}  not null,
    id_no         {text}  not null,
    base_fen      {big}   not null,
    status        {text}  not null,  -- active, sealed, transferred.
    detail        {text},  -- The seal reason's code, or the employer it went to.
    opened_for    integer,  -- Null: from an import, which does not say.
    years         {text}  not null,  -- remittance::employee::YearTotal, a list, as JSON.
    base_adjusted {text}  not null,  -- Roster months, a list, as JSON.
    balance_fen   {big}   not null,
    entries       {big}   not null,
    seal          {big},
    primary key (centre_id, employer_no, employee_no),
    unique (centre_id, employee_id, employer_no)
) {keyed};

-- Who holds an identity number.
create index account_id_no on employee (centre_id, id_no);

-- What employees had in the system before this one (期初余额): no bank file that was taken in here brought it, so it stands
-- apart from the balance, which is proved by entries, and goes wherever the account goes.
create table opening_balance (
    centre_id   {big}   not null,
    employer_no integer not null,
    employee_no integer not null,
    amount_fen  {big}   not null check (amount_fen > 0),
    seal        {big},
    primary key (centre_id, employer_no, employee_no)
) {keyed};

-- Movements of employees' accounts (个人明细); their sum is the balance.
create table account_entry (
    centre_id    {big}   not null,
    employer_no  integer not null,
    employee_no  integer not null,
    position     integer not null,  -- From 0 within the account.
    posted_on    integer not null,
    kind         {small} not null,  -- 1 remittance, 2 supplement, 3 transfer out, 4 transfer in, 11 correction.
    for_month    integer,
    reference    {big},
    amount_fen   {big}   not null,
    employer_fen {big}   not null,
    employee_fen {big}   not null,
    balance_fen  {big}   not null,
    voucher      integer not null,  -- The ordinal of the voucher it belongs to.
    seal         {big},
    primary key (centre_id, employer_no, employee_no, position{postgres:, posted_on})
) {cut by posted_on};

-- The month's list (汇缴清册) and its lines.
create table roster (
    centre_id   {big}   not null,
    employer_no integer not null,
    month       integer not null,
    ordinal     integer not null,
    made_on     integer not null,
    total_fen   {big}   not null,
    reference   {big},  -- The notice it is on.
    paid_on     integer,
    seal        {big},
    primary key (centre_id, employer_no, month)
) {keyed};

-- The lists that are not paid: few among those of all years, and every night looks through them.
create index roster_unpaid on roster (centre_id, employer_no, month) where paid_on is null;

create table roster_line (
    centre_id    {big}   not null,
    employer_no  integer not null,
    month        integer not null,
    employee_no  integer not null,
    base_fen     {big}   not null,
    employer_fen {big}   not null,
    employee_fen {big}   not null,
    seal         {big},
    primary key (centre_id, employer_no, month, employee_no)
) {keyed};

-- What a notice is over. A notice without a row here came from a core system and says no lines.
create table notice_part (
    centre_id   {big}   not null,
    reference   {big}   not null,
    months      {text}  not null,  -- Roster months, a list, as JSON.
    supplements {text}  not null,  -- Ordinals of registers, a list, as JSON.
    seal        {big},
    primary key (centre_id, reference)
) {keyed};

-- Drafts, registers, vouchers and log lines, in the employer's own count.
create table employer_record (
    centre_id   {big}   not null,
    employer_no integer not null,
    kind        {small} not null,  -- 1 draft, 2 register, 3 voucher, 4 log line.
    ordinal     integer not null,
    open        {small} not null,  -- 1 for a register that holds and is not paid.
    body        {text}  not null,  -- What crates/remittance has of it, as JSON.
    seal        {big},
    primary key (centre_id, employer_no, kind, ordinal)
) {keyed};

create index employer_record_open on employer_record (centre_id, employer_no, ordinal) where open = 1;

-- Employers' advance balances (单位暂存款): what came to them, and below zero what they paid.
create table advance_entry (
    centre_id   {big}   not null,
    employer_no integer not null,
    ordinal     integer not null,  -- The voucher's.
    posted_on   integer not null,
    amount_fen  {big}   not null,
    reference   {big},  -- The notice it paid.
    seal        {big},
    primary key (centre_id, employer_no, ordinal)
) {keyed};

-- What an advance balance paid of a notice is asked for by the notice.
create index advance_entry_reference on advance_entry (centre_id, reference) where reference is not null;

-- What was paid for an employee's month and went back (错缴更正). The list, the supplement and the notice keep what was paid;

-- a correction stands beside them, for good. Its red entry is in account_entry, what the employer got in advance_entry;

-- the audit proves the three against each other.
create table correction (
    centre_id    {big}   not null,
    employer_no  {big}   not null,
    ordinal      {big}   not null,  -- The voucher's, in the employer's own count.
    employee_no  {big}   not null,  -- As the list or the supplement names it.
    month        {big}   not null,  -- The list's, or the month that the supplement was for.
    register     {big},  -- The supplement's ordinal; null for the month's list.
    reference    {big}   not null,  -- The notice that had paid it.
    corrected_on {big}   not null,
    employer_fen {big}   not null,
    employee_fen {big}   not null,
    reason       {text}  not null,
    done_by      {text}  not null,
    approved_by  {text}  not null,
    seal         {big},
    primary key (centre_id, employer_no, ordinal),
    check (employer_fen >= 0 and employee_fen >= 0 and employer_fen + employee_fen > 0),
    check (done_by <> approved_by)
) {keyed};

create index correction_reference on correction (centre_id, reference);

-- Who comes to the counter when.
create table appointment (
    centre_id      {big}   not null,
    appointment_id {text}  not null,
    held_on        integer not null,
    body           {text}  not null,  -- remittance::appointment::Appointment as JSON.
    seal           {big},
    primary key (centre_id, appointment_id)
) {keyed};

create index appointment_day on appointment (centre_id, held_on);
