//! The audit's checks of corrections (错缴更正): the amounts taken back from paid lines, counted in three places.
//!
//! A correction has its own row, its red entry on the employee's account and its credit on the employer's
//! advance balance. The entries prove the employees' subject, the rows prove the places of the money.

/// Kind of a correction's entry in `account_entry` (`store/operations/write.rs`).
macro_rules! red {
    () => {
        "11"
    };
}

/// The amount taken back, from the corrections themselves.
pub(super) const TAKEN: &str = "select cast(coalesce(sum(c.fen), 0) as text) from (
        select employer_fen as fen from correction where centre_id = ?1
        union all
        select employee_fen from correction where centre_id = ?1) c";

/// The amount taken back, from the red entries of employees' accounts.
pub(super) const RED: &str = concat!(
    "select cast(coalesce(sum(-amount_fen), 0) as text) from account_entry
    where centre_id = ?1 and kind = ",
    red!()
);

/// The corrections' part of the digest of the books.
pub(super) const DIGEST: &str =
    "select b.employer_id, c.ordinal, e.employee_id, c.month, c.register,
        c.reference, c.employer_fen, c.employee_fen, c.done_by, c.approved_by
    from correction c join employer_book b using (centre_id, employer_no)
    join employee e using (centre_id, employer_no, employee_no)
    where c.centre_id = ?1 order by 1, 2";

/// Each query counts violations; with the sentence that names them.
pub(super) const ORPHANS: [(&str, &str); 4] = [
    (
        "notice whose corrections are not its employees' red entries",
        concat!(
            "select count(*) from (select 1 from (
                select reference, employer_fen, employee_fen, 0 as red_employer, 0 as red_employee
                    from correction where centre_id = ?1
                union all
                select reference, 0, 0, -employer_fen, -employee_fen from account_entry
                    where centre_id = ?1 and kind = ",
            red!(),
            ") b group by reference
            having sum(employer_fen) <> sum(red_employer) or sum(employee_fen) <> sum(red_employee)) c"
        ),
    ),
    (
        "correction that the employer's advance balance did not get",
        "select count(*) from correction c where c.centre_id = ?1 and not exists (select 1
            from advance_entry a where a.centre_id = c.centre_id and a.employer_no = c.employer_no
            and a.ordinal = c.ordinal and a.reference is null
            and a.amount_fen = c.employer_fen + c.employee_fen)",
    ),
    (
        "correction of a notice that is not settled",
        "select count(*) from correction c where c.centre_id = ?1 and not exists (select 1
            from settlement s where s.centre_id = c.centre_id and s.reference = c.reference)",
    ),
    (
        "line of a list of which more was corrected than it paid",
        "select count(*) from (select 1 from (
                select employer_no, month, employee_no, employer_fen, employee_fen
                    from correction where centre_id = ?1 and register is null
                union all
                select l.employer_no, l.month, l.employee_no, -l.employer_fen, -l.employee_fen
                    from roster_line l where l.centre_id = ?1 and exists (select 1 from correction c
                        where c.centre_id = ?1 and c.employer_no = l.employer_no
                        and c.month = l.month and c.employee_no = l.employee_no
                        and c.register is null)) b
            group by employer_no, month, employee_no
            having cast(sum(employer_fen) as double precision) > 0
                or cast(sum(employee_fen) as double precision) > 0) d",
    ),
];
