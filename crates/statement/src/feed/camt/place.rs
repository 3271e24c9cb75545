//! The place of an element in a camt document, and so the meaning of its text.
//!
//! [`Place::child`] is the part of the schema that we need, all versions in one table. Elements that it does not name
//! are skipped with everything below them.

use super::name::{self, Name};

/// An open element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside the message: `Document` and anything that a bank puts around it.
    Envelope,
    Message,
    Statement,
    Balance,
    Entry,
    Detail,
    /// Only contains other elements.
    Group(Group),
    /// Holds the text of a field.
    CursorPage(Field),
    /// Ignored, with everything below it.
    Skip,
}

/// An element that only contains others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Account,
    AccountId,
    AccountOther,
    Pagination,
    Period,
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

/// The side of a party or an agent in the movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Debtor,
    Creditor,
}

/// One of a summary's totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Total {
    All,
    Credit,
    Debit,
}

/// A known text.
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
    LegalNumber,
    Page,
    LastPage,
    Created,
    PeriodFrom,
    PeriodTo,
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
    Place::CursorPage(Field::Statement(field))
}

const fn entry(field: EntryField) -> Place {
    Place::CursorPage(Field::Entry(field))
}

impl Place {
    /// The place of a child with this name.
    pub(super) fn child(self, name: Name) -> Self {
        match self {
            Self::Envelope | Self::Skip => self,
            Self::Message | Self::Statement | Self::Balance => self.child_of_statement(name),
            Self::Entry | Self::CursorPage(_) => self.child_of_entry(name),
            Self::Detail => Self::child_of_detail(name),
            Self::Group(group) => group.child(name),
        }
    }

    /// Whether this element holds an amount's text, with its currency as attribute.
    pub(super) const fn has_currency(self) -> bool {
        matches!(
            self,
            Self::CursorPage(
                Field::Statement(StatementField::BalanceAmount)
                    | Field::Entry(
                        EntryField::Amount
                            | EntryField::DetailAmount
                            | EntryField::DetailTransactionAmount
                    )
            )
        )
    }

    fn child_of_statement(self, name: Name) -> Self {
        match (self, name) {
            (Self::Message, name::STMT | name::RPT | name::NTFCTN) => Self::Statement,
            (Self::Statement, name::NTRY) => Self::Entry,
            (Self::Statement, name::BAL) => Self::Balance,
            (Self::Statement, name::ID) => statement(StatementField::Id),
            (Self::Statement, name::ELCTRNC_SEQ_NB) => statement(StatementField::Number),
            (Self::Statement, name::LGL_SEQ_NB) => statement(StatementField::LegalNumber),
            (Self::Statement, name::CRE_DT_TM) => statement(StatementField::Created),
            (Self::Statement, name::FR_TO_DT) => Self::Group(Group::Period),
            (Self::Statement, name::STMT_PGNTN | name::RPT_PGNTN | name::NTFCTN_PGNTN) => {
                Self::Group(Group::Pagination)
            }
            (Self::Statement, name::ACCT) => Self::Group(Group::Account),
            (Self::Statement, name::TXS_SUMMRY) => Self::Group(Group::Summary),
            (Self::Balance, name::TP) => Self::Group(Group::BalanceType),
            (Self::Balance, name::AMT) => statement(StatementField::BalanceAmount),
            (Self::Balance, name::CDT_DBT_IND) => statement(StatementField::BalanceIndicator),
            (Self::Balance, name::DT) => Self::Group(Group::BalanceDate),
            _ => Self::Skip,
        }
    }

    fn child_of_entry(self, name: Name) -> Self {
        match (self, name) {
            (Self::Entry, name::AMT) => entry(EntryField::Amount),
            (Self::Entry, name::CDT_DBT_IND) => entry(EntryField::Indicator),
            (Self::Entry, name::RVSL_IND) => entry(EntryField::Reversal),
            // Text up to version 07, a choice of codes from 08.
            (Self::Entry, name::STS)
            | (Self::CursorPage(Field::Entry(EntryField::Status)), name::CD | name::PRTRY) => {
                entry(EntryField::Status)
            }
            (Self::Entry, name::BOOKG_DT) => Self::Group(Group::BookingDate),
            (Self::Entry, name::VAL_DT) => Self::Group(Group::ValueDate),
            (Self::Entry, name::NTRY_REF) => entry(EntryField::Reference),
            (Self::Entry, name::ACCT_SVCR_REF) => entry(EntryField::ServicerReference),
            (Self::Entry, name::ADDTL_NTRY_INF) => entry(EntryField::Text),
            (Self::Entry, name::NTRY_DTLS) => Self::Group(Group::Details),
            // Version 01 has no NtryDtls around these.
            (Self::Entry, name::BTCH) => Self::Group(Group::Batch),
            (Self::Entry, name::TX_DTLS) => Self::Detail,
            _ => Self::Skip,
        }
    }

    fn child_of_detail(name: Name) -> Self {
        match name {
            name::REFS => Self::Group(Group::References),
            name::AMT => entry(EntryField::DetailAmount),
            name::CDT_DBT_IND => entry(EntryField::DetailIndicator),
            name::AMT_DTLS => Self::Group(Group::Amounts),
            name::RLTD_PTIES => Self::Group(Group::Parties),
            name::RLTD_AGTS => Self::Group(Group::Agents),
            name::RMT_INF => Self::Group(Group::Remittance),
            name::PURP => Self::Group(Group::Purpose),
            name::ADDTL_TX_INF => entry(EntryField::DetailText),
            _ => Self::Skip,
        }
    }
}

impl Group {
    fn child(self, name: Name) -> Place {
        match self {
            Self::Account
            | Self::AccountId
            | Self::AccountOther
            | Self::Pagination
            | Self::Period
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

    fn child_in_statement(self, name: Name) -> Place {
        match (self, name) {
            (Self::Pagination, name::PG_NB) => statement(StatementField::Page),
            (Self::Pagination, name::LAST_PG_IND) => statement(StatementField::LastPage),
            (Self::Period, name::FR_DT_TM | name::FR_DT) => statement(StatementField::PeriodFrom),
            (Self::Period, name::TO_DT_TM | name::TO_DT) => statement(StatementField::PeriodTo),
            (Self::Account, name::ID) => Place::Group(Self::AccountId),
            (Self::Account, name::CCY) => statement(StatementField::AccountCurrency),
            (Self::AccountId, name::IBAN) => statement(StatementField::AccountIban),
            (Self::AccountId, name::BBAN | name::UPIC) | (Self::AccountOther, name::ID) => {
                statement(StatementField::AccountOther)
            }
            (Self::AccountId, name::OTHR | name::PRTRY_ACCT) => Place::Group(Self::AccountOther),
            (Self::BalanceType, name::CD_OR_PRTRY) => Place::Group(Self::BalanceType),
            (Self::BalanceType, name::CD) => statement(StatementField::BalanceCode),
            (Self::BalanceDate, name::DT | name::DT_TM) => statement(StatementField::BalanceDate),
            (Self::Summary, name::TTL_NTRIES) => Place::Group(Self::Total(Total::All)),
            (Self::Summary, name::TTL_CDT_NTRIES) => Place::Group(Self::Total(Total::Credit)),
            (Self::Summary, name::TTL_DBT_NTRIES) => Place::Group(Self::Total(Total::Debit)),
            (Self::Total(total), name::NB_OF_NTRIES) => {
                statement(StatementField::TotalCount(total))
            }
            (Self::Total(total), name::SUM) => statement(StatementField::TotalSum(total)),
            _ => Place::Skip,
        }
    }

    fn child_in_entry(self, name: Name) -> Place {
        match (self, name) {
            (Self::BookingDate, name::DT | name::DT_TM) => entry(EntryField::BookingDate),
            (Self::ValueDate, name::DT | name::DT_TM) => entry(EntryField::ValueDate),
            (Self::Details, name::BTCH) => Place::Group(Self::Batch),
            (Self::Details, name::TX_DTLS) => Place::Detail,
            (Self::Batch, name::NB_OF_TXS) => entry(EntryField::BatchCount),
            (Self::References, name::ACCT_SVCR_REF) => entry(EntryField::DetailServicerReference),
            (Self::References, name::END_TO_END_ID) => entry(EntryField::EndToEnd),
            (Self::Amounts, name::TX_AMT) => Place::Group(Self::TransactionAmount),
            (Self::TransactionAmount, name::AMT) => entry(EntryField::DetailTransactionAmount),
            (Self::Remittance, name::USTRD) => entry(EntryField::Unstructured),
            (Self::Remittance, name::STRD) => Place::Group(Self::Structured),
            (Self::Structured, name::CDTR_REF_INF | name::RFRD_DOC_INF) => {
                Place::Group(Self::StructuredPart)
            }
            (Self::Structured, name::ADDTL_RMT_INF)
            | (Self::StructuredPart, name::REF | name::CDTR_REF | name::NB | name::RFRD_DOC_NB) => {
                entry(EntryField::Structured)
            }
            // A code (`SALA`, `GOVT`) is a category, not words.
            (Self::Purpose, name::PRTRY) => entry(EntryField::Purpose),
            _ => Place::Skip,
        }
    }

    fn child_in_parties(self, name: Name) -> Place {
        use Side::{Creditor, Debtor};
        match (self, name) {
            (Self::Parties, name::DBTR) => Place::Group(Self::Party(Debtor)),
            (Self::Parties, name::CDTR) => Place::Group(Self::Party(Creditor)),
            (Self::Parties, name::DBTR_ACCT) => Place::Group(Self::PartyAccount(Debtor)),
            (Self::Parties, name::CDTR_ACCT) => Place::Group(Self::PartyAccount(Creditor)),
            // From version 08 a party is wrapped.
            (Self::Party(side), name::PTY) => Place::Group(Self::Party(side)),
            (Self::Party(side), name::NM) => entry(EntryField::Name(side)),
            (Self::PartyAccount(side), name::ID) => Place::Group(Self::PartyAccountId(side)),
            (Self::PartyAccountId(side), name::IBAN) => entry(EntryField::Iban(side)),
            (Self::PartyAccountId(side), name::OTHR | name::PRTRY_ACCT) => {
                Place::Group(Self::PartyAccountOther(side))
            }
            (Self::PartyAccountId(side), name::BBAN | name::UPIC)
            | (Self::PartyAccountOther(side), name::ID) => entry(EntryField::OtherAccount(side)),
            (Self::Agents, name::DBTR_AGT) => Place::Group(Self::Agent(Debtor)),
            (Self::Agents, name::CDTR_AGT) => Place::Group(Self::Agent(Creditor)),
            (Self::Agent(side), name::FIN_INSTN_ID | name::CMBND_ID) => {
                Place::Group(Self::Agent(side))
            }
            (Self::Agent(side), name::CLR_SYS_MMB_ID) => Place::Group(Self::AgentMember(side)),
            (Self::AgentMember(side), name::MMB_ID) => entry(EntryField::Member(side)),
            (Self::Agent(side), name::BIC | name::BICFI) => entry(EntryField::Bic(side)),
            (Self::Agent(side), name::NM) => entry(EntryField::AgentName(side)),
            _ => Place::Skip,
        }
    }
}
