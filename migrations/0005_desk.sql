-- What staff decide at the desk and at the counter: proposals, approvals, refunds, and what was learned.
--
-- A proposal is one row with its approvals in it, so that the database itself can refuse the same person twice. The
-- items it is about are rows beside it, each with the version that was looked at. Rows stay for good: they are who
-- asked, who decided and when. An operation at the counter is a row of two persons for the same reason: a file that
-- names both persons could be one person's.

-- What somebody proposes, who approved it, and how it ended.
create table proposal (
    centre_id           {big}   not null,
    proposal_id         {text}  not null,  -- From content (suspense::Proposal::id_of).
    revision            {big}   not null,  -- Counts edits, from 1.
    digest              {text}  not null,  -- What an approval is bound to.
    kind                {text}  not null,  -- rulebook::desk::ActKind's code.
    act                 {text}  not null,  -- suspense::Act as JSON.
    note                {text}  not null,
    amount_fen          {big}   not null,
    state               {text}  not null,  -- suspense::ProposalState's code.
    operator            {small} not null,  -- 1 where it was done at the command line, by one person.
    proposed_by         {text}  not null,
    proposed_at         {big}   not null,
    approvals_needed    {small} not null,
    first_by            {text},
    first_at            {big},
    second_by           {text},
    second_at           {big},
    decided_on          integer,  -- The day it is booked on.
    ended_by            {text},  -- Who sent it back or took it back.
    ended_at            {big},
    ended_why           {text},
    undoes              {text},  -- The proposal that this reversal books back.
    -- Who had renewed the access of whoever proposed or approved, a short while before.
    proposed_renewed_by {text},
    first_renewed_by    {text},
    second_renewed_by   {text},
    seal                {big},
    primary key (centre_id, proposal_id),
    check (first_by is null or first_by <> proposed_by),
    check (second_by is null or (second_by <> proposed_by and second_by <> first_by)),
    check (state <> 'approved' or operator = 1 or first_by is not null),
    check (state <> 'approved' or operator = 1 or approvals_needed < 2 or second_by is not null)
) {keyed};

create index proposal_state on proposal (centre_id, state, proposed_at);

-- The items of a proposal.
create table proposal_item (
    centre_id   {big}   not null,
    proposal_id {text}  not null,
    account_id  integer not null,
    serial      {text}  not null,
    booked_on   integer not null,
    position    integer not null,  -- In the proposal, from 1.
    version     {big}   not null,  -- The item's, once it was proposed.
    amount_fen  {big}   not null,
    -- The decision before it was approved, so that a reversal restores it.
    outcome     {small},
    reason      {small},
    reference   {big},
    notice      {big},
    because     {text},
    seal        {big},
    primary key (centre_id, proposal_id, account_id, serial)
) {keyed};

create index proposal_of_item on proposal_item (centre_id, account_id, serial, proposal_id);

-- What a split leaves over of a transaction, on an employer's advance balance.
create table advance_part (
    centre_id   {big}   not null,
    account_id  integer not null,
    serial      {text}  not null,
    booked_on   integer not null,
    employer_id {text}  not null,
    amount_fen  {big}   not null check (amount_fen > 0),
    seal        {big},
    primary key (centre_id, account_id, serial)
) {keyed};

-- Who pays for whom, as people confirmed or settled items showed. Suggests, settles nothing.
create table payer_fact (
    centre_id   {big}   not null,
    account_no  {text}  not null,  -- Empty where the bank gave none.
    name        {text}  not null,  -- Empty where the bank gave none.
    employer_id {text}  not null,
    confirmed   integer not null,  -- How often, less what was undone.
    last_on     integer not null,
    seal        {big},
    primary key (centre_id, account_no, name, employer_id)
) {keyed};

-- Pairs that staff settled and undid: not the first suggestion again.
create table undone_pair (
    centre_id  {big}   not null,
    account_id integer not null,
    serial     {text}  not null,
    reference  {big}   not null,
    undone_on  integer not null,
    seal       {big},
    primary key (centre_id, account_id, serial, reference)
) {keyed};

-- What two persons do at the counter (柜台业务): one asks, another approves.
create table counter_request (
    centre_id          {big}   not null,
    request_id         {text}  not null,  -- From what is asked, by whom and when.
    operation          {text}  not null,  -- suspense::CounterOperation as JSON; the two persons are not in it.
    asked_by           {text}  not null,
    asked_at           {big}   not null,
    state              {text}  not null,  -- suspense::ProposalState's code.
    note               {text}  not null,  -- Why it was sent back; empty else.
    decided_by         {text},  -- Who approved it, sent it back or took it back; null while it waits.
    decided_at         {big},
    asked_renewed_by   {text},
    decided_renewed_by {text},
    seal               {big},
    primary key (centre_id, request_id),
    constraint counter_state check (state in ('open', 'approved', 'sent-back', 'withdrawn')),
    constraint counter_decided check ((state = 'open') = (decided_by is null)),
    constraint counter_two_persons check (state <> 'approved' or decided_by <> asked_by)
) {keyed};

create index counter_request_state on counter_request (centre_id, state, asked_at);

-- What was decided to be returned, until the bank's debit that paid it is known. A refund lives on after its item: it is
-- exported, paid, sent back by the payee's bank and paid again, and staff may correct whom it goes to.
create table refund (
    centre_id       {big}   not null,
    reference       {big}   not null,  -- The twelve digits (remittance::RefundReference::number).
    account_id      integer not null,  -- The credit that is returned, with the two below.
    serial          {text}  not null,
    booked_on       integer not null,
    amount_fen      {big}   not null check (amount_fen > 0),
    payee_name      {text}  not null,
    payee_account   {text}  not null,  -- The whole number; empty where nobody knows it.
    payee_bank      {text}  not null,
    why             {text}  not null,
    proposed_by     {text}  not null,
    approved_by     {text}  not null,  -- Several between commas.
    decided_on      integer not null,
    state           {text}  not null,  -- suspense::RefundState's code.
    exported_on     integer,  -- When the bank was last told; null while it is to be told.
    paid_account_id integer,  -- The debit that paid it, with the two below; null before.
    paid_serial     {text},
    paid_on         integer,  -- Its booking day.
    tied_on         integer,
    tied_by         {text},  -- Who said that the debit paid it; night where it says so itself.
    returned_on     integer,  -- When it last came back, by the bank's booking.
    returns         integer not null,  -- How often it came back.
    seal            {big},
    primary key (centre_id, reference)
) {keyed};

create index refund_of_item on refund (centre_id, account_id, serial);

-- What is still to leave is asked for every night; what left is found again by its amount when it comes back.
create index refund_state on refund (centre_id, state);
create index refund_amount on refund (centre_id, amount_fen);

-- Each time that a refund came back (退票): the debit that had paid it, and the credit that brought it.
create table refund_return (
    centre_id         {big}   not null,
    reference         {big}   not null,
    ordinal           integer not null,  -- From 1, of this refund.
    debit_account_id  integer not null,
    debit_serial      {text}  not null,
    debit_on          integer not null,
    credit_account_id integer not null,
    credit_serial     {text}  not null,
    credit_on         integer not null,
    tied_on           integer not null,
    tied_by           {text}  not null,
    seal              {big},
    primary key (centre_id, reference, ordinal)
) {keyed};

-- A change that one person asked for and another has to approve; one at a time.
create table refund_request (
    centre_id {big}   not null,
    reference {big}   not null,
    change    {text}  not null,  -- suspense::RefundChange as JSON.
    note      {text}  not null,
    asked_by  {text}  not null,
    asked_at  {big}   not null,
    seal      {big},
    primary key (centre_id, reference)
) {keyed};
