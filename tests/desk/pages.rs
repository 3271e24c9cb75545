//! Every page with every filter, on every kind of database: the store answers all of its queries.

use super::centre::every_store;
use super::served::Served;

/// An address, a text on the page, and one that is not there.
#[rustfmt::skip] // A table is read by column.
const PAGES: &[(&str, &str, &str)] = &[
    ("/",                                                    "按收款银行", "还没有跑过批次"),
    ("/queue",                                               "S3", "S9"),
    ("/queue?reason=no-reference",                           "S3", "value=\"1/1/S1\""),
    ("/queue?reason=cross-bank",                             "/items/1/S1", "/items/1/S3"),
    ("/queue?bank=CCB",                                      "/items/3/S2", "/items/1/S1"),
    ("/queue?age=0-7&stage=open&who=nobody",                 "/items/1/S3", "没有挂账"),
    ("/queue?age=61%2B",                                     "这些条件下没有挂账", "/items/1/S3"),
    ("/queue?min=450&max=550.00",                            "/items/1/S3", "/items/1/S1"),
    ("/queue?employer=E1",                                   "/items/1/S1", "/items/1/S3"),
    ("/queue?q=p1906130001",                                 "/items/1/S1", "/items/1/S3"),
    ("/queue?q=100%25_",                                     "这些条件下没有挂账", "/items/1/S3"),
    ("/queue?order=largest",                                 "/items/1/S3", "S9"),
    ("/queue?after=20584.1.S1",                              "/items/1/S3", "/items/1/S1"),
    ("/queue?order=largest&after=50000.1.S3",                "/items/3/S2", "/items/1/S1"),
    ("/queue?order=nonsense&age=x&min=abc&after=y",          "/items/1/S3", "S9"),
    ("/items/1/S3",                                          "为什么挂账", "S9"),
    ("/items/1/S1",                                          "收款银行数", "S9"),
    ("/transactions",                                        "/transactions/1/S1", "S9"),
    ("/transactions?outcome=suspense&bank=CCB&from=2026-05-01&to=2026-05-31&taken=2026-05-12", "/transactions/3/S2", "/transactions/1/S1"),
    ("/transactions?q=P1906130001&amount=600",               "/transactions/1/S1", "/transactions/3/S2"),
    ("/transactions?after=20585.1.S3",                       "/transactions/1/S1", "/transactions/1/S3"),
    ("/transactions/1/S3",                                   "待清分收款", "S9"),
    ("/notices",                                             "P1906130003", "P1906130009"),
    ("/notices?q=P1906130002&status=awaiting",               "P1906130002", "P1906130003"),
    ("/notices?employer=E1&amount=200&after=P1906130009",    "P1906130003", ">P1906130001<"),
    ("/employers?q=%E7%A4%BA%E4%BE%8B",                      "示例甲公司", "没有这样的单位"),
    ("/employers/E1",                                        "P1906130001", "S9"),
    ("/letters?employer=E1&on=2026-05-12&q=x",               "没有这样的函件", "S9"),
    ("/held",                                                "没有暂扣的函件", "S9"),
    ("/calls",                                               "没有需要电话联系的单位", "S9"),
    ("/runs",                                                "2026-05-12", "还没有跑过批次"),
    ("/runs/2026-05-12",                                     "feed.csv", "S9"),
    ("/rules",                                               "own-transfer", "S9"),
    ("/trail?actor=operator&event=person-added&subject=clerk", "新增人员", "登录失败</td>"),
    ("/approvals?state=approved",                            "这里没有处理意见", "S9"),
];

#[test]
fn every_page_answers_under_every_filter() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("approver");
        for (address, there, absent) in PAGES {
            let answer = served.get(&browser, address);
            assert_eq!(answer.status, 200, "{address}: {}", answer.body);
            assert!(answer.body.contains(there), "{address}: no {there}: {}", answer.body);
            assert!(!answer.body.contains(absent), "{address}: {absent}: {}", answer.body);
        }
        for address in [
            "/items/9/S3",
            "/items/1/S9",
            "/transactions/1/S9",
            "/employers/E9",
            "/letters/x",
            "/runs/2026-05-13",
            "/runs/x",
        ] {
            assert_eq!(served.get(&browser, address).status, 404, "{address}");
        }
    });
}

#[test]
fn of_two_who_act_on_one_item_one_wins_and_the_other_is_told() {
    every_store(|backing| {
        let served = Served::new(backing);
        let (clerk, approver) = (served.login("clerk"), served.login("approver"));
        let fields = [("item", "1/1/S3"), ("who", "me"), ("back", "/items/1/S3")];
        let first = served.post(&clerk, "/assign", &fields);
        assert_eq!(first.header("location"), Some("/items/1/S3?done=assigned"));
        let second = served.post(&approver, "/assign", &fields);
        assert_eq!(second.status, 409, "{}", second.body);
        assert!(second.body.contains("clerk"), "says who was first: {}", second.body);
    });
}

#[test]
fn a_whole_account_number_is_shown_to_who_asks_and_the_trail_says_so() {
    every_store(|backing| {
        let served = Served::new(backing);
        let browser = served.login("auditor");
        let whole = "6222000000000000001";
        assert!(!served.get(&browser, "/items/1/S3").body.contains(whole));
        assert!(served.post(&browser, "/items/1/S3/unmask", &[]).body.contains(whole));
        let trail = served.get(&browser, "/trail?event=unmasked").body;
        assert!(trail.contains("auditor先生") && trail.contains("/items/1/S3"), "{trail}");
        assert!(!trail.contains(whole));
    });
}
