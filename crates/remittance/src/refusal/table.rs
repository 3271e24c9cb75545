//! The refusals, a row each: the parameters, the code, the English sentence, the Chinese one.
//!
//! Start at the rows. A sentence says what is in the way and what to do first; `{field}` is a parameter, formatted by
//! [`Parameter::said`] in each language. The code that constructs a variant explains where its parameters come from.

use super::super::appointment::AppointmentStatus;
use super::super::document::DocumentType;
use super::super::identity::IdentityError;
use super::super::policy::OncePer;
use super::super::{Id, Money, PaymentReference, Rate, Subject, Total, YearMonth};
use super::define::refusals;
use super::parameter::{DocumentForm, Filed, Parameter, Side, Undo};
use super::{Expected, Found, RefusalCode, Several};
use crate::{Language, Localized, said};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::fmt;

#[rustfmt::skip] // A table is read by its sentences.
refusals! {
    // Unknown.
    UnknownEmployer { employer: Id } = UnknownEmployer
        "no employer {employer} has enrolled; enrol it with open_employer"
        "没有单位 {employer} 的缴存登记；请先办理单位开户";
    NotEnrolled { employer: Id } = NotEnrolled
        "{employer} has no rates; enrol it with open_employer first"
        "单位 {employer} 尚未办理缴存登记，没有缴存比例；请先办理单位开户";
    UnknownEmployee { employer: Id, employee: Id } = UnknownEmployee
        "no employee {employee} has an account at {employer}"
        "单位 {employer} 没有职工 {employee} 的账户；请核对职工编号";
    AccountTransferred { employee: Id, to_employer: Id } = UnknownEmployee
        "the account of {employee} went to employer {to_employer}"
        "职工 {employee} 的账户已转移至单位 {to_employer}";
    AccountNotLoaded { employee: Id, to_employer: Id } = UnknownEmployee
        "the account of {employee} went to employer {to_employer}, which is not loaded"
        "职工 {employee} 的账户已转移至单位 {to_employer}，该单位的资料未载入";
    UnknownNotice { reference: PaymentReference } = UnknownNotice
        "no notice {reference} was issued"
        "没有缴款登记号为 {reference} 的缴款通知书";
    UnknownRegister { employer: Id } = UnknownRegister
        "{employer} filed no such register; lists go with delete_roster, notices with revoke_notice"
        "单位 {employer} 没有提交过这份清册；汇缴名单请用删除，缴款通知书请用撤销";
    RegisterNotNamed { employer: Id } = UnknownRegister
        "say which register of {employer}: give register_id or op_line"
        "请写明撤销单位 {employer} 的哪一份清册";
    RegisterOfAnotherMonth { register: String, month: YearMonth, expected: YearMonth } = UnknownRegister
        "register {register} is of {expected}, found {month}"
        "清册 {register} 的清册月份是 {expected}，填写的是 {month}";
    OtherHalfNotLoaded { register: String } = UnknownRegister
        "the other half of register {register} is not loaded"
        "职工转移清册 {register} 的对方单位资料未载入";
    UnknownDraft { employer: Id, register: String } = UnknownRegister
        "{employer} has saved no register {register}"
        "单位 {employer} 没有已保存的清册 {register}";
    UnknownAppointment { appointment: Id } = UnknownAppointment
        "no appointment {appointment} was booked"
        "没有编号为 {appointment} 的预约";
    UnknownBranch { branch: String, expected: String } = UnknownBranch
        "no branch {branch:?}; give one of {expected}"
        "没有网点“{branch}”；可选：{expected}";
    UnknownSlot { slot: String, expected: String } = UnknownSlot
        "no slot {slot:?}; give one of {expected}"
        "没有时段“{slot}”；可选：{expected}";
    NoticeOfAnother { employer: Id, reference: PaymentReference } = NotThisEmployer
        "{reference} is no notice of {employer}"
        "{reference} 不是单位 {employer} 的缴款通知书";
    AppointmentOfAnother { employer: Id, appointment: Id } = NotThisEmployer
        "{appointment} is no appointment of {employer}"
        "{appointment} 不是单位 {employer} 的预约";
    // Double.
    EmployerEnrolled { employer: Id } = DuplicateEmployer
        "employer {employer} has enrolled already; change it with update_basic"
        "单位 {employer} 已开户；需要变更时请办理信息维护";
    AccountExists { employer: Id, employee: Id } = DuplicateAccount
        "{employee} has an account at {employer} already"
        "该职工在单位 {employer} 已有账户，职工编号 {employee}";
    AccountSealedHere { employer: Id, employee: Id } = DuplicateAccount
        "{employee} has a sealed account at {employer}; unseal it"
        "该职工在单位 {employer} 已有封存账户，职工编号 {employee}；请办理启封";
    ActiveElsewhere { employee: Id, employer: Id } = ActiveElsewhere
        "{employee} has an active account at {employer}; seal it there and transfer it"
        "该职工在单位 {employer} 的账户为正常状态，职工编号 {employee}；请在该单位封存后办理职工转移";
    AccountWentAway { employee: Id, to_employer: Id } = DuplicateAccount
        "the account of {employee} went to employer {to_employer}; seal it there and transfer it back"
        "职工 {employee} 的账户已转移至单位 {to_employer}；请在该单位封存后转移回来";
    EmployeeNumberTaken { employee: Id } = DuplicateAccount
        "employee number {employee} belongs to another employee here; give another"
        "职工编号 {employee} 属于本单位的另一名职工；请换一个编号";
    NoRoomForTransfer { employee: Id, employer: Id } = DuplicateAccount
        "{employee} has an account at {employer}, or the number is taken there"
        "职工 {employee} 在单位 {employer} 已有账户，或者该编号在那里已被使用";
    NoticeExists { reference: PaymentReference } = DuplicateNotice
        "{reference} exists already"
        "缴款登记号 {reference} 已存在";
    NoReferenceLeft { employer: Id } = DuplicateNotice
        "every reference has been given; {employer} can get no other"
        "缴款登记号已全部用完，无法为单位 {employer} 生成";
    MonthNamedTwice { month: YearMonth } = DoubleRemittance
        "{month} is named twice; name each month once"
        "清册月份 {month} 重复；每个月份请只写一次";
    ListPaid { month: YearMonth, reference: PaymentReference, day: NaiveDate } = DoubleRemittance
        "the list of {month} was paid with {reference} on {day}"
        "{month} 的汇缴名单已于 {day} 以 {reference} 缴款";
    ListOnNotice { month: YearMonth, reference: PaymentReference } = DoubleRemittance
        "the list of {month} is on {reference}; pay that, or revoke_notice it first"
        "{month} 的汇缴名单已在缴款通知书 {reference} 上；请按该通知书缴款，或者先撤销该通知书";
    ListedElsewhere { employee: Id, month: YearMonth, next: YearMonth } = DoubleRemittance
        "{employee} is on the list of {month} at the employer before; keep the account sealed until {next}"
        "职工 {employee} 已在原单位 {month} 的汇缴名单上；请保持封存至 {next}";
    SupplementFiled { employee: Id, month: YearMonth, value: Money } = DoubleRemittance
        "{value} for {month} at {employee} is filed already and not paid; give another amount or revoke that one"
        "职工 {employee} 补缴 {month} 的 {value} 元已提交且未缴款；请更改金额，或者先撤销已提交的一笔";
    SupplementTwice { employee: Id, month: YearMonth, value: Money } = DoubleRemittance
        "{month} of {employee} was supplemented by {value} already; give another amount"
        "职工 {employee} 的 {month} 已补缴过 {value} 元；请核对金额，切勿重复";
    MonthPaidInFull { employee: Id, month: YearMonth, held: Money } = DoubleRemittance
        "{month} of {employee} is paid in full: {held}; adjust the base first where it was too low"
        "职工 {employee} 的 {month} 已足额缴存 {held} 元；如当时基数偏低，请先办理基数调整";
    // Wrong.
    EmptyName { field: String } = EmptyName
        "{field} is empty; give a name"
        "{field} 为空；请填写名称";
    InvalidIdNo { value: String, why: IdentityError } = InvalidIdNo
        "identity number {value:?}: {why}"
        "身份证号码“{value}”有误：{why}";
    InvalidDocument { value: String, document: DocumentType, expected: DocumentForm } = InvalidIdNo
        "the number {value:?} is no {document}: expected {expected}"
        "{document}号码“{value}”有误：应为{expected}";
    InvalidUscc { value: String, why: IdentityError } = InvalidUscc
        "credit code {value:?}: {why}"
        "统一社会信用代码“{value}”有误：{why}";
    RateBelowMinimum { side: Side, value: Rate, least: Rate, most: Rate } = RateBelowMinimum
        "the {side} rate is {value}; give one from {least} to {most}"
        "{side}缴存比例 {value} 低于下限；应在 {least} 至 {most} 之间";
    RateAboveMaximum { side: Side, value: Rate, least: Rate, most: Rate } = RateAboveMaximum
        "the {side} rate is {value}; give one from {least} to {most}"
        "{side}缴存比例 {value} 高于上限；应在 {least} 至 {most} 之间";
    RateAlreadyAdjusted { before: YearMonth, once_per: OncePer } = RateAlreadyAdjusted
        "the rates were adjusted from {before}; once a {once_per} is allowed"
        "缴存比例已自 {before} 起调整过；一个{once_per}只能调整一次";
    BaseAlreadyAdjusted { employee: Id, before: YearMonth, once_per: OncePer } = BaseAlreadyAdjusted
        "the base of {employee} was adjusted in {before}; once a {once_per} is allowed"
        "职工 {employee} 的缴存基数已在 {before} 调整过；一个{once_per}只能调整一次";
    ListedRatesDiffer { employer: Id, month: YearMonth } = RatesDiffer
        "the list gives {employer} other rates from {month} than its books; adjust them with adjust_rate"
        "名单中单位 {employer} 自 {month} 起的缴存比例与账内不一致；请办理比例调整";
    RatesAdjustedInstead { employee: Id, before: YearMonth } = BaseAlreadyAdjusted
        "the rates were adjusted from {before}, so the base of {employee} stays: one of the two a contribution year"
        "缴存比例已自 {before} 起调整过，职工 {employee} 的基数不再调整；每个汇缴年度只能选择其中一项调整";
    BaseAdjustedInstead { employee: Id, before: YearMonth } = RateAlreadyAdjusted
        "the base of {employee} was adjusted in {before}, so the rates stay: one of the two a contribution year"
        "职工 {employee} 的缴存基数已在 {before} 调整过，比例不再调整；每个汇缴年度只能选择其中一项调整";
    BaseBelowFloor { employee: Id, value: Money, month: YearMonth, least: Money, most: Money } = BaseBelowFloor
        "the base of {employee} is {value}; in {month} give one from {least} to {most}"
        "职工 {employee} 的缴存基数 {value} 元低于下限；{month} 应在 {least} 元至 {most} 元之间";
    BaseAboveCap { employee: Id, value: Money, month: YearMonth, least: Money, most: Money } = BaseAboveCap
        "the base of {employee} is {value}; in {month} give one from {least} to {most}"
        "职工 {employee} 的缴存基数 {value} 元高于上限；{month} 应在 {least} 元至 {most} 元之间";
    BaseOvertaken { employee: Id, value: Money, month: YearMonth, most: Money } = BaseAboveCap
        "the base of {employee} is {value}, above the cap of {most} in {month}; adjust it first"
        "职工 {employee} 的缴存基数 {value} 元高于 {month} 的上限 {most} 元；请先办理基数调整";
    BaseLeftBehind { employee: Id, value: Money, month: YearMonth, least: Money } = BaseBelowFloor
        "the base of {employee} is {value}, below the floor of {least} in {month}; adjust it first"
        "职工 {employee} 的缴存基数 {value} 元低于 {month} 的下限 {least} 元；请先办理基数调整";
    ListAboveMonthCap { employee: Id, value: Money, month: YearMonth, most: Money } = CapExceeded
        "{employee} would have {value} for {month} over all employers, the cap is {most}; revoke a supplement, or seal the account"
        "职工 {employee} 在各单位的 {month} 缴存额合计将达 {value} 元，月上限为 {most} 元；请撤销补缴或者封存账户";
    ListAboveYearCap { employee: Id, value: Money, year: i32, most: Money } = CapExceeded
        "{employee} would have {value} in contribution year {year} over all employers, the cap is {most}; revoke a supplement, or seal the account"
        "职工 {employee} 在各单位的 {year} 汇缴年度缴存额合计将达 {value} 元，上限为 {most} 元；请撤销补缴或者封存账户";
    SupplementAboveMonthCap { employee: Id, value: Money, month: YearMonth, most: Money, held: Money } = CapExceeded
        "{employee} would have {value} for {month} over all employers; the cap is {most}, {held} is asked for already"
        "职工 {employee} 在各单位的 {month} 缴存额合计将达 {value} 元，月上限为 {most} 元，已申报 {held} 元；请减少补缴金额";
    SupplementAboveYearCap { employee: Id, value: Money, year: i32, most: Money, held: Money } = CapExceeded
        "{employee} would have {value} in contribution year {year} over all employers; the cap is {most}, {held} is asked for already"
        "职工 {employee} 在各单位的 {year} 汇缴年度缴存额合计将达 {value} 元，上限为 {most} 元，已申报 {held} 元；请减少补缴金额";
    SupplementNotPositive { employee: Id, value: Money } = AmountNotPositive
        "a supplement adds money, found {value} for {employee}; give more than zero"
        "职工 {employee} 的补缴金额为 {value} 元；应大于零";
    AdvanceNotPositive { value: Money } = AmountNotPositive
        "an advance moves more than zero, found {value}"
        "单位暂存款的金额应大于零，现为 {value} 元";
    SumTooLarge { value: Money, other: Money } = AmountTooLarge
        "{value} and {other} do not add up"
        "{value} 元与 {other} 元之和超出可记的金额";
    AmountBeyondBound { value: Money, most: Money } = AmountTooLarge
        "no amount is above {most}, found {value}: a number of another kind stands in its place"
        "金额不得超过 {most} 元，现为 {value} 元：此处可能误填了账号或流水号";
    BaseTooLarge { employee: Id, value: Money } = AmountTooLarge
        "the base of {employee} is {value}"
        "职工 {employee} 的缴存基数 {value} 元过大，无法计算月缴存额";
    AmountNotSplit { value: Money } = AmountTooLarge
        "{value} cannot be split"
        "{value} 元无法按单位与个人比例拆分";
    PartsDiffer { reference: PaymentReference, expected: Money, found: Money } = AmountDiffers
        "{reference} asks for {expected}, the parts are {found}"
        "{reference} 应缴 {expected} 元，到账合计 {found} 元";
    LinesDiffer { reference: PaymentReference, expected: Money, found: Money } = AmountDiffers
        "{reference} asks for {expected}, its lines are {found}"
        "{reference} 应缴 {expected} 元，明细合计 {found} 元";
    ListLinesDiffer { month: YearMonth, expected: Money, found: Money } = AmountDiffers
        "the list of {month} is {expected}, its lines are {found}"
        "{month} 的汇缴名单金额为 {expected} 元，明细合计 {found} 元";
    NotInEmployersBooks { subject: Subject } = AmountDiffers
        "{subject} is in no employer's books"
        "科目 {subject} 不在单位账内";
    AdvanceTooSmall { employer: Id, held: Money, needed: Money } = AdvanceTooSmall
        "the advance balance of {employer} is {held}, {needed} is needed"
        "单位 {employer} 的暂存款余额为 {held} 元，需要 {needed} 元";
    AdvanceReserved { employer: Id, free: Money, needed: Money, reserved: Money, notices: String } = AdvanceReserved
        "{free} of the advance balance of {employer} is free, {needed} is needed; {reserved} is reserved by {notices}, which wait; revoke_notice gives it free"
        "单位 {employer} 的暂存款可用余额为 {free} 元，需要 {needed} 元；另有 {reserved} 元已由待收款的缴款通知书 {notices} 预留，撤销该通知书后可用";
    AdvanceMoreThanNotice { value: Money, most: Money } = AmountDiffers "from_advance is {value}, the notice asks for {most}; give no more than that"
        "暂存款抵扣填写的是 {value} 元，缴款通知书应缴 {most} 元；抵扣不能多于应缴";
    UnknownSealReason { value: String, expected: String } = InvalidSealReason
        "{value:?} is no seal reason; give one of {expected}"
        "没有封存原因“{value}”；可选：{expected}";
    OutsideCity { employee: Id, city: String } = OutsideCity
        "{city:?} is outside the city; {employee} applies personally for 异地转移接续 at the new city's centre"
        "“{city}”不在本市；异地转移由职工 {employee} 本人向转入地中心申请";
    SameEmployer { employee: Id, employer: Id } = SameEmployer
        "{employee} is at {employer} already; a transfer needs two employers"
        "职工 {employee} 已在单位 {employer}；转入单位应为另一家单位";
    PersonTwice { name: String } = DuplicateAccount
        "{name} stands twice in this register; keep one line"
        "{name} 在本清册中重复；请只保留一行";
    NameDiffers { employee: Id, value: String, name: String } = NameDiffers
        "{employee} is {name}, the register says {value}; give the number and the name of one person"
        "职工编号 {employee} 的姓名是“{name}”，填写的是“{value}”；请核对编号和姓名";
    DocumentDiffers { employee: Id, name: String } = NameDiffers
        "{employee} is {name}, whose document has another number; give the number and the document of one person"
        "职工编号 {employee} 是“{name}”，证件号码与填写的不一致；请核对编号和证件号码";
    NumberAmbiguous { employee: Id, expected: String } = AmbiguousNumber
        "{employee} came out of a cell of numbers, and {expected} is an employee here too; format the column as text and type the number again"
        "职工编号 {employee} 是数字单元格，本单位还有职工编号 {expected}；请将该列设为文本格式后重新填写";
    // Not now.
    NothingToUnseal { employee: Id } = NotSealed
        "the account of {employee} is active; there is nothing to unseal"
        "职工 {employee} 的账户为正常状态，无需启封";
    NoSealReason { employee: Id } = NotSealed
        "the account of {employee} is active and has no seal reason"
        "职工 {employee} 的账户为正常状态，没有封存原因可变更";
    SealBeforeTransfer { employee: Id, employer: Id } = NotSealed
        "the account of {employee} is active; seal it at {employer} first"
        "职工 {employee} 的账户为正常状态；请先在单位 {employer} 办理封存";
    AlreadySealed { employee: Id, reason: String } = AlreadySealed
        "the account of {employee} is sealed already ({reason}); correct_seal_reason changes the reason"
        "职工 {employee} 的账户已封存（原因 {reason}）；更改原因请办理封存原因变更";
    AccountSealed { employee: Id } = NotActive
        "the account of {employee} is sealed; unseal it first"
        "职工 {employee} 的账户已封存；请先办理启封";
    OnlineForCompanies { employer: Id } = ChannelNotAllowed
        "online enrolment is for newly registered companies; enrol {employer} at the counter"
        "线上开户仅限新注册的企业；单位 {employer} 请到柜台办理";
    ListMade { month: YearMonth, next: YearMonth } = RosterExists
        "the list of {month} is made; delete it with delete_roster first, or give {next}"
        "{month} 的汇缴名单已生成；请先删除该名单，或者改为 {next}";
    ListMissing { employer: Id, month: YearMonth } = RosterMissing
        "{employer} has no list of {month}; remit makes one"
        "单位 {employer} 没有 {month} 的汇缴名单；请先办理单位汇缴";
    MonthNotNext { month: YearMonth, next: YearMonth } = MonthNotNext
        "the next month to remit is {next}, found {month}"
        "下一个清册月份是 {next}，填写的是 {month}";
    SupplementToCome { month: YearMonth, most: YearMonth } = MonthNotNext
        "{month} is still to come; supplement {most} or before"
        "{month} 尚未到；补缴月份最晚为 {most}";
    SupplementTooOld { employee: Id, month: YearMonth, least: YearMonth } = MonthTooOld
        "{month} of {employee} is too long ago; supplement {least} or later"
        "职工 {employee} 补缴的 {month} 过早；补缴月份最早为 {least}";
    SpanBackward { month: YearMonth, to_month: YearMonth } = InvalidSpan
        "the span ends with {to_month} before it begins with {month}"
        "补缴期间的起始月份 {month} 晚于终止月份 {to_month}";
    NothingWaits { employer: Id } = NothingToPay
        "nothing of {employer} waits for payment there; remit a month or file a supplement first"
        "单位 {employer} 没有待缴款的清册；请先办理单位汇缴或补缴";
    NoticeOfNothing { reference: PaymentReference } = NothingToPay
        "{reference} asks for nothing"
        "缴款通知书 {reference} 的金额不大于零";
    RegisterEmpty { employer: Id } = NothingFiled
        "the register of {employer} has no lines; give at least one"
        "单位 {employer} 的清册没有明细；请至少填写一行";
    NoticePaid { reference: PaymentReference } = NoticePaid
        "{reference} is paid; what is paid is corrected with correct_paid at the counter"
        "缴款通知书 {reference} 已缴款；已缴款的请到柜台办理错缴更正";
    NoticePartlyReceived { reference: PaymentReference, count: u64, sum: Total } = NoticePartlyReceived
        "{count} payments of {sum} in all are here for {reference}; wait for the rest, or revoke it with parts to-suspense, and they are in suspense until somebody decides"
        "缴款通知书 {reference} 已到账 {count} 笔，共 {sum} 元；请等待其余款项，或在撤销时注明已到款项转入挂账";
    ListIsPaid { month: YearMonth, day: NaiveDate } = NoticePaid
        "the list of {month} was paid on {day}; what is paid is corrected with correct_paid at the counter"
        "{month} 的汇缴名单已于 {day} 缴款，不能删除；请到柜台办理错缴更正";
    NoticeRevoked { reference: PaymentReference } = NoticeNotAwaiting
        "{reference} is revoked already"
        "缴款通知书 {reference} 已撤销";
    NoticeNotPaid { reference: PaymentReference } = NotRevocable
        "{reference} is not paid; nothing to reverse"
        "缴款通知书 {reference} 未缴款，没有可红冲的分账";
    BalanceTooSmall { employee: Id, held: Money, needed: Money, reference: PaymentReference } = NotRevocable
        "the account of {employee} holds {held}, {needed} of {reference} must come back"
        "职工 {employee} 的账户余额为 {held} 元，需退回 {reference} 的 {needed} 元";
    SupplementFiledAgain { employee: Id, month: YearMonth } = NotRevocable
        "the supplement of {employee} for {month} was filed again; revoke that first"
        "职工 {employee} 补缴 {month} 的款项已再次提交；请先撤销后提交的一笔";
    RegisterCompleted { register: String } = NotRevocable
        "register {register} is completed: its money came"
        "清册 {register} 已办结，款项已到账";
    RegisterRevoked { register: String } = NotRevocable
        "register {register} is revoked already"
        "清册 {register} 已撤销";
    RateAdjustmentStays { register: String } = NotRevocable
        "register {register} is a rate adjustment, which stays"
        "清册 {register} 是比例调整，不能撤销";
    ListAfterIsPaid { filed: Filed, month: YearMonth } = NotRevocable
        "{filed} cannot be undone: the list of {month} made after it is paid"
        "{filed}不能撤销：其后 {month} 的汇缴名单已缴款";
    MoneyPosted { employee: Id } = NotRevocable
        "money was posted to the account of {employee}; it stays"
        "职工 {employee} 的账户已有入账，不能撤销开户";
    RegisterOnNotice { register: String, reference: PaymentReference } = RevokeInReverseOrder
        "register {register} is on notice {reference}; revoke_notice it first"
        "清册 {register} 已在缴款通知书 {reference} 上；请先撤销该通知书";
    ListIsOnNotice { month: YearMonth, reference: PaymentReference } = RevokeInReverseOrder
        "the list of {month} is on notice {reference}; revoke_notice it first"
        "{month} 的汇缴名单已在缴款通知书 {reference} 上；请先撤销该通知书";
    LaterFirst { filed: Filed, first: Undo } = RevokeInReverseOrder
        "{filed} came earlier; first {first}"
        "{filed}在前，须倒序撤销；请先{first}";
    SlotFull { branch: String, day: NaiveDate, slot: String, held: usize } = SlotFull
        "{branch} {day} {slot} holds {held} already; give another slot"
        "{branch} {day} {slot} 已约满（{held} 个）；请改约其他时段";
    NotAWorkingDay { day: NaiveDate, next: NaiveDate } = NotAWorkingDay
        "{day} is no working day; the next is {next}"
        "{day} 不是工作日；下一个工作日为 {next}";
    DayIsPast { day: NaiveDate, least: NaiveDate } = DayIsPast
        "{day} is past on {least}; give that day or later"
        "{day} 已过；预约日期最早为 {least}";
    AppointmentEnded { appointment: Id, status: AppointmentStatus } = AppointmentNotBooked
        "appointment {appointment} is {status} already"
        "预约 {appointment} 为“{status}”状态，不能再变更";
    SealReferenceMissing { employer: Id } = SealRequired
        "key information of {employer} changes under the electronic seal; give its reference as seal_ref"
        "单位 {employer} 变更关键信息须加盖电子印章；请填写印章签署编号";
    NoElectronicSeal { employer: Id } = SealRequired
        "only companies have an electronic seal; change key information of {employer} at the counter: update_key with by, approved_by and a reason"
        "只有企业有电子印章；单位 {employer} 变更关键信息请到柜台由两人办理，填写经办人、复核人和原因";
    // At the counter.
    TwoPersons { by: String } = TwoPersonsRequired "this is done at the counter by two persons, found {by:?} alone; give by and approved_by, two different ones"
        "此业务由柜台两人办理，现只有“{by}”；请填写经办人和复核人，两人不能相同";
    ReasonMissing { by: String } = ReasonMissing "{by} gives no reason; say why"
        "经办人 {by} 未填写原因；请填写原因";
    CorrectionNotPositive { employee: Id, value: Money } = AmountNotPositive "a correction takes more than zero back, found {value} for {employee}"
        "职工 {employee} 的更正金额为 {value} 元；应大于零";
    ListNotPaid { month: YearMonth } = NotPaid "the list of {month} is not paid; delete_roster it, put it right and remit it again"
        "{month} 的汇缴名单尚未缴款；请删除该名单，改正后重新办理单位汇缴";
    SupplementNotPaid { register: String } = NotPaid "register {register} is not paid; revoke it instead"
        "补缴清册 {register} 尚未缴款；请撤销该清册";
    NotOnList { employee: Id, month: YearMonth } = NotListed "{employee} is not on the list of {month}"
        "职工 {employee} 不在 {month} 的汇缴名单上";
    NotOnSupplement { employee: Id, month: YearMonth, register: String } = NotListed "{employee} has no line for {month} on register {register}"
        "补缴清册 {register} 上没有职工 {employee} 补缴 {month} 的明细";
    AboveLine { employee: Id, month: YearMonth, reference: PaymentReference, value: Money, most: Money } = AboveLine
        "{most} is left of what {reference} paid for {employee} of {month}, found {value}; give at most that"
        "{reference} 为职工 {employee} 缴存的 {month} 款项尚余 {most} 元，填写的是 {value} 元；更正金额不能超过尚余金额";
    HeldTooLittle { employee: Id, held: Money, needed: Money } = BalanceTooSmall "the account of {employee} holds {held}, {needed} cannot go back; correct at most what it holds"
        "职工 {employee} 的账户余额为 {held} 元，不足更正 {needed} 元；更正金额不能超过余额";
    SettlementCorrected { reference: PaymentReference, employee: Id, month: YearMonth, value: Money, day: NaiveDate } = Corrected
        "{value} of {employee} for {month} was corrected on {day}; take back what else is wrong of {reference} with correct_paid too, line by line"
        "职工 {employee} {month} 的 {value} 元已于 {day} 办理错缴更正，{reference} 不能整笔红冲；其余错缴请逐人办理错缴更正";
    NothingChanges { employee: Id } = NothingChanges "give a name or an identity number of {employee} that differs from what is there"
        "职工 {employee} 的姓名和证件号码均无变化；请填写与现有不同的内容";
    IdentityHeld { employer: Id, employee: Id } = DuplicateAccount "{employee} holds that identity number at {employer}; two numbers of one person become one with merge_employees"
        "该证件号码在单位 {employer} 已属于职工 {employee}；同一人有两个职工编号的，请办理职工账户合并";
    NumberMerged { employee: Id, into: Id } = UnknownEmployee "the number {employee} was merged into {into}; give that"
        "职工编号 {employee} 已合并至 {into}；请使用 {into}";
    SurvivorUnknown { employer: Id, into: Id } = UnknownEmployee "no employee {into} has an account at {employer}, nor one elsewhere of the same identity number"
        "单位 {employer} 没有职工 {into} 的账户，其他单位也没有证件号码相同的账户";
    SameNumber { employee: Id } = SameEmployee "the number {employee} cannot be merged into itself"
        "职工编号 {employee} 不能与自身合并";
    AnothersNumber { employer: Id, into: Id } = DuplicateAccount "{into} is another employee's number at {employer}"
        "职工编号 {into} 在单位 {employer} 属于另一名职工";
    MergeThatFirst { employer: Id, employee: Id, into: Id } = DuplicateAccount "{employee} holds the identity number of {into} at {employer}; merge_employees that first"
        "{into} 的证件号码在单位 {employer} 属于职工编号 {employee}；请先将其合并";
    BothListed { employee: Id, into: Id, year: i32 } = DoubleRemittance
        "{employee} and {into} are on the lists of one month of contribution year {year}; take one line back first: correct_paid where it is paid, delete_roster where it is not"
        "职工编号 {employee} 与 {into} 在 {year} 汇缴年度有同一月份的汇缴；请先退回其中一笔，已缴款的办理错缴更正，未缴款的删除名单";
    MergedAboveYearCap { employee: Id, value: Money, year: i32, cap: Money } = CapExceeded
        "{employee} would have {value} in contribution year {year}, the cap is {cap}; correct_paid what is too much first"
        "职工 {employee} 合并后 {year} 汇缴年度的缴存额将达 {value} 元，上限为 {cap} 元；请先对超出部分办理错缴更正";
    ApprovalMissing { from: YearMonth, to: YearMonth } = ApprovalMissing "{from} to {to} needs an approval; give its number as approval"
        "{from} 至 {to} 须经批准；请填写批准文号";
    SpanBackwards { from: YearMonth, to: YearMonth } = SpanBackwards "the span ends in {to}, before it begins in {from}"
        "截止月份 {to} 早于起始月份 {from}；请改正";
    DeferredAlready { from: YearMonth, to: YearMonth, approval: String } = AlreadyDeferred "{from} to {to} is deferred already by {approval}; give months beside it"
        "{from} 至 {to} 已按 {approval} 缓缴；请填写其他月份";
    NoSuchPayday { value: usize } = InvalidPayday "no month has a day {value}; give a payday from 1 to 31"
        "没有 {value} 日；发薪日应在 1 至 31 之间";
    // No operation at all.
    MissingField { field: String } = MalformedOperation
        "the field {field} is missing"
        "缺少字段 {field}";
    UnknownField { field: String, expected: Expected } = MalformedOperation
        "unknown field {field}, expected {expected}"
        "没有字段 {field}；可用：{expected}";
    UnknownWord { found: String, expected: Expected } = MalformedOperation
        "unknown word {found}, expected {expected}"
        "没有“{found}”；可用：{expected}";
    WrongValue { found: Found, expected: Expected } = MalformedOperation
        "found {found}, expected {expected}"
        "填写的是{found}；应为{expected}";
    Unreadable { found: String } = MalformedOperation
        "not an operation: {found}"
        "这一行不能读作一项业务：{found}";
}
