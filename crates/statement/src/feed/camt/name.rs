//! The known element names, as numbers.
//!
//! A document has forty elements an entry, and each is looked up: comparing numbers costs a fifth of comparing texts. A
//! name longer than [`NAME_BYTES_MAX`] is unknown.

/// Bytes of a name that fit into a number; the longest known name has 12.
const NAME_BYTES_MAX: usize = 16;

/// An element's local name; 0 for one that is too long.
pub(super) type Name = u128;

/// The number of a name.
pub(super) const fn name(text: &str) -> Name {
    let mut rest = text.as_bytes();
    if rest.len() > NAME_BYTES_MAX {
        return 0;
    }
    let mut number = 0;
    while let [first, tail @ ..] = rest {
        // Widening: `From` is not const.
        number = number << 8 | *first as u128;
        rest = tail;
    }
    number
}

pub(super) const ACCT: Name = name("Acct");
pub(super) const ACCT_SVCR_REF: Name = name("AcctSvcrRef");
pub(super) const ADDTL_NTRY_INF: Name = name("AddtlNtryInf");
pub(super) const ADDTL_RMT_INF: Name = name("AddtlRmtInf");
pub(super) const ADDTL_TX_INF: Name = name("AddtlTxInf");
pub(super) const AMT: Name = name("Amt");
pub(super) const AMT_DTLS: Name = name("AmtDtls");
pub(super) const BBAN: Name = name("BBAN");
pub(super) const BIC: Name = name("BIC");
pub(super) const BICFI: Name = name("BICFI");
pub(super) const BAL: Name = name("Bal");
pub(super) const BOOKG_DT: Name = name("BookgDt");
pub(super) const BTCH: Name = name("Btch");
pub(super) const CCY: Name = name("Ccy");
pub(super) const CD: Name = name("Cd");
pub(super) const CD_OR_PRTRY: Name = name("CdOrPrtry");
pub(super) const CDT_DBT_IND: Name = name("CdtDbtInd");
pub(super) const CDTR: Name = name("Cdtr");
pub(super) const CDTR_ACCT: Name = name("CdtrAcct");
pub(super) const CDTR_AGT: Name = name("CdtrAgt");
pub(super) const CDTR_REF: Name = name("CdtrRef");
pub(super) const CDTR_REF_INF: Name = name("CdtrRefInf");
pub(super) const CLR_SYS_MMB_ID: Name = name("ClrSysMmbId");
pub(super) const CMBND_ID: Name = name("CmbndId");
pub(super) const CRE_DT_TM: Name = name("CreDtTm");
pub(super) const DBTR: Name = name("Dbtr");
pub(super) const DBTR_ACCT: Name = name("DbtrAcct");
pub(super) const DBTR_AGT: Name = name("DbtrAgt");
pub(super) const DT: Name = name("Dt");
pub(super) const DT_TM: Name = name("DtTm");
pub(super) const ELCTRNC_SEQ_NB: Name = name("ElctrncSeqNb");
pub(super) const END_TO_END_ID: Name = name("EndToEndId");
pub(super) const FIN_INSTN_ID: Name = name("FinInstnId");
pub(super) const FR_DT: Name = name("FrDt");
pub(super) const FR_DT_TM: Name = name("FrDtTm");
pub(super) const FR_TO_DT: Name = name("FrToDt");
pub(super) const IBAN: Name = name("IBAN");
pub(super) const ID: Name = name("Id");
pub(super) const LAST_PG_IND: Name = name("LastPgInd");
pub(super) const LGL_SEQ_NB: Name = name("LglSeqNb");
pub(super) const MMB_ID: Name = name("MmbId");
pub(super) const NB: Name = name("Nb");
pub(super) const NB_OF_NTRIES: Name = name("NbOfNtries");
pub(super) const NB_OF_TXS: Name = name("NbOfTxs");
pub(super) const NM: Name = name("Nm");
pub(super) const NTFCTN: Name = name("Ntfctn");
pub(super) const NTFCTN_PGNTN: Name = name("NtfctnPgntn");
pub(super) const NTRY: Name = name("Ntry");
pub(super) const NTRY_DTLS: Name = name("NtryDtls");
pub(super) const NTRY_REF: Name = name("NtryRef");
pub(super) const OTHR: Name = name("Othr");
pub(super) const PG_NB: Name = name("PgNb");
pub(super) const PRTRY: Name = name("Prtry");
pub(super) const PRTRY_ACCT: Name = name("PrtryAcct");
pub(super) const PTY: Name = name("Pty");
pub(super) const PURP: Name = name("Purp");
pub(super) const REF: Name = name("Ref");
pub(super) const REFS: Name = name("Refs");
pub(super) const RFRD_DOC_INF: Name = name("RfrdDocInf");
pub(super) const RFRD_DOC_NB: Name = name("RfrdDocNb");
pub(super) const RLTD_AGTS: Name = name("RltdAgts");
pub(super) const RLTD_PTIES: Name = name("RltdPties");
pub(super) const RMT_INF: Name = name("RmtInf");
pub(super) const RPT: Name = name("Rpt");
pub(super) const RPT_PGNTN: Name = name("RptPgntn");
pub(super) const RVSL_IND: Name = name("RvslInd");
pub(super) const STMT: Name = name("Stmt");
pub(super) const STMT_PGNTN: Name = name("StmtPgntn");
pub(super) const STRD: Name = name("Strd");
pub(super) const STS: Name = name("Sts");
pub(super) const SUM: Name = name("Sum");
pub(super) const TO_DT: Name = name("ToDt");
pub(super) const TO_DT_TM: Name = name("ToDtTm");
pub(super) const TP: Name = name("Tp");
pub(super) const TTL_CDT_NTRIES: Name = name("TtlCdtNtries");
pub(super) const TTL_DBT_NTRIES: Name = name("TtlDbtNtries");
pub(super) const TTL_NTRIES: Name = name("TtlNtries");
pub(super) const TX_AMT: Name = name("TxAmt");
pub(super) const TX_DTLS: Name = name("TxDtls");
pub(super) const TXS_SUMMRY: Name = name("TxsSummry");
pub(super) const UPIC: Name = name("UPIC");
pub(super) const USTRD: Name = name("Ustrd");
pub(super) const VAL_DT: Name = name("ValDt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_have_numbers_that_differ() {
        let texts = ["", "A", "AA", "Amt", "Amt ", "NtryDtls", "sNtryDtl", "TtlCdtNtries"];
        for (at, one) in texts.iter().enumerate() {
            for other in texts.iter().skip(at + 1) {
                assert_ne!(name(one), name(other), "{one:?} {other:?}");
            }
        }
        assert_eq!(name("ANameOfSeventeen_"), 0);
    }
}
