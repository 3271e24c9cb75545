-- How the desk's lists are found: what hangs, the oldest first; bookings by day.
-- Twin: postgres/0009_desk_read.sql.
--
-- Lists begin behind the last row that was shown, so each order that a page offers is an index to walk.
-- Additive: the previous release runs against it unharmed.

create index suspense_open on suspense_item (centre_id, booked_on, account_id, serial)
    where closed_on is null;

-- The notices of one employer are found by a walk along the references: an index on employers would cost a
-- night's import five times the table itself.

-- Nights append to it in the order of days; without it the newest transactions of ten years are found by
-- reading ten years.
create index bank_transaction_day on bank_transaction (centre_id, booked_on, account_id, serial);
