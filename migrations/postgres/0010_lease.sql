-- Who works on a centre, and until when it is believed to. Twin: sqlite/0010_lease.sql.
--
-- A row a centre, changed by compare and set: a lock that outlives no worker by more than a minute,
-- needs no session, and is the same on one machine and on many.

create table centre_lease (
    centre_id   bigint not null,
    holder      text collate "C" not null,  -- Machine, process and claim; empty before the first.
    claimed_at  bigint not null,  -- Seconds since 1970, UTC.
    lease_until bigint not null,  -- Nobody holds what ended before now.
    -- What became of the last night: its day, when it ended, and how (done, set-aside, failed).
    night       integer,
    ended_at    bigint,
    ending      text collate "C",
    failure     text collate "C",           -- Why it failed, for the operator.
    primary key (centre_id)
);

insert into centre_lease select centre_id, '', 0, 0, null, null, null, null from centre;
