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
    Balance,
    Entry,
    Detail,
    /// Only leads on to its children.
    Group(Group),
    /// Holds the text of a field.
    Leaf(Field),
    /// Not ours to read, nor anything below it.
    Skip,
}

/// An element that means nothing but by its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Account,
    AccountId,
    AccountOther,
    Pagination,
    BalanceType,
    BalanceDate,
    Summary,
    Total(Total),
    BookingDate,
    ValueDate,
    Details,
    Batch,
    References,
    Amounts,
    TransactionAmount,
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
    Statement(StatementField),
    Entry(EntryField),
}

/// A text of the statement or of one of its balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatementField {
    Id,
    Number,
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
}

/// A text of the entry or of one of its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryField {
    Reference,
    ServicerReference,
    Amount,
    Indicator,
    Reversal,
    Status,
    BookingDate,
    ValueDate,
    Text,
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

const fn statement(field: StatementField) -> Place {
    Place::Leaf(Field::Statement(field))
}

const fn entry(field: EntryField) -> Place {
    Place::Leaf(Field::Entry(field))
}

impl Place {
    /// Where a child of this name stands.
    pub(super) fn child(self, name: &str) -> Self {
        match self {
            Self::Envelope | Self::Skip => self,
            Self::Message | Self::Statement | Self::Balance => self.child_of_statement(name),
            Self::Entry | Self::Leaf(_) => self.child_of_entry(name),
            Self::Detail => Self::child_of_detail(name),
            Self::Group(group) => group.child(name),
        }
    }

    /// Whether an amount's text stands here, with its currency beside it.
    pub(super) const fn has_currency(self) -> bool {
        matches!(
            self,
            Self::Leaf(
                Field::Statement(StatementField::BalanceAmount)
                    | Field::Entry(
                        EntryField::Amount
                            | EntryField::DetailAmount
                            | EntryField::DetailTransactionAmount
                    )
            )
        )
    }

    fn child_of_statement(self, name: &str) -> Self {
        match (self, name) {
            (Self::Message, "Stmt" | "Rpt" | "Ntfctn") => Self::Statement,
            (Self::Statement, "Ntry") => Self::Entry,
            (Self::Statement, "Bal") => Self::Balance,
            (Self::Statement, "Id") => statement(StatementField::Id),
            (Self::Statement, "ElctrncSeqNb") => statement(StatementField::Number),
            (Self::Statement, "StmtPgntn" | "RptPgntn" | "NtfctnPgntn") => {
                Self::Group(Group::Pagination)
            }
            (Self::Statement, "Acct") => Self::Group(Group::Account),
            (Self::Statement, "TxsSummry") => Self::Group(Group::Summary),
            (Self::Balance, "Tp") => Self::Group(Group::BalanceType),
            (Self::Balance, "Amt") => statement(StatementField::BalanceAmount),
            (Self::Balance, "CdtDbtInd") => statement(StatementField::BalanceIndicator),
            (Self::Balance, "Dt") => Self::Group(Group::BalanceDate),
            _ => Self::Skip,
        }
    }

    fn child_of_entry(self, name: &str) -> Self {
        match (self, name) {
            (Self::Entry, "Amt") => entry(EntryField::Amount),
            (Self::Entry, "CdtDbtInd") => entry(EntryField::Indicator),
            (Self::Entry, "RvslInd") => entry(EntryField::Reversal),
            // Text up to version 07, a choice of codes from 08.
            (Self::Entry, "Sts")
            | (Self::Leaf(Field::Entry(EntryField::Status)), "Cd" | "Prtry") => {
                entry(EntryField::Status)
            }
            (Self::Entry, "BookgDt") => Self::Group(Group::BookingDate),
            (Self::Entry, "ValDt") => Self::Group(Group::ValueDate),
            (Self::Entry, "NtryRef") => entry(EntryField::Reference),
            (Self::Entry, "AcctSvcrRef") => entry(EntryField::ServicerReference),
            (Self::Entry, "AddtlNtryInf") => entry(EntryField::Text),
            (Self::Entry, "NtryDtls") => Self::Group(Group::Details),
            // Version 01 has no NtryDtls around these.
            (Self::Entry, "Btch") => Self::Group(Group::Batch),
            (Self::Entry, "TxDtls") => Self::Detail,
            _ => Self::Skip,
        }
    }

    fn child_of_detail(name: &str) -> Self {
        match name {
            "Refs" => Self::Group(Group::References),
            "Amt" => entry(EntryField::DetailAmount),
            "CdtDbtInd" => entry(EntryField::DetailIndicator),
            "AmtDtls" => Self::Group(Group::Amounts),
            "RltdPties" => Self::Group(Group::Parties),
            "RltdAgts" => Self::Group(Group::Agents),
            "RmtInf" => Self::Group(Group::Remittance),
            "Purp" => Self::Group(Group::Purpose),
            "AddtlTxInf" => entry(EntryField::DetailText),
            _ => Self::Skip,
        }
    }
}

impl Group {
    fn child(self, name: &str) -> Place {
        match self {
            Self::Account
            | Self::AccountId
            | Self::AccountOther
            | Self::Pagination
            | Self::BalanceType
            | Self::BalanceDate
            | Self::Summary
            | Self::Total(_) => self.child_in_statement(name),
            Self::Parties
            | Self::Party(_)
            | Self::PartyAccount(_)
            | Self::PartyAccountId(_)
            | Self::PartyAccountOther(_)
            | Self::Agents
            | Self::Agent(_)
            | Self::AgentMember(_) => self.child_in_parties(name),
            Self::BookingDate
            | Self::ValueDate
            | Self::Details
            | Self::Batch
            | Self::References
            | Self::Amounts
            | Self::TransactionAmount
            | Self::Remittance
            | Self::Structured
            | Self::StructuredPart
            | Self::Purpose => self.child_in_entry(name),
        }
    }

    fn child_in_statement(self, name: &str) -> Place {
        match (self, name) {
            (Self::Pagination, "PgNb") => statement(StatementField::Page),
            (Self::Account, "Id") => Place::Group(Self::AccountId),
            (Self::Account, "Ccy") => statement(StatementField::AccountCurrency),
            (Self::AccountId, "IBAN") => statement(StatementField::AccountIban),
            (Self::AccountId, "BBAN" | "UPIC") | (Self::AccountOther, "Id") => {
                statement(StatementField::AccountOther)
            }
            (Self::AccountId, "Othr" | "PrtryAcct") => Place::Group(Self::AccountOther),
            (Self::BalanceType, "CdOrPrtry") => Place::Group(Self::BalanceType),
            (Self::BalanceType, "Cd") => statement(StatementField::BalanceCode),
            (Self::BalanceDate, "Dt" | "DtTm") => statement(StatementField::BalanceDate),
            (Self::Summary, "TtlNtries") => Place::Group(Self::Total(Total::All)),
            (Self::Summary, "TtlCdtNtries") => Place::Group(Self::Total(Total::Credit)),
            (Self::Summary, "TtlDbtNtries") => Place::Group(Self::Total(Total::Debit)),
            (Self::Total(total), "NbOfNtries") => statement(StatementField::TotalCount(total)),
            (Self::Total(total), "Sum") => statement(StatementField::TotalSum(total)),
            _ => Place::Skip,
        }
    }

    fn child_in_entry(self, name: &str) -> Place {
        match (self, name) {
            (Self::BookingDate, "Dt" | "DtTm") => entry(EntryField::BookingDate),
            (Self::ValueDate, "Dt" | "DtTm") => entry(EntryField::ValueDate),
            (Self::Details, "Btch") => Place::Group(Self::Batch),
            (Self::Details, "TxDtls") => Place::Detail,
            (Self::Batch, "NbOfTxs") => entry(EntryField::BatchCount),
            (Self::References, "AcctSvcrRef") => entry(EntryField::DetailServicerReference),
            (Self::References, "EndToEndId") => entry(EntryField::EndToEnd),
            (Self::Amounts, "TxAmt") => Place::Group(Self::TransactionAmount),
            (Self::TransactionAmount, "Amt") => entry(EntryField::DetailTransactionAmount),
            (Self::Remittance, "Ustrd") => entry(EntryField::Unstructured),
            (Self::Remittance, "Strd") => Place::Group(Self::Structured),
            (Self::Structured, "CdtrRefInf" | "RfrdDocInf") => Place::Group(Self::StructuredPart),
            (Self::Structured, "AddtlRmtInf")
            | (Self::StructuredPart, "Ref" | "CdtrRef" | "Nb" | "RfrdDocNb") => {
                entry(EntryField::Structured)
            }
            // A code (`SALA`, `GOVT`) is a category, not words.
            (Self::Purpose, "Prtry") => entry(EntryField::Purpose),
            _ => Place::Skip,
        }
    }

    fn child_in_parties(self, name: &str) -> Place {
        use Side::{Creditor, Debtor};
        match (self, name) {
            (Self::Parties, "Dbtr") => Place::Group(Self::Party(Debtor)),
            (Self::Parties, "Cdtr") => Place::Group(Self::Party(Creditor)),
            (Self::Parties, "DbtrAcct") => Place::Group(Self::PartyAccount(Debtor)),
            (Self::Parties, "CdtrAcct") => Place::Group(Self::PartyAccount(Creditor)),
            // From version 08 a party is wrapped.
            (Self::Party(side), "Pty") => Place::Group(Self::Party(side)),
            (Self::Party(side), "Nm") => entry(EntryField::Name(side)),
            (Self::PartyAccount(side), "Id") => Place::Group(Self::PartyAccountId(side)),
            (Self::PartyAccountId(side), "IBAN") => entry(EntryField::Iban(side)),
            (Self::PartyAccountId(side), "Othr" | "PrtryAcct") => {
                Place::Group(Self::PartyAccountOther(side))
            }
            (Self::PartyAccountId(side), "BBAN" | "UPIC")
            | (Self::PartyAccountOther(side), "Id") => entry(EntryField::OtherAccount(side)),
            (Self::Agents, "DbtrAgt") => Place::Group(Self::Agent(Debtor)),
            (Self::Agents, "CdtrAgt") => Place::Group(Self::Agent(Creditor)),
            (Self::Agent(side), "FinInstnId" | "CmbndId") => Place::Group(Self::Agent(side)),
            (Self::Agent(side), "ClrSysMmbId") => Place::Group(Self::AgentMember(side)),
            (Self::AgentMember(side), "MmbId") => entry(EntryField::Member(side)),
            (Self::Agent(side), "BIC" | "BICFI") => entry(EntryField::Bic(side)),
            (Self::Agent(side), "Nm") => entry(EntryField::AgentName(side)),
            _ => Place::Skip,
        }
    }
}
