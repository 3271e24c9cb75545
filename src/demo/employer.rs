//! Two hundred invented employers.

use super::prng::Prng;

const COUNT: u64 = 200;
const FIRST: &[&str] = &[
    "云", "禾", "沐", "澜", "朗", "若", "屿", "松", "棠", "砚", "霁", "苇", "汀", "岑", "蔚", "榆",
];
const SECOND: &[&str] = &[
    "岚", "光", "川", "石", "溪", "帆", "野", "桥", "舟", "峰", "林", "港", "田", "湾", "谷", "塘",
];
const TRADES: &[&str] = &[
    "机械制造",
    "物业服务",
    "建筑工程",
    "食品",
    "医药",
    "电子科技",
    "物流",
    "餐饮管理",
    "农业发展",
    "教育咨询",
    "纺织",
    "印刷包装",
    "环保科技",
    "旅游",
    "新能源",
    "五金建材",
    "信息技术",
    "家具",
];
const KINDS: &[&str] = &["有限公司", "有限公司", "有限责任公司", "股份有限公司"];
const BRANCHES: &[(&str, &str)] = &[
    ("102000000017", "中国工商银行示例城东支行"),
    ("103000000025", "中国农业银行示例河西支行"),
    ("104000000033", "中国银行示例新区支行"),
    ("105000000041", "中国建设银行示例湖滨支行"),
    ("301000000058", "交通银行示例学府支行"),
    ("402000000066", "示例农村商业银行营业部"),
];

#[derive(Clone, Debug)]
pub(super) struct Invented {
    pub(super) id: String,
    pub(super) name: String,
    /// The account it pays from.
    pub(super) account: String,
    pub(super) branch: (&'static str, &'static str),
    /// The centre's account that it pays to.
    pub(super) pays_to: usize,
    /// The total monthly contribution of its employees, in fen.
    pub(super) monthly: i64,
    email: bool,
    pub(super) account_known: bool,
}

pub(super) fn invent() -> Vec<Invented> {
    let mut prng = Prng::new(20_260_401);
    let mut names = std::collections::BTreeSet::new();
    (1..=COUNT)
        .map(|number| {
            let name = loop {
                let (first, second) = (prng.pick(FIRST), prng.pick(SECOND));
                let (trade, kind) = (prng.pick(TRADES), prng.pick(KINDS));
                let name = format!("示例{first}{second}{trade}{kind}");
                if names.insert(name.clone()) {
                    break name;
                }
            };
            let branch = usize::try_from(prng.below(6)).unwrap_or_default();
            let staff = 2 + prng.below(9) * prng.below(9);
            let each = 60_000 + prng.below(180_000);
            Invented {
                id: format!("D{number:06}"),
                name,
                account: format!("6200{:015}", prng.below(1_000_000_000_000_000)),
                branch: BRANCHES.get(branch).copied().unwrap_or_default(),
                pays_to: usize::try_from(prng.below(3)).unwrap_or_default(),
                monthly: i64::try_from(staff * each + prng.below(100)).unwrap_or_default(),
                email: prng.chance(85),
                account_known: prng.chance(80),
            }
        })
        .collect()
}

pub(super) fn csv(employers: &[Invented]) -> String {
    let mut text = String::from("employer_id,name,uscc,email,contact,mobile,payer_accounts\n");
    for employer in employers {
        let Invented { id, name, account, .. } = employer;
        let number = id.trim_start_matches('D');
        let email =
            if employer.email { format!("gjj@d{number}.example.com") } else { String::new() };
        let account = if employer.account_known { account.as_str() } else { "" };
        // A code of the right length that no register can have issued, because it begins with zeros.
        text.push_str(&format!(
            "{id},{name},000000000000{number},{email},公积金经办人,,{account}\n"
        ));
    }
    text
}
