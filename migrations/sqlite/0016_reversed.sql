-- A reversal's credit is found whatever its age, and a notice's earlier payments by what their remarks said.
-- Twin: postgres/0016_reversed.sql.
--
-- A debit that takes a credit back says its amount and little else, and may come years after it: without an
-- index each such night would look through all transactions there are.
-- Additive: the previous release runs against it unharmed.

-- It holds all that is asked for of the key: SQLite, which has no figures, would else rather walk along a
-- whole account.
create index bank_transaction_amount on bank_transaction (centre_id, account_id, amount_fen, booked_on);

-- Few: what a plain payment was read as is the notice that it settled, and stands in that column alone.
create index decision_read on decision (centre_id, reference, booked_on) where reference is not null;
