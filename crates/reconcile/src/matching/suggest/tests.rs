//! Suggestions as a clerk sees them: what was written, which notices come first, and why.

use super::*;
use remittance::{Language, Localized};

fn notice(number: u64, fen: i64, employer: u32, month: &str) -> OpenNotice {
    OpenNotice {
        reference: PaymentReference::from_number(number).unwrap(),
        amount: Money::from_fen(fen),
        employer: EmployerIndex(employer),
        month: month.parse().unwrap(),
    }
}

struct Payment {
    fen: i64,
    account: &'static str,
    name: &'static str,
    claim: Claim,
    digits: &'static str,
}

/// Each suggestion as `reference employer: evidence; against`.
fn suggested(payment: &Payment) -> Vec<String> {
    let accounts = [vec!["622200001".to_owned()], vec![], vec![], vec![]];
    let names = [
        "示例机械制造有限公司",
        "示例（东方）食品有限责任公司",
        "示例物业服务有限公司",
        "测试仓储中心",
    ];
    let facts: Vec<EmployerFact<'_>> = ["E0", "E1", "E2", "E3"]
        .into_iter()
        .zip(names)
        .zip(&accounts)
        .map(|((employer_id, name), payer_accounts)| EmployerFact {
            employer_id,
            name,
            payer_accounts,
        })
        .collect();
    let employers = Employers::new(&facts);
    let notices = OpenNotices::new(vec![
        notice(1_906_133_753, 125_000, 0, "2026-05"),
        notice(1_906_144_444, 88_800, 1, "2026-05"),
        notice(2_000_000_001, 77_700, 2, "2026-04"),
        notice(2_000_000_002, 125_000, 2, "2026-01"),
        // Issued here: 2×10 + 6×9 + 1×8 + 3×7 + 5×6 + 4×2 = 141 = 12×11 + 9, and the check digit is 2.
        notice(2_613_500_042, 66_600, 3, "2026-05"),
        // From a core system: its last digit is the check digit by chance, its first are of another year.
        notice(1_900_000_008, 55_500, 3, "2026-05"),
    ]);
    let open_item = OpenItem {
        amount: Money::from_fen(payment.fen),
        booked_on: "2026-05-11".parse().unwrap(),
        payer_account: payment.account,
        payer_name: payment.name,
        claim: &payment.claim,
        digits: payment.digits,
        undone: &[],
        payer_disagrees: false,
    };
    let line = |one: &Suggestion<'_>| {
        let evidence: String =
            one.evidence.iter().map(|one| one.in_language(Language::Chinese)).collect();
        let against: String =
            one.against.iter().map(|one| one.in_language(Language::Chinese)).collect();
        format!("{} {}: {evidence}{against}", one.reference, one.employer_id)
    };
    suggest(&open_item, &notices, &employers).iter().map(line).collect()
}

#[test]
fn the_nearest_notices_come_first_with_what_speaks_for_them() {
    let nothing = || Payment { fen: 1, account: "", name: "", claim: Claim::None, digits: "" };
    let certain = |number| Claim::Certain(PaymentReference::from_number(number).unwrap());
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        (nothing(), vec![]),
        (Payment { claim: certain(1_906_133_754), fen: 125_000, ..nothing() }, vec![
            "P1906133753 E0: ≈登记号差一位（第10位不同）✓金额相等✓月份相符",
            "P2000000002 E2: ✓金额相等✗月份不符（通知书2026-01，入账2026-05）",
        ]),
        (Payment { claim: certain(9_106_133_753), ..nothing() }, vec![
            "P1906133753 E0: ≈登记号相邻两位颠倒（第1、2位）✓月份相符✗金额不等（应缴1250.00元，少1249.99元）",
        ]),
        (Payment { claim: Claim::Truncated, digits: "190613753", fen: 125_000, ..nothing() }, vec![
            "P1906133753 E0: ≈登记号少写一位（第6位）✓金额相等✓月份相符",
            "P2000000002 E2: ✓金额相等✗月份不符（通知书2026-01，入账2026-05）",
        ]),
        (Payment { claim: Claim::Truncated, digits: "19061337533", ..nothing() }, vec![
            "P1906133753 E0: ≈登记号多写一位（第10位）✓月份相符✗金额不等（应缴1250.00元，少1249.99元）",
        ]),
        (Payment { claim: Claim::Truncated, digits: "190614", fen: 88_800, ..nothing() }, vec![
            "P1906144444 E1: ≈登记号前缀相符（前6位）✓金额相等✓月份相符",
        ]),
        (Payment { account: "622200001", fen: 130_000, ..nothing() }, vec![
            "P1906133753 E0: ✓付款账号曾为该单位缴款✓月份相符✗金额不等（应缴1250.00元，多50.00元）",
        ]),
        (Payment { name: "示例(东方)食品有限公司", ..nothing() }, vec![
            "P1906144444 E1: ✓付款户名与单位名称一致✓月份相符✗金额不等（应缴888.00元，少887.99元）",
        ]),
        (Payment { name: "示例东方食品厂有限公司", fen: 88_800, ..nothing() }, vec![
            "P1906144444 E1: ✓金额相等≈名称相近（90%）✓月份相符",
        ]),
        (Payment { claim: certain(2_613_500_024), ..nothing() }, vec![
            "P2613500042 E3: ≈登记号相邻两位颠倒（第9、10位）✓校验位相符（所写登记号有误）✓月份相符✗金额不等（应缴666.00元，少665.99元）",
        ]),
        (Payment { claim: certain(1_900_000_007), ..nothing() }, vec![
            "P1900000008 E3: ≈登记号差一位（第10位不同）✓月份相符✗金额不等（应缴555.00元，少554.99元）",
        ]),
        (Payment { claim: certain(1_906_133_753), fen: 120_000, ..nothing() }, vec![
            "P1906133753 E0: ✓备注写明该登记号✓月份相符✗金额不等（应缴1250.00元，少50.00元）",
        ]),
    ];
    for (payment, want) in rows {
        assert_eq!(suggested(&payment), want, "{:?} {}", payment.claim, payment.digits);
    }
}

#[test]
fn the_digits_of_an_unfinished_reference_are_found_in_a_plain_remark() {
    for (plain, want) in [
        ("P190613…示例公司", "190613"),
        ("5月p19061337533公积金", "19061337533"),
        ("P12 P190613", "190613"),
        ("P190613375330", ""),
        ("公积金", ""),
    ] {
        assert_eq!(digits_behind_p(plain), want, "{plain}");
    }
}
