-- How the desk's lists are found: what hangs, the oldest first; an employer's notices; bookings by day.
-- Twin: sqlite/0009_desk_read.sql.
--
-- Lists begin behind the last row that was shown, so each order that a page offers is an index to walk.
-- Additive: the previous release runs against it unharmed.

create index suspense_open on suspense_item (centre_id, booked_on, account_id, serial)
    where closed_on is null;

create index notice_employer on notice (centre_id, employer_id, reference);

-- Nights append to it in the order of days; without it the newest transactions of ten years are found by
-- reading ten years.
create index bank_transaction_day on bank_transaction (centre_id, booked_on, account_id, serial);
