//! Tables of known values, the forms that people use, and their slips.

use super::written::{Container, Put, Sheet};
use remittance::template::Template;
use remittance::{Language, Localized};
use statement::import::MarkedRow;

/// Random numbers, the same for the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(most).unwrap()).unwrap()
    }

    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// A register of known values, in the template's columns.
pub(crate) struct Table {
    pub(crate) template: Template,
    pub(crate) rows: Vec<Vec<String>>,
}

const NAMES: [&str; 6] = ["陈一", "买买提·艾力", "欧阳小明", "王五", "𠮷田", "李华"];

impl Table {
    pub(crate) fn make(dice: &mut Dice) -> Self {
        let template = dice.of(&Template::ALL);
        let rows = (0..2 + dice.below(5)).map(|row| {
            let cells = template.columns().iter().map(|column| value(dice, column, row));
            cells.collect()
        });
        Self { template, rows: rows.collect() }
    }

    /// Writes the table to a sheet as a person would.
    pub(crate) fn lay_out(
        &self,
        dice: &mut Dice,
        container: Container,
        slip: Option<&Slip>,
    ) -> Sheet {
        let mut order: Vec<usize> = (0..self.template.columns().len()).collect();
        if dice.one_in(2) {
            let turn = dice.below(order.len());
            order.rotate_left(turn);
        }
        let mut sheet = Sheet::default();
        let first = if dice.one_in(4) { 1 } else { 0 };
        if dice.one_in(3) {
            sheet.rows.push(vec![(
                first,
                Put::Text(format!(
                    "{}（2026 年 5 月）",
                    self.template.in_language(Language::Chinese)
                )),
            )]);
        }
        if dice.one_in(4) {
            sheet.rows.push(Vec::new());
        }
        sheet.places = order.iter().enumerate().map(|(at, index)| (*index, first + at)).collect();
        let width = first + order.len();
        let extra = dice.one_in(3).then(|| dice.of(&["备注", "序号", "部门"]));
        let mut heads: Vec<(usize, Put)> = sheet
            .places
            .iter()
            .map(|(index, at)| {
                (*at, Put::Text(heading(dice, self.template.columns()[*index], container)))
            })
            .collect();
        heads.extend(extra.map(|name| (width, Put::Text(name.to_owned()))));
        sheet.rows.push(heads);
        for (number, values) in self.rows.iter().enumerate() {
            if dice.one_in(8) {
                sheet.rows.push(vec![(first, Put::Text("\u{3000} ".to_owned()))]);
            }
            let mut row: Vec<(usize, Put)> = Vec::new();
            for (index, at) in &sheet.places {
                let column = self.template.columns()[*index];
                if !values[*index].is_empty() {
                    row.push((*at, form(dice, column, &values[*index], container)));
                }
            }
            if let Some(name) = extra {
                let note =
                    if name == "序号" { (number + 1).to_string() } else { "无".to_owned() };
                row.push((width, Put::Text(note)));
            }
            sheet.lines.push(u64::try_from(sheet.rows.len()).unwrap() + 1);
            if let Some(slip) = slip.filter(|slip| slip.row() == number) {
                slip.make(&mut row, &mut sheet, width + 1);
            }
            sheet.rows.push(row);
        }
        if dice.one_in(4) {
            sheet
                .rows
                .push(vec![(first, Put::Text(dice.of(&["合计", "合 计：", "总计"]).to_owned()))]);
        }
        sheet
    }
}

fn value(dice: &mut Dice, column: &str, row: usize) -> String {
    match column {
        "职工编号" => format!("{:04}", 10 + row * 7 + dice.below(7)),
        "身份证号" => format!("1101051985020{:05}", 10_000 + row * 100 + dice.below(100)),
        "姓名" => dice.of(&NAMES).to_owned(),
        "缴存基数" | "补缴金额" => {
            format!("{}.{:02}", 2000 + dice.below(8000), dice.below(100))
        }
        "补缴月份" => format!("2026-{:02}", 1 + dice.below(4)),
        "封存原因" => dice.of(&["离职", "退休", "调出"]).to_owned(),
        "转入单位编号" => format!("E{}", dice.below(9)),
        "证件类型" => "居民身份证".to_owned(),
        _ => String::new(),
    }
}

/// A heading as people write it.
fn heading(dice: &mut Dice, column: &str, container: Container) -> String {
    match dice.below(6) {
        0 => format!("*{column}"),
        1 => format!("{column}（必填）"),
        2 if container.has_line_breaks() => {
            let chars: Vec<char> = column.chars().collect();
            let (head, tail) = chars.split_at(chars.len() / 2);
            format!("{}\n{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
        }
        3 if column.contains("基数") || column.contains("金额") => format!("{column}（元）"),
        4 => column.chars().map(|c| format!("{c} ")).collect(),
        _ => column.to_owned(),
    }
}

/// A value in one of the plain forms.
fn form(dice: &mut Dice, column: &str, value: &str, container: Container) -> Put {
    let wide = |text: &str| -> String {
        let wide = |c: char| match c {
            '0'..='9' => char::from_u32(u32::from(c) - u32::from('0') + u32::from('０')).unwrap(),
            other => other,
        };
        text.chars().map(wide).collect()
    };
    let text = match (column, dice.below(6)) {
        ("缴存基数" | "补缴金额", 0) => format!("¥{value}"),
        ("缴存基数" | "补缴金额", 1) => format!("{value}元"),
        ("缴存基数" | "补缴金额", 2) => wide(value),
        ("缴存基数" | "补缴金额", 3) => format!("{},{}", &value[..1], &value[1..]),
        ("缴存基数" | "补缴金额", 4) => return Put::Number(value.to_owned(), "#,##0.00"),
        ("职工编号", 0) => {
            return Put::Number(value.trim_start_matches('0').to_owned(), "0000");
        }
        ("职工编号", 1) => wide(value),
        ("职工编号", 2) => format!("{}\u{200b}{}", &value[..2], &value[2..]),
        ("身份证号", 0) => format!("{} {} {}", &value[..6], &value[6..14], &value[14..]),
        ("身份证号", 1) => wide(value),
        ("身份证号", 2) => format!("'{value}"),
        ("补缴月份", 0) => value.replace('-', ""),
        ("补缴月份", 1) => format!("{}年{}月", &value[..4], value[5..].trim_start_matches('0')),
        ("补缴月份", 2) => value.replace('-', "/"),
        ("补缴月份", 3) => return Put::Day(format!("{value}-01"), "yyyy\"年\"m\"月\""),
        ("补缴月份", 4) => return Put::Number(value.replace('-', ""), "General"),
        ("封存原因", 0) => format!("01-{value}"),
        ("姓名", 0) if value.chars().count() == 2 => {
            let mut chars = value.chars();
            format!("{} {}", chars.next().unwrap(), chars.next().unwrap())
        }
        (_, 5) if container.has_padding() => format!("\u{a0}{value} "),
        _ => value.to_owned(),
    };
    Put::Text(text)
}

/// A person's error in a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slip {
    /// A text instead of an amount or a month.
    Text {
        row: usize,
        column: usize,
    },
    /// A required cell is empty.
    Empty {
        row: usize,
        column: usize,
    },
    /// `#N/A`.
    Fault {
        row: usize,
        column: usize,
    },
    /// A formula without a stored value.
    Formula {
        row: usize,
        column: usize,
    },
    /// A number of eighteen digits.
    LongNumber {
        row: usize,
        column: usize,
    },
    /// 2026.1
    PointMonth {
        row: usize,
        column: usize,
    },
    /// A cell that was converted to a day.
    BecameDay {
        row: usize,
        column: usize,
    },
    /// An amount whose cell shows less than its stored value.
    ShownRounded {
        row: usize,
        column: usize,
    },
    /// A character that was lost.
    Lost {
        row: usize,
        column: usize,
    },
    /// Digits instead of a reason.
    Digits {
        row: usize,
        column: usize,
    },
    /// A note beside the table.
    Beside {
        row: usize,
    },
    HiddenRow {
        row: usize,
    },
    /// A comma that splits an amount in a text file.
    Thousands {
        row: usize,
        column: usize,
    },
}

impl Slip {
    pub(crate) fn choose(dice: &mut Dice, table: &Table, container: Container) -> Option<Self> {
        if dice.one_in(3) {
            return None;
        }
        let row = dice.below(table.rows.len());
        let columns = table.template.columns();
        let of = |names: &[&str]| columns.iter().position(|column| names.contains(column));
        let (money, month) = (of(&["缴存基数", "补缴金额"]), of(&["补缴月份"]));
        let key = of(&["职工编号", "身份证号"]).unwrap();
        // 启封 may omit the base; all other columns tried are required.
        let must = if table.template == Template::Unseal {
            key
        } else {
            dice.of(&[key, money.unwrap_or(key)])
        };
        let cells = container.has_kinds();
        let slip = match dice.below(13) {
            0 => Self::Text { row, column: money.or(month)? },
            1 => {
                Self::Empty { row, column: if table.template == Template::Open { 1 } else { must } }
            }
            2 => Self::Fault { row, column: must },
            3 if cells => Self::Formula { row, column: money.unwrap_or(key) },
            4 => Self::LongNumber {
                row,
                column: if table.template == Template::Open { 0 } else { key },
            },
            5 => Self::PointMonth { row, column: month? },
            6 if cells => Self::BecameDay { row, column: must },
            7 if cells => Self::ShownRounded { row, column: money? },
            8 if container.is_unicode() => {
                Self::Lost { row, column: of(&["姓名"]).unwrap_or(key) }
            }
            9 => Self::Digits { row, column: of(&["封存原因"])? },
            10 => Self::Beside { row },
            11 if container.hides_rows() => Self::HiddenRow { row },
            12 if container.parts_by_commas() => Self::Thousands { row, column: money? },
            _ => return None,
        };
        // A transfer's line has no amount that could be wrong.
        Some(slip)
    }

    pub(crate) fn row(self) -> usize {
        match self {
            Self::Text { row, .. }
            | Self::Empty { row, .. }
            | Self::Fault { row, .. }
            | Self::Formula { row, .. }
            | Self::LongNumber { row, .. }
            | Self::PointMonth { row, .. }
            | Self::BecameDay { row, .. }
            | Self::ShownRounded { row, .. }
            | Self::Lost { row, .. }
            | Self::Digits { row, .. }
            | Self::Beside { row }
            | Self::HiddenRow { row }
            | Self::Thousands { row, .. } => row,
        }
    }

    /// The slip's column in the template; none if it is about the row.
    pub(crate) fn column(self) -> Option<usize> {
        match self {
            Self::Text { column, .. }
            | Self::Empty { column, .. }
            | Self::Fault { column, .. }
            | Self::Formula { column, .. }
            | Self::LongNumber { column, .. }
            | Self::PointMonth { column, .. }
            | Self::BecameDay { column, .. }
            | Self::ShownRounded { column, .. }
            | Self::Lost { column, .. }
            | Self::Digits { column, .. }
            | Self::Thousands { column, .. } => Some(column),
            Self::Beside { .. } | Self::HiddenRow { .. } => None,
        }
    }

    /// Whether the row is reported and not a cell.
    pub(crate) fn is_of_the_row(self) -> bool {
        matches!(self, Self::HiddenRow { .. } | Self::Thousands { .. } | Self::Beside { .. })
    }

    /// Makes the slip in a correct row.
    fn make(self, row: &mut Vec<(usize, Put)>, sheet: &mut Sheet, beyond: usize) {
        let put = match self {
            Self::Text { .. } => Some(Put::Text("五千".to_owned())),
            Self::Empty { .. } => None,
            Self::Fault { .. } => Some(Put::Fault),
            Self::Formula { .. } => Some(Put::Formula),
            Self::LongNumber { .. } => {
                Some(Put::Number("1.10105198502011e+17".to_owned(), "General"))
            }
            Self::PointMonth { .. } => Some(Put::Number("2026.1".to_owned(), "General")),
            Self::BecameDay { .. } => Some(Put::Day("2026-05-02".to_owned(), "yyyy-mm-dd")),
            Self::ShownRounded { .. } => Some(Put::Number("5000.45".to_owned(), "0")),
            Self::Lost { .. } => Some(Put::Text("李\u{fffd}华".to_owned())),
            Self::Digits { .. } => Some(Put::Text("1".to_owned())),
            Self::Thousands { .. } => Some(Put::Bare("12,000.00".to_owned())),
            Self::Beside { .. } => {
                row.push((beyond, Put::Text("请核对".to_owned())));
                return;
            }
            Self::HiddenRow { .. } => {
                sheet.hidden.push(sheet.rows.len());
                return;
            }
        };
        let index = self.column().unwrap();
        let at = sheet.places.iter().find(|(column, _)| *column == index).unwrap().1;
        row.retain(|(place, _)| *place != at);
        row.extend(put.map(|put| (at, put)));
    }

    /// Fixes it in a written-back sheet.
    pub(crate) fn mend(self, row: &mut MarkedRow, table: &Table, (_, place): (u64, usize)) {
        match self {
            Self::HiddenRow { .. } => {}
            Self::Beside { .. } => row.cells.retain(|(at, text)| *at < place || text != "请核对"),
            Self::Thousands { column, .. } => {
                // The comma shifted all cells after the amount by one.
                let rest: Vec<(usize, String)> = row
                    .cells
                    .iter()
                    .filter(|(at, _)| *at > place + 1)
                    .map(|(at, text)| (*at - 1, text.clone()))
                    .collect();
                row.cells.retain(|(at, _)| *at < place);
                row.cells.push((place, table.rows[self.row()][column].clone()));
                row.cells.extend(rest);
            }
            Self::Text { .. }
            | Self::Empty { .. }
            | Self::Fault { .. }
            | Self::Formula { .. }
            | Self::LongNumber { .. }
            | Self::PointMonth { .. }
            | Self::BecameDay { .. }
            | Self::ShownRounded { .. }
            | Self::Lost { .. }
            | Self::Digits { .. } => {
                let column = self.column().unwrap();
                row.cells.retain(|(at, _)| *at != place);
                row.cells.push((place, table.rows[self.row()][column].clone()));
            }
        }
    }
}
