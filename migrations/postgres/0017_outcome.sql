-- What staff decided of a transaction is its outcome. Twin: sqlite/0017_outcome.sql.
--
-- Money that staff put to an advance balance, decided to return or found to be no payment kept the outcome
-- "suspense", and only its item said what became of it: lists called it suspense that was open no longer, and
-- their sums were not the audit's. Outcomes: 5 ignored, 6 advance, 7 refund-due (remittance::Outcome::number).
-- Not additive: a release before this one does not know the new numbers.

update decision set reason = null,
    outcome = (select case i.resolution when 'advance' then 6 when 'refund' then 7 else 5 end
        from suspense_item i where i.centre_id = decision.centre_id
            and i.account_id = decision.account_id and i.serial = decision.serial),
    rule = (select case i.resolution when 'not-ours' then 'not-ours' else 'staff' end
        from suspense_item i where i.centre_id = decision.centre_id
            and i.account_id = decision.account_id and i.serial = decision.serial)
where outcome = 3 and exists (select 1 from suspense_item i where i.centre_id = decision.centre_id
    and i.account_id = decision.account_id and i.serial = decision.serial
    and i.resolution in ('advance', 'refund', 'not-ours'));

-- Archived months are summed by outcome. First out of the way of the new numbers: they are part of the key.
alter table archived_place rename column place to outcome;
update archived_place set outcome = outcome + 100;
update archived_place set outcome = case outcome when 100 then 1 when 101 then 2 when 102 then 3
    when 103 then 6 when 104 then 7 when 105 then 4 else 5 end;
