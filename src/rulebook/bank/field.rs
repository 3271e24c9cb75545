//! What a column of a statement can carry.

use serde::Deserialize;

/// What a column can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Account,
    Serial,
    Date,
    Time,
    /// The word that says which way the money went.
    Flag,
    Amount,
    Credit,
    Debit,
    Balance,
    Currency,
    CounterpartyAccount,
    CounterpartyName,
    BankCode,
    BankName,
    PayerAccount,
    PayerName,
    PayerBankCode,
    PayerBankName,
    PayeeAccount,
    PayeeName,
    PayeeBankCode,
    PayeeBankName,
    Summary,
    Postscript,
    Purpose,
    Note,
    Reversal,
}

impl Field {
    /// One more than the last field's number.
    pub const COUNT: usize = Self::Reversal as usize + 1;

    /// Its name in rule files and in `feed inspect`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Serial => "serial",
            Self::Date => "date",
            Self::Time => "time",
            Self::Flag => "flag",
            Self::Amount => "amount",
            Self::Credit => "credit",
            Self::Debit => "debit",
            Self::Balance => "balance",
            Self::Currency => "currency",
            Self::CounterpartyAccount => "counterparty_account",
            Self::CounterpartyName => "counterparty_name",
            Self::BankCode => "bank_code",
            Self::BankName => "bank_name",
            Self::PayerAccount => "payer_account",
            Self::PayerName => "payer_name",
            Self::PayerBankCode => "payer_bank_code",
            Self::PayerBankName => "payer_bank_name",
            Self::PayeeAccount => "payee_account",
            Self::PayeeName => "payee_name",
            Self::PayeeBankCode => "payee_bank_code",
            Self::PayeeBankName => "payee_bank_name",
            Self::Summary => "summary",
            Self::Postscript => "postscript",
            Self::Purpose => "purpose",
            Self::Note => "note",
            Self::Reversal => "reversal",
        }
    }
}
