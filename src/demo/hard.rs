//! Difficult months with a known solution, to measure suggestions.
//!
//! Start at [`Town::month`]. Every employer pays its notice, some incorrectly in one of the ways of [`Kind`]. The
//! feed is what a bank would deliver; [`Month::truth`] says which notice was meant. Suggestions see only the feed.
//!
//! Employers keep their habits from month to month, as in reality: one pays from the owner's own account, one
//! through an agency (劳务派遣) that pays for many, one writes a shortened name. The centre's lists have none of that,
//! so it can only be learned from what staff confirm.

use super::prng::Prng;
use std::fmt::Write as _;

/// How a payment went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    WrongDigit,
    SwappedDigits,
    MissingDigit,
    ExtraDigit,
    Truncated,
    NoReference,
    /// A valid reference of another employer.
    OthersReference,
    /// The reference of last month's notice, which is paid.
    OldReference,
    /// Two parts through two banks.
    CrossBank,
    Short,
    Over,
    /// The agency pays, without a reference.
    Agency,
    /// The owner pays, without a reference.
    Owner,
    /// No notice is meant.
    Stranger,
}

impl Kind {
    pub const ALL: [Self; 14] = [
        Self::WrongDigit,
        Self::SwappedDigits,
        Self::MissingDigit,
        Self::ExtraDigit,
        Self::Truncated,
        Self::NoReference,
        Self::OthersReference,
        Self::OldReference,
        Self::CrossBank,
        Self::Short,
        Self::Over,
        Self::Agency,
        Self::Owner,
        Self::Stranger,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongDigit => "one digit wrong",
            Self::SwappedDigits => "two digits swapped",
            Self::MissingDigit => "a digit missing",
            Self::ExtraDigit => "a digit too many",
            Self::Truncated => "cut off",
            Self::NoReference => "no reference",
            Self::OthersReference => "another's reference",
            Self::OldReference => "last month's reference",
            Self::CrossBank => "parts at two banks",
            Self::Short => "too little",
            Self::Over => "too much",
            Self::Agency => "by an agency",
            Self::Owner => "by the owner",
            Self::Stranger => "no notice at all",
        }
    }
}

/// Employers with their habits, determined by the seed.
#[derive(Debug)]
pub struct Town {
    employers: Vec<Habits>,
    prng: Prng,
}

#[derive(Debug)]
struct Habits {
    name: String,
    account: String,
    /// Whether the centre's list has the account.
    known: bool,
    /// Its name as its bank writes it.
    written: String,
    owner: (String, String),
    /// The agency that pays for it, if any.
    agency: Option<(String, String)>,
    monthly: u64,
    /// Last month's reference.
    old: Option<u64>,
}

/// The deliveries of a month, with what was meant.
#[derive(Clone, Debug, Default)]
pub struct Month {
    pub notices: String,
    pub feed: String,
    /// By serial: what went wrong, and the intended reference.
    pub truth: Vec<(String, Kind, Option<String>)>,
}

/// The centre's two accounts, at two banks.
const ACCOUNTS: [&str; 2] = ["2105400000000000011", "45001600000000000033"];
const HEADER: &str = "本方账号,交易流水号,交易日期,交易时间,借贷标志,交易金额,余额,对方账号,对方户名,摘要,附言,冲正标志\n";
const SYLLABLES: &str =
    "云禾沐澜朗若屿松棠砚霁苇汀岑蔚榆岚光川石溪帆野桥舟峰林港田湾谷塘星宁泽恒嘉远启明";
#[rustfmt::skip] // Many words per line.
const TRADES: &[&str] = &[
    "机械制造", "物业服务", "建筑工程", "食品", "医药", "电子科技", "物流", "餐饮管理", "纺织", "印刷包装",
    "环保科技", "新能源", "五金建材", "信息技术", "家具", "汽车配件", "化工", "文化传媒", "园林绿化", "商贸",
];
const SURNAMES: &[&str] = &["示某", "例某", "样某", "试某", "某甲", "某乙"];

/// Percentage of payments that go wrong.
const WRONG_PERCENT: u64 = 40;
/// Employers that one agency pays for.
const AGENCY_EMPLOYERS: usize = 12;

impl Town {
    #[must_use]
    pub fn new(seed: u64, employers: usize) -> Self {
        let mut prng = Prng::new(seed);
        let mut known = std::collections::BTreeSet::new();
        let mut all: Vec<Habits> = Vec::with_capacity(employers);
        while all.len() < employers {
            let name = format!(
                "示例{}{}{}{}",
                syllable(&mut prng),
                syllable(&mut prng),
                prng.pick(TRADES),
                prng.pick(&["有限公司", "有限公司", "有限责任公司", "股份有限公司"])
            );
            if !known.insert(name.clone()) {
                continue;
            }
            let habits = habits(&mut prng, name, all.len());
            all.push(habits);
        }
        Self { employers: all, prng }
    }

    #[must_use]
    pub fn accounts(&self) -> String {
        let [one, other] = ACCOUNTS;
        format!(
            "account_no,bank,bank_name,account_name\n{one},ICBC,工商银行,归集户一\n\
             {other},CCB,建设银行,归集户二\n"
        )
    }

    #[must_use]
    pub fn employers(&self) -> String {
        let mut text = "employer_id,name,payer_accounts\n".to_owned();
        for (index, employer) in self.employers.iter().enumerate() {
            let account = if employer.known { employer.account.as_str() } else { "" };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "D{index:06},{},{account}", employer.name);
        }
        text
    }

    /// The deliveries of a month, written `2026-05`.
    pub fn month(&mut self, month: &str) -> Month {
        let mut made = Month {
            notices: "reference,employer_id,amount,issued_on,month\n".to_owned(),
            feed: HEADER.to_owned(),
            truth: Vec::new(),
        };
        let references: Vec<u64> =
            self.employers.iter().map(|_| self.prng.below(9_000_000_000) + 1_000_000_000).collect();
        let prng = &mut self.prng;
        for (index, employer) in self.employers.iter_mut().enumerate() {
            let Some(reference) = references.get(index).copied() else { continue };
            // The headcount changes; one month in twenty repeats the previous amount.
            let amount = employer.monthly + prng.below(20) * 100;
            let _ = writeln!(
                made.notices,
                "P{reference:010},D{index:06},{},{month}-01,{month}",
                yuan(amount)
            );
            let other =
                references.get((index + 7) % references.len()).copied().unwrap_or(reference);
            let mut writer = Writer { month, prng, made: &mut made };
            if writer.prng.chance(WRONG_PERCENT) {
                writer.wrong(employer, index, reference, other, amount);
            } else {
                writer.pay(employer.own(), 0, amount, &format!("P{reference:010}"));
            }
            employer.old = Some(reference);
        }
        made
    }
}

impl Habits {
    fn own(&self) -> (&str, &str) {
        (&self.account, &self.written)
    }
}

fn habits(prng: &mut Prng, name: String, index: usize) -> Habits {
    let written = match prng.below(20) {
        // Banks truncate long names, and write brackets and company types in their own way.
        0 => name.chars().take(9).collect(),
        1 => name.replace("示例", "示例（市）"),
        2 => name.replace("有限责任公司", "有限公司"),
        _ => name.clone(),
    };
    let monthly = if prng.chance(10) {
        // Small employers with the minimum base: many have the same amount.
        (1 + prng.below(6)) * 32_000
    } else {
        (2 + prng.below(60)) * (60_000 + prng.below(180_000))
    };
    let group = index / AGENCY_EMPLOYERS;
    Habits {
        account: number(prng),
        known: prng.chance(80),
        written,
        owner: (number(prng), format!("{}{}", prng.pick(SURNAMES), syllable(prng))),
        agency: group
            .is_multiple_of(4)
            .then(|| (format!("6299{group:015}"), format!("示例{group}号人力资源服务有限公司"))),
        monthly,
        old: None,
        name,
    }
}

fn syllable(prng: &mut Prng) -> char {
    let count = SYLLABLES.chars().count();
    let index = prng.below(u64::try_from(count).unwrap_or(1));
    SYLLABLES.chars().nth(usize::try_from(index).unwrap_or_default()).unwrap_or('示')
}

fn number(prng: &mut Prng) -> String {
    format!("6200{:015}", prng.below(1_000_000_000_000_000))
}

fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// One transfer of a payment: payer, account, fen and remark.
type Part<'p> = ((&'p str, &'p str), usize, u64, String);

/// Writes the payments of a month.
struct Writer<'a> {
    month: &'a str,
    prng: &'a mut Prng,
    made: &'a mut Month,
}

impl Writer<'_> {
    /// Writes one payment and returns its serial.
    fn pay(&mut self, payer: (&str, &str), bank: usize, amount: u64, remark: &str) -> String {
        let serial = format!("H{}{:06}", self.month.replace('-', ""), self.made.feed.len());
        let account = ACCOUNTS.get(bank % 2).copied().unwrap_or_default();
        let day = 1 + self.prng.below(27);
        let (from, name) = payer;
        let _ = writeln!(
            self.made.feed,
            "{account},{serial},{}-{day:02},,贷,{},,{from},{name},转账,{remark},",
            self.month,
            yuan(amount)
        );
        serial
    }

    /// Writes a payment that no rule can settle, and its intended notice.
    fn wrong(&mut self, by: &Habits, index: usize, reference: u64, other: u64, amount: u64) {
        let all = u64::try_from(Kind::ALL.len()).unwrap_or(1);
        let pick = usize::try_from(self.prng.below(all)).unwrap_or_default();
        let kind = Kind::ALL.get(pick).copied().unwrap_or(Kind::NoReference);
        let meant = Some(format!("P{reference:010}"));
        let digits = format!("{reference:010}");
        let plain = self.prng.pick(&["公积金", "5月公积金", "缴存", "代缴职工公积金"]).to_owned();
        let own = by.own();
        let right = format!("P{digits}");
        let (kind, parts): (Kind, Vec<Part<'_>>) = match kind {
            Kind::WrongDigit => {
                (kind, vec![(own, 0, amount, format!("P{}", self.wrong_digit(&digits)))])
            }
            Kind::SwappedDigits => {
                (kind, vec![(own, 0, amount, format!("P{}", self.swapped(&digits)))])
            }
            Kind::MissingDigit => {
                (kind, vec![(own, 0, amount, format!("P{}", self.without_one(&digits)))])
            }
            Kind::ExtraDigit => {
                (kind, vec![(own, 0, amount, format!("P{}", self.with_one_more(&digits)))])
            }
            Kind::Truncated => {
                let kept = 5 + usize::try_from(self.prng.below(4)).unwrap_or_default();
                (
                    kind,
                    vec![(own, 0, amount, format!("P{}", digits.get(..kept).unwrap_or_default()))],
                )
            }
            Kind::NoReference => (kind, vec![(own, 0, amount, plain)]),
            Kind::OthersReference => (kind, vec![(own, 0, amount, format!("P{other:010}"))]),
            Kind::OldReference => match by.old {
                Some(old) => (kind, vec![(own, 0, amount, format!("P{old:010}"))]),
                None => (Kind::NoReference, vec![(own, 0, amount, plain)]),
            },
            Kind::CrossBank => {
                let half = amount / 2;
                (kind, vec![(own, 0, half, right.clone()), (own, 1, amount - half, right)])
            }
            Kind::Short => (kind, vec![(own, 0, amount - 100 - amount / 50, right)]),
            Kind::Over => (kind, vec![(own, 0, amount + 100 + amount / 50, right)]),
            Kind::Agency => match &by.agency {
                Some((account, name)) => (kind, vec![((account, name), 0, amount, plain)]),
                None => (Kind::NoReference, vec![(own, 0, amount, plain)]),
            },
            Kind::Owner => (kind, vec![((&by.owner.0, &by.owner.1), 0, amount, plain)]),
            Kind::Stranger => {
                let undeliverable = 1_000 + self.prng.below(5_000_000);
                let name = format!("示例过路{index}商行");
                let from = number(self.prng);
                let serial = self.pay((&from, &name), 0, undeliverable, "货款");
                self.made.truth.push((serial, kind, None));
                // Its own notice is also paid.
                self.pay(own, 0, amount, &right);
                return;
            }
        };
        for (payer, bank, amount, remark) in parts {
            let serial = self.pay(payer, bank, amount, &remark);
            self.made.truth.push((serial, kind, meant.clone()));
        }
    }

    fn place(&mut self, digits: &str) -> usize {
        let count = u64::try_from(digits.len()).unwrap_or(1);
        usize::try_from(self.prng.below(count)).unwrap_or_default()
    }

    fn wrong_digit(&mut self, digits: &str) -> String {
        let (place, step) = (self.place(digits), 1 + self.prng.below(9));
        let change = |(index, digit): (usize, char)| match digit.to_digit(10) {
            Some(value) if index == place => {
                let value = (u64::from(value) + step) % 10;
                u32::try_from(value)
                    .ok()
                    .and_then(|value| char::from_digit(value, 10))
                    .unwrap_or('0')
            }
            _ => digit,
        };
        digits.chars().enumerate().map(change).collect()
    }

    fn swapped(&mut self, digits: &str) -> String {
        let mut found: Vec<char> = digits.chars().collect();
        let differs = |place: &usize| found.get(*place) != found.get(*place + 1);
        let places: Vec<usize> = (0..found.len().saturating_sub(1)).filter(differs).collect();
        let pick = self.prng.below(u64::try_from(places.len()).unwrap_or(1));
        let pick = usize::try_from(pick).unwrap_or_default();
        if let Some(place) = places.get(pick) {
            found.swap(*place, *place + 1);
        }
        found.into_iter().collect()
    }

    fn without_one(&mut self, digits: &str) -> String {
        let place = self.place(digits);
        digits
            .chars()
            .enumerate()
            .filter(|(index, _)| *index != place)
            .map(|(_, one)| one)
            .collect()
    }

    fn with_one_more(&mut self, digits: &str) -> String {
        let place = self.place(digits);
        let extra = self.prng.pick(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        let (front, back) = digits.split_at(place);
        format!("{front}{extra}{back}")
    }
}
