//! The centre and its three collection accounts.

pub const NAME: &str = "示例市住房公积金管理中心";
/// Its office address.
pub const ADDRESS: &str = "示例市示例路 1 号政务服务大厅";

/// One of the centre's accounts, each at another bank.
pub(super) struct Account {
    pub(super) no: &'static str,
    pub(super) bank: &'static str,
    pub(super) bank_name: &'static str,
    pub(super) name: &'static str,
    /// Opening balance of the story, in fen.
    pub(super) opening: i64,
}

pub(super) const ACCOUNTS: [Account; 3] = [
    Account {
        no: "2100000000010000017",
        bank: "102",
        bank_name: "中国工商银行示例分行",
        name: "示例市住房公积金管理中心归集专户",
        opening: 86_214_530_18,
    },
    Account {
        no: "45000000000050000025",
        bank: "105",
        bank_name: "中国建设银行示例分行",
        name: "示例市住房公积金管理中心归集专户",
        opening: 41_902_377_66,
    },
    Account {
        no: "452000000001800000033",
        bank: "301",
        bank_name: "交通银行示例分行",
        name: "示例市住房公积金管理中心归集专户",
        opening: 17_350_068_09,
    },
];

/// An account by its number; the story uses only valid numbers.
pub(super) fn account(index: usize) -> &'static Account {
    ACCOUNTS.get(index).unwrap_or(&ACCOUNTS[0])
}

pub(super) fn accounts_csv() -> String {
    let mut text = String::from("account_no,bank,bank_name,account_name\n");
    for Account { no, bank, bank_name, name, .. } in &ACCOUNTS {
        text.push_str(&format!("{no},{bank},{bank_name},{name}\n"));
    }
    text
}
