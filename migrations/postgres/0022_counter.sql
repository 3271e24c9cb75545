-- What two persons do at the counter (柜台业务): one asks, another approves. Twin: sqlite/0022_counter.sql.
--
-- Such an operation could be had only from a file that named both persons, so one person could write both names. Rows
-- stay for good: they are who asked, who decided and when. Additive: the previous release runs against it.

create table counter_request (
    centre_id  bigint not null,
    request_id text collate "C" not null,  -- From what is asked, by whom and when.
    operation  text collate "C" not null,  -- suspense::CounterOperation as JSON; the two persons are not in it.
    asked_by   text collate "C" not null,
    asked_at   bigint not null,
    state      text collate "C" not null,  -- suspense::ProposalState's code.
    note       text collate "C" not null,  -- Why it was sent back; empty else.
    decided_by text collate "C",           -- Who approved it, sent it back or took it back; null while it waits.
    decided_at bigint,
    primary key (centre_id, request_id),
    constraint counter_state check (state in ('open', 'approved', 'sent-back', 'withdrawn')),
    constraint counter_decided check ((state = 'open') = (decided_by is null)),
    constraint counter_two_persons check (state <> 'approved' or decided_by <> asked_by)
);

create index counter_request_state on counter_request (centre_id, state, asked_at);
