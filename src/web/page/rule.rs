//! The rules in force, each with its reason and an example.

use crate::remittance::{Language, Localized};
use crate::rulebook::Rulebook;
use crate::rulebook::remark::Example;
use crate::suspense::Role;
use crate::web::Desk;
use crate::web::fault::Fault;
use crate::web::frame::{Frame, show as answer};
use crate::web::session::Session;
use crate::web::view::{foreign, remark, yuan};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::borrow::Cow;

#[derive(Template)]
#[template(path = "desk/rules.html")]
struct Page {
    frame: Frame,
    settings: Vec<(&'static str, String)>,
    ignore: Vec<Rule>,
    remark: Vec<Rule>,
    limits: Vec<Limit>,
    handbook: Vec<(u8, Cow<'static, str>)>,
}

/// A rule with its reason and an example.
struct Rule {
    id: String,
    why: String,
    from: String,
    gives: String,
}

/// Who may decide up to which amount.
struct Limit {
    id: String,
    why: String,
    acts: String,
    up_to: String,
    propose: String,
    approve: String,
    approvals: u8,
}

pub(crate) async fn show(State(desk): State<Desk>, session: Session) -> Result<Response, Fault> {
    let frame = Frame::new(&desk, &session, "现行规则", "Rules in force");
    let (rules, language) = (desk.rules(), frame.language);
    let page = Page {
        settings: settings(rules, language),
        ignore: ignore(rules, language),
        remark: readings(rules, language),
        limits: limits(rules, language),
        handbook: rules
            .remark
            .handbook
            .iter()
            .map(|rule| (rule.number, rule.in_language(language)))
            .collect(),
        frame,
    };
    answer(&page)
}

fn settings(rules: &Rulebook, language: Language) -> Vec<(&'static str, String)> {
    let say = |zh, en| language.choose(zh, en);
    let matching = &rules.matching;
    let yes_no = |yes| say(if yes { "是" } else { "否" }, if yes { "yes" } else { "no" });
    vec![
        (
            say("月末后第几个工作日关账", "A month closes so many working days after its last day"),
            matching.lag_working_days.to_string(),
        ),
        (
            say(
                "一份通知书最多在几笔中查找可匹配组合",
                "Parts among which an exact set is searched for",
            ),
            matching.parts_budget.to_string(),
        ),
        (
            say("各笔须来自同一付款银行", "The parts must come from one paying bank"),
            yes_no(matching.same_paying_bank).to_owned(),
        ),
        (say("视为冲正的字样", "Words that mark a reversal"), matching.reversal.words.join("、")),
        (
            say("最长可暂缓天数", "Days a decision can be put off"),
            rules.desk.wait_days_max.to_string(),
        ),
        (
            say("权限变更后标记的天数", "Days that acts are flagged after a renewal"),
            rules.desk.renewed.days.to_string(),
        ),
    ]
}

/// Chinese reasons of the built-in rules; a centre's own rule gives its reason in its file's language.
#[rustfmt::skip] // A table is read by column.
const CHINESE: &[(&str, &str)] = &[
    ("own-transfer",     "中心自有账户之间的划转不是缴款，无论附言写什么。"),
    ("bank-interest",    "银行结息，不属于任何单位。"),
    ("deposit-redeemed", "中心自己的定期或通知存款转回。"),
    ("bank-fee",         "银行退还此前扣收的手续费。"),
    ("reversal-credit",  "银行冲回一笔付出：钱本来就是中心的，没有人在缴款。"),
    ("debit",            "付出的款项不缴任何通知书，即使写了登记号。"),
    ("month-word",       "不能把月份的数字并进号码：并了就是另一个号码。"),
    ("year-word",        "年份同理。"),
    ("day-word",         "日期同理。"),
    ("money-word",       "金额同理。"),
    ("no-money",         "暂缓与更正登记号不动资金，待下次批处理按规则重新匹配。"),
    ("leaves-the-fund",  "退回或认定为非缴存款项的，比留在账上的更快离开中心。"),
    ("ordinary",         "多数是一个单位一个月的款：一人提交，另一人复核。"),
    ("large",            "超限额双人复核：一次失误可能是一个单位一年的款。"),
];

fn chinese(id: &str, why: &str, language: Language) -> String {
    let known = CHINESE.iter().find(|(known, _)| *known == id).map(|(_, chinese)| *chinese);
    match language {
        Language::Chinese => known.or_else(|| remark::why(id, language)).unwrap_or(why).to_owned(),
        Language::English => why.to_owned(),
    }
}

fn ignore(rules: &Rulebook, language: Language) -> Vec<Rule> {
    let rule = |rule: &crate::rulebook::matching::IgnoreRule| Rule {
        id: rule.id.clone(),
        why: chinese(&rule.id, &rule.why, language),
        from: String::new(),
        gives: String::new(),
    };
    rules.matching.ignore.iter().map(rule).collect()
}

/// Every remark rule with its first example.
fn readings(rules: &Rulebook, language: Language) -> Vec<Rule> {
    let remark = &rules.remark;
    let reasons = remark
        .fold
        .iter()
        .map(|rule| (rule.id.as_ref(), &rule.why, rule.examples.first()))
        .chain(remark.strip.iter().map(|rule| (rule.id.as_ref(), &rule.why, rule.examples.first())))
        .chain(
            remark
                .lookalike
                .iter()
                .map(|rule| (rule.id.as_ref(), &rule.why, rule.examples.first())),
        )
        .chain(
            remark.follow.iter().map(|rule| (rule.id.as_ref(), &rule.why, rule.examples.first())),
        )
        .chain(remark.unit.iter().map(|rule| (rule.id.as_ref(), &rule.why, rule.examples.first())));
    reasons
        .map(|(id, why, example)| Rule {
            id: id.clone(),
            why: chinese(id, why, language),
            from: example.map(|example| foreign(example.from.as_ref())).unwrap_or_default(),
            gives: example.map(|example| gives(example, language)).unwrap_or_default(),
        })
        .collect()
}

/// The parse of an example and its certainty.
fn gives(example: &Example, language: Language) -> String {
    let reference = example.gives.as_deref().unwrap_or("–");
    let surely = match (language, example.certainty.as_str()) {
        (Language::Chinese, "certain") => "确定",
        (Language::Chinese, "probable") => "可能",
        (Language::Chinese, "ambiguous") => "有歧义",
        (Language::Chinese, "none") => "不是登记号",
        (_, code) => code,
    };
    format!("{reference}{}{surely}", language.choose("，", ", "))
}

fn limits(rules: &Rulebook, language: Language) -> Vec<Limit> {
    let roles = |roles: &[Role]| {
        let words = roles.iter().map(|role| role.in_language(language));
        words.collect::<Vec<_>>().join(language.choose("、", ", "))
    };
    let limit = |limit: &crate::suspense::Limit| Limit {
        id: limit.id.clone(),
        why: chinese(&limit.id, &limit.why, language),
        acts: if limit.acts.is_empty() {
            language.choose("其余", "all others").to_owned()
        } else {
            let acts = limit.acts.iter();
            let words = acts.map(|act| act.in_language(language));
            words.collect::<Vec<_>>().join(language.choose("、", ", "))
        },
        up_to: limit.up_to.map_or_else(|| language.choose("不限", "any").to_owned(), yuan),
        propose: roles(&limit.propose),
        approve: roles(&limit.approve),
        approvals: limit.approvals,
    };
    rules.desk.limits.iter().map(limit).collect()
}
