//! The names of columns, and their kinds: the words of lists and registers as people write them.
//!
//! Start at [`meaning`]. A heading is normalised first ([`folded`]): width, blanks, line breaks, the mark of required
//! columns, and brackets with instructions. The rest must equal a word of the table exactly: a similar heading does not
//! count.

/// A column of a list.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) required: bool,
}

/// A required column.
pub(super) const fn required(name: &'static str) -> Column {
    Column { name, required: true }
}

/// An optional column.
pub(super) const fn optional(name: &'static str) -> Column {
    Column { name, required: false }
}

/// The kind of a column's cells, which decides how a number or a day in one is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A key: the displayed text, with leading zeros.
    Key,
    /// A document or account number; people write blanks inside.
    Number,
    /// Account numbers separated by `;`.
    Numbers,
    /// A person's name.
    Name,
    Text,
    Money,
    Month,
    Day,
    /// One of a few words; `01-离职` of a drop-down is the word after the number.
    Word,
    Rate,
    Count,
}

/// A column: its name, its kind, its name for people, and its other names.
type Named = (&'static str, Holds, &'static str, &'static [&'static str]);

#[rustfmt::skip] // A table is read by column.
const NAMED: &[Named] = &[
    ("account_no",      Holds::Number,  "账号",         &["银行账号", "账户号", "归集账号"]),
    ("bank",            Holds::Key,     "银行",         &["银行代码", "银行行别"]),
    ("bank_name",       Holds::Text,    "银行名称",     &["开户银行", "开户行"]),
    ("account_name",    Holds::Text,    "账户名称",     &["户名", "账户名"]),
    ("employer_id",     Holds::Key,     "单位编号",     &["单位账号", "单位代码", "单位号", "缴存单位编号"]),
    ("uscc",            Holds::Number,  "统一社会信用代码", &["社会信用代码", "信用代码"]),
    ("email",           Holds::Text,    "邮箱",         &["电子邮箱", "邮件", "电子邮件", "e-mail", "mail"]),
    ("contact",         Holds::Text,    "联系人",       &["经办人"]),
    ("mobile",          Holds::Number,  "手机",         &["手机号", "手机号码", "联系电话", "电话"]),
    ("payer_accounts",  Holds::Numbers, "付款账号",     &["付款账户", "缴款账号"]),
    ("employer_rate",   Holds::Rate,    "单位比例",     &["单位缴存比例"]),
    ("employee_rate",   Holds::Rate,    "个人比例",     &["个人缴存比例", "职工比例", "职工缴存比例"]),
    ("paid_to",         Holds::Month,   "缴至年月",     &["缴至月份", "缴至"]),
    ("payday",          Holds::Count,   "发薪日",       &["发薪日期"]),
    ("address",         Holds::Text,    "地址",         &["单位地址", "通讯地址"]),
    ("employee_id",     Holds::Key,     "职工编号",     EMPLOYEE),
    ("id_no",           Holds::Number,  "证件号码",     IDENTITY),
    ("id_type",         Holds::Word,    "证件类型",     &["证件种类"]),
    ("base",            Holds::Money,   "缴存基数",     BASE),
    ("opening_balance", Holds::Money,   "期初余额",     &["期初", "账户余额"]),
    ("status",          Holds::Word,    "状态",         &["账户状态", "缴存状态"]),
    ("reference",       Holds::Number,  "登记号",       &["缴款登记号", "通知书号"]),
    ("amount",          Holds::Money,   "金额",         &["应缴金额", "缴款金额"]),
    ("issued_on",       Holds::Day,     "开具日期",     &["开具日", "开单日期"]),
    ("month",           Holds::Month,   "月份",         &["年月", "清册月份", "缴款月份"]),
    ("身份证号",         Holds::Number,  "身份证号",     IDENTITY),
    ("姓名",             Holds::Name,    "姓名",         PERSON),
    ("缴存基数",         Holds::Money,   "缴存基数",     BASE),
    ("职工编号",         Holds::Key,     "职工编号",     EMPLOYEE),
    ("证件类型",         Holds::Word,    "证件类型",     &["证件种类", "id_type"]),
    ("封存原因",         Holds::Word,    "封存原因",     &["原因", "reason"]),
    ("补缴月份",         Holds::Month,   "补缴月份",     &["补缴年月", "补缴起始月份", "补缴开始月份", "for_month", "month", "月份"]),
    ("补缴金额",         Holds::Money,   "补缴金额",     &["金额", "amount"]),
    ("补缴至月份",       Holds::Month,   "补缴至月份",   &["补缴至年月", "补缴终止月份", "补缴截止月份", "to_month"]),
    ("补缴原因",         Holds::Text,    "补缴原因",     &["原因", "reason"]),
    ("转入单位编号",     Holds::Key,     "转入单位编号", &["转入单位", "转入单位代码", "to_employer"]),
    ("转入城市",         Holds::Text,    "转入城市",     &["city"]),
];

const EMPLOYEE: &[&str] =
    &["职工编号", "职工号", "职工代码", "员工编号", "员工号", "工号", "employee_id", "employee"];
const IDENTITY: &[&str] = &[
    "身份证号",
    "身份证号码",
    "身份证",
    "证件号码",
    "证件号",
    "公民身份号码",
    "公民身份证号码",
    "id_no",
    "id",
];
const PERSON: &[&str] = &["姓名", "职工姓名", "员工姓名", "name"];
const COMPANY: &[&str] = &["单位名称", "公司名称", "企业名称", "缴存单位名称", "name"];
const BASE: &[&str] = &[
    "缴存基数",
    "月缴存基数",
    "基数",
    "新缴存基数",
    "新基数",
    "调整后缴存基数",
    "调整后基数",
    "启封后缴存基数",
    "base",
];

/// Columns that are for the sheet's readers and are ignored here.
const OF_NO_USE: &[&str] = &[
    "序号",
    "序",
    "行号",
    "no",
    "no.",
    "备注",
    "备注说明",
    "remark",
    "remarks",
    "note",
    "部门",
    "所属部门",
    "科室",
    "岗位",
    "职务",
    "性别",
    "民族",
    "入职日期",
    "离职日期",
];
/// The same if the list has no such column of its own.
const BESIDE: &[&str] = &["单位名称", "联系电话", "手机", "手机号", "手机号码", "电话"];

/// The column for the written-back errors.
pub const ERROR_COLUMN: &str = "错误";
/// The prefilled columns of a template, with the present values.
pub const PREFILLED: &[&str] = &["现缴存基数", "现状态", "现封存原因"];

/// The meaning of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The declared column with this index.
    Column(usize),
    /// Known but ignored.
    NoUse,
    /// Known from a prefilled template.
    Prefilled,
    /// The errors written back the last time.
    Errors,
    Unknown,
}

/// The kind of a declared column's cells.
pub(super) fn holds(columns: &[Column], name: &str) -> Holds {
    if name == "name" && is_of_people(columns) {
        return Holds::Name;
    }
    NAMED.iter().find(|named| named.0 == name).map_or(Holds::Text, |named| named.1)
}

/// The name of a column for the people who fill it in; programs and English use the name itself.
pub(super) fn name_in_chinese(name: &'static str) -> &'static str {
    match name {
        "name" => "名称",
        name => NAMED.iter().find(|named| named.0 == name).map_or(name, |named| named.2),
    }
}

fn is_of_people(columns: &[Column]) -> bool {
    columns.iter().any(|column| column.name == "employee_id")
}

/// The meaning of a heading among the declared columns.
pub(super) fn meaning(columns: &[Column], heading: &str) -> Meaning {
    let folded = folded(heading);
    let is = |word: &&str| self::folded(word) == folded;
    let called = |column: &Column| {
        let words: &[&str] = match column.name {
            "name" if is_of_people(columns) => PERSON,
            "name" => COMPANY,
            name => NAMED.iter().find(|named| named.0 == name).map_or(&[], |named| named.3),
        };
        is(&column.name) || is(&name_in_chinese(column.name)) || words.iter().any(&is)
    };
    // The name itself goes before other names: 原因 is a word of several columns.
    let named =
        columns.iter().position(|column| is(&column.name) || is(&name_in_chinese(column.name)));
    if let Some(index) = named.or_else(|| columns.iter().position(called)) {
        return Meaning::Column(index);
    }
    if is(&ERROR_COLUMN) {
        return Meaning::Errors;
    }
    if PREFILLED.iter().any(&is) {
        return Meaning::Prefilled;
    }
    if OF_NO_USE.iter().chain(BESIDE).any(is) {
        return Meaning::NoUse;
    }
    Meaning::Unknown
}

/// A heading prepared for comparison.
pub(super) fn folded(heading: &str) -> String {
    let mut text = String::with_capacity(heading.len());
    for c in heading.chars().map(narrow) {
        let mark = matches!(c, '*' | '※' | '★' | '_' | ':') || is_unseen(c) || c.is_whitespace();
        if !mark && c != '"' && c != '\'' {
            text.extend(c.to_lowercase());
        }
    }
    without_how(&text)
}

/// Drops brackets with instructions for a cell: （元）, （必填）, （18位）.
fn without_how(text: &str) -> String {
    let mut rest = text;
    while let Some((before, inside)) = rest.strip_suffix(')').and_then(|rest| rest.rsplit_once('('))
    {
        if before.is_empty() || !says_how(inside) {
            break;
        }
        rest = before;
    }
    rest.to_owned()
}

fn says_how(inside: &str) -> bool {
    const HOW: [&str; 16] = [
        "元",
        "人民币",
        "必填",
        "选填",
        "非必填",
        "可选",
        "可不填",
        "如",
        "例如",
        "例",
        "格式",
        "单位",
        "文本",
        "yyyy",
        "年月",
        "￥",
    ];
    let digits = inside.trim_start_matches(|c: char| c.is_ascii_digit());
    (digits.len() < inside.len() && digits.starts_with('位'))
        || HOW.iter().any(|how| inside.starts_with(how))
}

/// Full-width forms of ASCII as half-width ones.
pub(super) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - u32::from('！') + u32::from('!')).unwrap_or(c)
        }
        '\u{3000}' | '\u{a0}' => ' ',
        '【' | '〔' => '(',
        '】' | '〕' => ')',
        other => other,
    }
}

/// Invisible characters: zero-width ones, marks of direction, soft hyphens.
pub(super) const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{180e}' | '\u{fe00}'..='\u{fe0f}')
}

/// A row that is no line of a list, by its first cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    Total,
    Example,
    Note,
}

/// Whether a cell marks its row as a total, an example or a note.
pub(super) fn aside(text: &str) -> Option<Aside> {
    const TOTALS: [&str; 11] = [
        "合计",
        "总计",
        "小计",
        "共计",
        "累计",
        "本页合计",
        "本页小计",
        "合计金额",
        "总合计",
        "total",
        "sum",
    ];
    const EXAMPLES: [&str; 8] =
        ["示例", "样例", "范例", "例", "例如", "填写示例", "示例行", "example"];
    const NOTES: [&str; 16] = [
        "注",
        "备注",
        "说明",
        "填表说明",
        "填写说明",
        "填表人",
        "填报人",
        "制表",
        "制表人",
        "制表日期",
        "审核",
        "审核人",
        "经办人",
        "复核人",
        "单位盖章",
        "负责人",
    ];
    // Rows begin with keys and names: the length alone decides for most.
    if text.is_empty() || text.len() > 200 {
        return None;
    }
    let flat: String = text.chars().map(narrow).filter(|c| !c.is_whitespace()).collect();
    let lower = flat.to_lowercase();
    let bare = lower.trim_matches(|c| matches!(c, ':' | '(' | ')' | '.' | '、' | '*'));
    if TOTALS.contains(&bare) || (bare.starts_with('共') && bare.ends_with(['人', '笔', '行']))
    {
        return Some(Aside::Total);
    }
    if EXAMPLES.contains(&bare) {
        return Some(Aside::Example);
    }
    let label =
        lower.split(':').next().unwrap_or_default().trim_matches(|c| matches!(c, '(' | ')' | '*'));
    let noted = lower.contains(':') && NOTES.contains(&label);
    noted.then_some(Aside::Note)
}

/// Whether a sheet is only for readers: instructions, choices.
pub(super) fn is_for_readers(sheet: &str) -> bool {
    const NAMES: [&str; 11] = [
        "填写说明",
        "填表说明",
        "说明",
        "使用说明",
        "模板说明",
        "示例",
        "样例",
        "填写示例",
        "字典",
        "选项",
        "instructions",
    ];
    NAMES.contains(&folded(sheet).as_str())
}

#[cfg(test)]
mod tests;
