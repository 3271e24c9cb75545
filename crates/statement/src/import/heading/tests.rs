//! Headings as people write them, with their meanings.

use super::*;

#[test]
fn a_heading_is_read_as_people_write_it() {
    let columns =
        [required("身份证号"), required("姓名"), required("缴存基数"), optional("职工编号")];
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("*身份证号",           Meaning::Column(0)),
        ("证件号码（18位）",     Meaning::Column(0)),
        ("姓 名",               Meaning::Column(1)),
        ("员工姓名（必填）",     Meaning::Column(1)),
        ("缴存\n基数（元）",     Meaning::Column(2)),
        ("缴存基数(元)*",        Meaning::Column(2)),
        ("缴存基数（调整前）",   Meaning::Unknown),
        ("ＢＡＳＥ",             Meaning::Column(2)),
        ("工号",                Meaning::Column(3)),
        ("Employee ID",         Meaning::Column(3)),
        ("序号",                Meaning::NoUse),
        ("备 注",               Meaning::NoUse),
        ("错误",                Meaning::Errors),
        ("现缴存基数",           Meaning::Prefilled),
        ("缴存",                Meaning::Unknown),
        ("",                    Meaning::Unknown),
    ];
    for (heading, want) in rows {
        assert_eq!(meaning(&columns, heading), want, "{heading}");
    }
}

#[test]
fn names_of_people_and_of_employers_are_two_columns() {
    let people = [required("employee_id"), required("name")];
    assert_eq!(meaning(&people, "单位名称"), Meaning::NoUse);
    assert_eq!(meaning(&people, "姓名"), Meaning::Column(1));
    let employers = [required("employer_id"), required("name")];
    assert_eq!(meaning(&employers, "单位名称"), Meaning::Column(1));
    assert_eq!(meaning(&employers, "姓名"), Meaning::Unknown);
}

#[test]
fn totals_examples_and_notes_say_so_themselves() {
    #[rustfmt::skip] // A table is read by column.
    let rows = [
        ("合 计：",         Some(Aside::Total)),
        ("合计",            Some(Aside::Total)),
        ("共12人",          Some(Aside::Total)),
        ("（示例）",         Some(Aside::Example)),
        ("填表人：张三",     Some(Aside::Note)),
        ("注：请勿改动",     Some(Aside::Note)),
        ("示例一公司",       None),
        ("E1",              None),
        ("总计划",          None),
    ];
    for (text, want) in rows {
        assert_eq!(aside(text), want, "{text}");
    }
}
