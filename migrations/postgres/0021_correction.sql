-- What was paid for an employee's month and went back (错缴更正). Twin: sqlite/0021_correction.sql.
--
-- The list, the supplement and the notice keep what was paid; a correction stands beside them, for good. Its red
-- entry is in account_entry (kind 11), what the employer got in advance_entry; the audit proves the three
-- against each other.
-- Additive: the previous release runs against it unharmed, as long as nothing was corrected.

create table correction (
    centre_id    bigint not null,
    employer_no  bigint not null,
    ordinal      bigint not null,  -- The voucher's, in the employer's own count.
    employee_no  bigint not null,  -- As the list or the supplement names it.
    month        bigint not null,  -- The list's, or the month that the supplement was for.
    register     bigint,           -- The supplement's ordinal; null for the month's list.
    reference    bigint not null,  -- The notice that had paid it.
    corrected_on bigint not null,
    employer_fen bigint not null,
    employee_fen bigint not null,
    reason       text collate "C" not null,
    done_by      text collate "C" not null,
    approved_by  text collate "C" not null,
    primary key (centre_id, employer_no, ordinal),
    check (employer_fen >= 0 and employee_fen >= 0 and employer_fen + employee_fen > 0),
    check (done_by <> approved_by)
);

create index correction_reference on correction (centre_id, reference);
