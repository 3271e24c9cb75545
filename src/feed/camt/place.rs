//! Where in a camt document an element stands, and what its text therefore is.
//!
//! [`Place::child`] is the whole schema as far as it concerns us, all versions in one table: what
//! it does not name is skipped with everything below it.

/// An element that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside the message: `Document` and whatever a bank puts around it.
    Envelope,
    Message,
    Statement,
    Account,
    AccountId,
    AccountOther,
    Pagination,
    Balance,
    BalanceType,
    BalanceDate,
    Summary,
    Total(Total),
    Entry,
    BookingDate,
    ValueDate,
    Details,
    Batch,
    Detail,
    References,
    DetailAmounts,
    DetailTransactionAmount,
    Parties,
    Party(Side),
    PartyAccount(Side),
    PartyAccountId(Side),
    PartyAccountOther(Side),
    Agents,
    Agent(Side),
    AgentMember(Side),
    Remittance,
    Structured,
    StructuredPart,
    Purpose,
    /// Holds the text of a field.
    Leaf(Field),
    /// Not ours to read, nor anything below it.
    Skip,
}

/// Whose side of the movement a party or an agent is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Debtor,
    Creditor,
}

/// Which of a summary's totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Total {
    All,
    Credit,
    Debit,
}

/// A text that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    StatementId,
    StatementNumber,
    Page,
    AccountIban,
    AccountOther,
    AccountCurrency,
    BalanceCode,
    BalanceAmount,
    BalanceIndicator,
    BalanceDate,
    TotalCount(Total),
    TotalSum(Total),
    EntryReference,
    EntryServicerReference,
    EntryAmount,
    EntryIndicator,
    EntryReversal,
    EntryStatus,
    EntryBookingDate,
    EntryValueDate,
    EntryText,
    BatchCount,
    DetailServicerReference,
    EndToEnd,
    DetailAmount,
    DetailTransactionAmount,
    DetailIndicator,
    DetailText,
    Name(Side),
    Iban(Side),
    OtherAccount(Side),
    Member(Side),
    Bic(Side),
    AgentName(Side),
    Unstructured,
    Structured,
    Purpose,
}

impl Place {
    /// Where a child of this name stands.
    pub(super) fn child(self, name: &str) -> Self {
        match self {
            Self::Envelope | Self::Skip => self,
            Self::Message
            | Self::Statement
            | Self::Account
            | Self::AccountId
            | Self::AccountOther
            | Self::Pagination
            | Self::Balance
            | Self::BalanceType
            | Self::BalanceDate
            | Self::Summary
            | Self::Total(_) => self.child_of_statement(name),
            Self::Entry
            | Self::BookingDate
            | Self::ValueDate
            | Self::Details
            | Self::Batch
            | Self::Leaf(_) => self.child_of_entry(name),
            Self::Parties
            | Self::Party(_)
            | Self::PartyAccount(_)
            | Self::PartyAccountId(_)
            | Self::PartyAccountOther(_)
            | Self::Agents
            | Self::Agent(_)
            | Self::AgentMember(_) => self.child_of_parties(name),
            Self::Detail
            | Self::References
            | Self::DetailAmounts
            | Self::DetailTransactionAmount
            | Self::Remittance
            | Self::Structured
            | Self::StructuredPart
            | Self::Purpose => self.child_of_detail(name),
        }
    }

    fn child_of_statement(self, name: &str) -> Self {
        match (self, name) {
            (Self::Message, "Stmt" | "Rpt" | "Ntfctn") => Self::Statement,
            (Self::Statement, "Ntry") => Self::Entry,
            (Self::Statement, "Bal") => Self::Balance,
            (Self::Statement, "Id") => Self::Leaf(Field::StatementId),
            (Self::Statement, "ElctrncSeqNb") => Self::Leaf(Field::StatementNumber),
            (Self::Statement, "StmtPgntn" | "RptPgntn" | "NtfctnPgntn") => Self::Pagination,
            (Self::Statement, "Acct") => Self::Account,
            (Self::Statement, "TxsSummry") => Self::Summary,
            (Self::Pagination, "PgNb") => Self::Leaf(Field::Page),
            (Self::Account, "Id") => Self::AccountId,
            (Self::Account, "Ccy") => Self::Leaf(Field::AccountCurrency),
            (Self::AccountId, "IBAN") => Self::Leaf(Field::AccountIban),
            (Self::AccountId, "BBAN" | "UPIC") | (Self::AccountOther, "Id") => {
                Self::Leaf(Field::AccountOther)
            }
            (Self::AccountId, "Othr" | "PrtryAcct") => Self::AccountOther,
            (Self::Balance, "Tp") | (Self::BalanceType, "CdOrPrtry") => Self::BalanceType,
            (Self::BalanceType, "Cd") => Self::Leaf(Field::BalanceCode),
            (Self::Balance, "Amt") => Self::Leaf(Field::BalanceAmount),
            (Self::Balance, "CdtDbtInd") => Self::Leaf(Field::BalanceIndicator),
            (Self::Balance, "Dt") => Self::BalanceDate,
            (Self::BalanceDate, "Dt" | "DtTm") => Self::Leaf(Field::BalanceDate),
            (Self::Summary, "TtlNtries") => Self::Total(Total::All),
            (Self::Summary, "TtlCdtNtries") => Self::Total(Total::Credit),
            (Self::Summary, "TtlDbtNtries") => Self::Total(Total::Debit),
            (Self::Total(total), "NbOfNtries") => Self::Leaf(Field::TotalCount(total)),
            (Self::Total(total), "Sum") => Self::Leaf(Field::TotalSum(total)),
            _ => Self::Skip,
        }
    }

    fn child_of_entry(self, name: &str) -> Self {
        match (self, name) {
            (Self::Entry, "Amt") => Self::Leaf(Field::EntryAmount),
            (Self::Entry, "CdtDbtInd") => Self::Leaf(Field::EntryIndicator),
            (Self::Entry, "RvslInd") => Self::Leaf(Field::EntryReversal),
            // Text up to version 07, a choice of codes from 08.
            (Self::Entry, "Sts") | (Self::Leaf(Field::EntryStatus), "Cd" | "Prtry") => {
                Self::Leaf(Field::EntryStatus)
            }
            (Self::Entry, "BookgDt") => Self::BookingDate,
            (Self::Entry, "ValDt") => Self::ValueDate,
            (Self::BookingDate, "Dt" | "DtTm") => Self::Leaf(Field::EntryBookingDate),
            (Self::ValueDate, "Dt" | "DtTm") => Self::Leaf(Field::EntryValueDate),
            (Self::Entry, "NtryRef") => Self::Leaf(Field::EntryReference),
            (Self::Entry, "AcctSvcrRef") => Self::Leaf(Field::EntryServicerReference),
            (Self::Entry, "AddtlNtryInf") => Self::Leaf(Field::EntryText),
            (Self::Entry, "NtryDtls") => Self::Details,
            (Self::Details, "Btch") | (Self::Entry, "Btch") => Self::Batch,
            (Self::Batch, "NbOfTxs") => Self::Leaf(Field::BatchCount),
            // Version 01 has no NtryDtls around them.
            (Self::Details | Self::Entry, "TxDtls") => Self::Detail,
            _ => Self::Skip,
        }
    }

    fn child_of_detail(self, name: &str) -> Self {
        match (self, name) {
            (Self::Detail, "Refs") => Self::References,
            (Self::References, "AcctSvcrRef") => Self::Leaf(Field::DetailServicerReference),
            (Self::References, "EndToEndId") => Self::Leaf(Field::EndToEnd),
            (Self::Detail, "Amt") => Self::Leaf(Field::DetailAmount),
            (Self::Detail, "CdtDbtInd") => Self::Leaf(Field::DetailIndicator),
            (Self::Detail, "AmtDtls") => Self::DetailAmounts,
            (Self::DetailAmounts, "TxAmt") => Self::DetailTransactionAmount,
            (Self::DetailTransactionAmount, "Amt") => Self::Leaf(Field::DetailTransactionAmount),
            (Self::Detail, "RltdPties") => Self::Parties,
            (Self::Detail, "RltdAgts") => Self::Agents,
            (Self::Detail, "RmtInf") => Self::Remittance,
            (Self::Remittance, "Ustrd") => Self::Leaf(Field::Unstructured),
            (Self::Remittance, "Strd") => Self::Structured,
            (Self::Structured, "CdtrRefInf" | "RfrdDocInf") => Self::StructuredPart,
            (Self::Structured, "AddtlRmtInf")
            | (Self::StructuredPart, "Ref" | "CdtrRef" | "Nb" | "RfrdDocNb") => {
                Self::Leaf(Field::Structured)
            }
            (Self::Detail, "Purp") => Self::Purpose,
            // A code (`SALA`, `GOVT`) is a category, not words.
            (Self::Purpose, "Prtry") => Self::Leaf(Field::Purpose),
            (Self::Detail, "AddtlTxInf") => Self::Leaf(Field::DetailText),
            _ => Self::Skip,
        }
    }

    fn child_of_parties(self, name: &str) -> Self {
        use Side::{Creditor, Debtor};
        match (self, name) {
            (Self::Parties, "Dbtr") => Self::Party(Debtor),
            (Self::Parties, "Cdtr") => Self::Party(Creditor),
            // From version 08 a party is wrapped.
            (Self::Party(side), "Pty") => Self::Party(side),
            (Self::Party(side), "Nm") => Self::Leaf(Field::Name(side)),
            (Self::Parties, "DbtrAcct") => Self::PartyAccount(Debtor),
            (Self::Parties, "CdtrAcct") => Self::PartyAccount(Creditor),
            (Self::PartyAccount(side), "Id") => Self::PartyAccountId(side),
            (Self::PartyAccountId(side), "IBAN") => Self::Leaf(Field::Iban(side)),
            (Self::PartyAccountId(side), "BBAN" | "UPIC")
            | (Self::PartyAccountOther(side), "Id") => Self::Leaf(Field::OtherAccount(side)),
            (Self::PartyAccountId(side), "Othr" | "PrtryAcct") => Self::PartyAccountOther(side),
            (Self::Agents, "DbtrAgt") => Self::Agent(Debtor),
            (Self::Agents, "CdtrAgt") => Self::Agent(Creditor),
            (Self::Agent(side), "FinInstnId" | "CmbndId") => Self::Agent(side),
            (Self::Agent(side), "ClrSysMmbId") => Self::AgentMember(side),
            (Self::AgentMember(side), "MmbId") => Self::Leaf(Field::Member(side)),
            (Self::Agent(side), "BIC" | "BICFI") => Self::Leaf(Field::Bic(side)),
            (Self::Agent(side), "Nm") => Self::Leaf(Field::AgentName(side)),
            _ => Self::Skip,
        }
    }
}
