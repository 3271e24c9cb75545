//! The empty sheets for people to fill in: the columns of a register or a list, with hints and choices.
//!
//! Start at [`Form::of_register`] and [`Form::of_list`]; `book.rs` writes one as a workbook. The instructions have
//! their own sheet, with the example from top to bottom, so that no part of them can be a row.

use super::heading::{self, Column, Holds};
use super::lists;
use super::notice;
use remittance::document::DocumentType;
use remittance::template::Template;
use remittance::{EmployeeAccount, Language, Localized, NoticeStatus};
use std::borrow::Cow;

/// A list of the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListName {
    Accounts,
    Employers,
    Employees,
    Notices,
}

/// An empty sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The sheet's name.
    pub title: Cow<'static, str>,
    pub columns: Vec<FormColumn>,
    /// Prefilled cells.
    pub rows: Vec<Vec<String>>,
    /// Instructions beside the columns, a sentence each.
    pub guide: Vec<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormColumn {
    pub heading: &'static str,
    pub required: bool,
    /// The expected content.
    pub hint: String,
    pub example: String,
    /// The choices; empty for free text.
    pub choices: Vec<String>,
    /// Prefilled, and read-only.
    pub given: bool,
}

impl ListName {
    pub const ALL: [Self; 4] = [Self::Accounts, Self::Employers, Self::Employees, Self::Notices];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Employers => "employers",
            Self::Employees => "employees",
            Self::Notices => "notices",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name() == name)
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Accounts => "归集账户",
            Self::Employers => "缴存单位",
            Self::Employees => "缴存职工",
            Self::Notices => "缴款通知书",
        }
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Accounts => lists::ACCOUNTS,
            Self::Employers => lists::EMPLOYERS,
            Self::Employees => lists::EMPLOYEES,
            Self::Notices => notice::COLUMNS,
        }
    }

    /// An example row, in column order.
    const fn example(self) -> &'static [&'static str] {
        match self {
            Self::Accounts => {
                &["2105400009300123456", "102", "示例银行", "示例市住房公积金归集专户"]
            }
            Self::Employers => &[
                "450200001",
                "示例有限公司",
                "91350100M000100Y43",
                "gjj@example.com",
                "张某",
                "13800000000",
                "6222000011112222;6222000011113333",
                "8%",
                "8%",
                "2026-04",
                "15",
                "示例路 1 号",
            ],
            Self::Employees => &[
                "0012",
                "450200001",
                "张某",
                "11010519491231002X",
                "5000.00",
                "正常",
                "居民身份证",
                "1200.00",
            ],
            Self::Notices => {
                &["P1906133753", "450200001", "1200.00", "2026-05-02", "2026-05", "待缴款"]
            }
        }
    }
}

const GENERAL: [&str; 5] = [
    "请在第一张工作表中填写，不要改动表头；列的先后可以调整，不需要的选填列可以删除。",
    "所有列已设为文本格式：编号前面的零、18 位身份证号都会原样保留。从别处复制时请“选择性粘贴－数值”。",
    "请不要合并单元格、隐藏行列，不要留公式。",
    "本页不会被读取；示例只供参照。",
    "提交后如有错误，系统会返回带“错误”列的同一张表，改正后可直接再次提交。",
];

/// The expected content of a column, by its kind.
const fn hint(holds: Holds) -> &'static str {
    match holds {
        Holds::Key => "编号，按登记的原样填写，前面的零不能省略",
        Holds::Number => "号码，文本格式，不能写成 1.1E+17",
        Holds::Numbers => "号码，多个之间用分号（;）",
        Holds::Name => "姓名，与证件一致",
        Holds::Text => "文字",
        Holds::Money => "金额（元），最多两位小数，例如 5000.00",
        Holds::Month => "年月，例如 2026-05",
        Holds::Day => "日期，例如 2026-05-11",
        Holds::Word => "从下拉列表中选择",
        Holds::Rate => "比例，例如 8% 或 0.08",
        Holds::Count => "1 至 31 之间的数",
    }
}

impl FormColumn {
    fn of(columns: &[Column], column: &Column, example: &str, choices: Vec<String>) -> Self {
        let heading = match column.name {
            "name" if columns.iter().any(|column| column.name == "employee_id") => "姓名",
            "name" => "单位名称",
            name => heading::name_in_chinese(name),
        };
        let holds = heading::holds(columns, column.name);
        let hint = match heading {
            "身份证号" => "18 位居民身份证号；其他证件请同时填写证件类型".to_owned(),
            "姓名" if !column.required => "与职工编号一并填写时两者须一致".to_owned(),
            _ => hint(holds).to_owned(),
        };
        let (required, example) = (column.required, example.to_owned());
        Self { heading, required, hint, example, choices, given: false }
    }

    fn given(heading: &'static str) -> Self {
        let hint = "已填好，仅供参照，不读取".to_owned();
        Self {
            heading,
            required: false,
            hint,
            example: String::new(),
            choices: Vec::new(),
            given: true,
        }
    }
}

impl Form {
    /// A list's form.
    #[must_use]
    pub fn of_list(list: ListName) -> Self {
        let columns = list.columns();
        let made = columns.iter().zip(list.example()).map(|(column, example)| {
            let choices = match column.name {
                "status" if list == ListName::Employees => {
                    vec!["正常".to_owned(), "封存".to_owned()]
                }
                "status" => [NoticeStatus::Awaiting, NoticeStatus::Paid, NoticeStatus::Revoked]
                    .map(|status| status.in_language(Language::Chinese).into_owned())
                    .to_vec(),
                "id_type" => documents(),
                _ => Vec::new(),
            };
            FormColumn::of(columns, column, example, choices)
        });
        let guide = GENERAL.to_vec();
        Self { title: list.title().into(), columns: made.collect(), rows: Vec::new(), guide }
    }

    /// A register's form; `reasons` are the centre's seal reasons.
    #[must_use]
    pub fn of_register(template: Template, reasons: &[String]) -> Self {
        let columns = super::register::columns(template);
        let mut made: Vec<FormColumn> = columns
            .iter()
            .zip(template.example())
            .map(|(column, example)| {
                let choices = match column.name {
                    "封存原因" => reasons.to_vec(),
                    "证件类型" => documents(),
                    _ => Vec::new(),
                };
                FormColumn::of(columns, column, example, choices)
            })
            .collect();
        if let Some(name) = columns.iter().skip(made.len()).find(|column| column.name == "姓名") {
            made.insert(1, FormColumn::of(columns, name, "张某", Vec::new()));
        }
        let guide = GENERAL.to_vec();
        Self {
            title: template.in_language(Language::Chinese),
            columns: made,
            rows: Vec::new(),
            guide,
        }
    }

    /// The same, prefilled with the employer's people that the register can be about.
    #[must_use]
    pub fn filled_in<'a>(
        mut self,
        template: Template,
        people: impl Iterator<Item = &'a EmployeeAccount>,
        reason: impl Fn(&str) -> String,
    ) -> Self {
        let given: &[&'static str] = match template {
            Template::Open => return self,
            Template::AdjustBase | Template::Supplement => &["现缴存基数"],
            Template::Seal => &["现状态", "现缴存基数"],
            Template::Unseal | Template::Transfer => &["现封存原因", "现缴存基数"],
        };
        for (place, heading) in (2..).zip(given) {
            self.columns.insert(place, FormColumn::given(heading));
        }
        self.guide.push("已填好的职工中，不需要办理的请留空，不必删除；留空的行不办理。");
        if template == Template::Unseal {
            self.guide.push("需要启封的职工请填写启封后的缴存基数；不变的照现缴存基数填写。");
        }
        let sealed = matches!(template, Template::Unseal | Template::Transfer);
        for account in people {
            let reason = match (account.is_active(), account.seal_reason()) {
                (true, _) if !sealed => String::new(),
                (false, Some(code)) if sealed => reason(code),
                _ => continue,
            };
            let cell = |column: &FormColumn| match column.heading {
                "职工编号" => account.employee_id.to_string(),
                "姓名" => account.name.clone(),
                "现缴存基数" => account.base.to_string(),
                "现封存原因" => reason.clone(),
                "现状态" => "正常".to_owned(),
                _ => String::new(),
            };
            self.rows.push(self.columns.iter().map(cell).collect());
        }
        self
    }
}

fn documents() -> Vec<String> {
    DocumentType::ALL.iter().map(|kind| kind.in_language(Language::Chinese).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{accounts, employees, employers, notices, register};
    use super::*;

    fn csv(form: &Form, row: &[String]) -> String {
        let heads: Vec<&str> = form.columns.iter().map(|column| column.heading).collect();
        format!("{}\n{}\n", heads.join(","), row.join(","))
    }

    #[test]
    fn every_form_reads_its_own_example() {
        let example = |form: &Form| -> Vec<String> {
            form.columns.iter().map(|column| column.example.clone()).collect()
        };
        for template in Template::ALL {
            let form = Form::of_register(template, &["离职".to_owned()]);
            let read = register(csv(&form, &example(&form)).as_bytes(), template).unwrap();
            assert_eq!((read.errors, read.rows.len()), (Vec::new(), 1), "{}", template.name());
        }
        for list in ListName::ALL {
            let form = Form::of_list(list);
            let file = csv(&form, &example(&form));
            let count = match list {
                ListName::Accounts => accounts(file.as_bytes()).unwrap().rows.len(),
                ListName::Employers => employers(file.as_bytes()).unwrap().rows.len(),
                ListName::Employees => employees(file.as_bytes()).unwrap().rows.len(),
                ListName::Notices => notices(file.as_bytes()).unwrap().rows.len(),
            };
            assert_eq!(count, 1, "{}", list.name());
        }
    }
}
