-- Letters: what they say, where each stands on its way, whom they may go to, and what an employer was told already.
--
-- A letter is what was written and never changes; its way to the mail server has a state, a lease and an end, so it
-- stands apart, in outbox. What may be said again hangs on what was told before, so that is kept by item, by month and
-- by notice, not searched for in letters, which are words.

-- What was written. letter_id is derived from what the letter says, so a night run twice writes it once.
create table letter (
    centre_id   {big}   not null,
    letter_id   {text}  not null,
    employer_id {text}  not null,
    written_on  integer not null,
    recipient   {text}  not null,
    subject     {text}  not null,
    message     {text}  not null,  -- The whole message, RFC 5322.
    -- digest (to an employer), summary, alarm (to staff), confirm (asks whether an address is theirs).
    kind        {text}  not null default 'digest',
    seal        {big},
    number      {text},  -- By which it is called on the telephone: eight digits.
    primary key (centre_id, letter_id)
) {keyed};

-- A night's letters are found without the ten years before.
create index letter_night on letter (centre_id, written_on, letter_id);
create index letter_number on letter (centre_id, number) where number is not null;

-- Where a letter stands on its way.
create table outbox (
    centre_id     {big}   not null,
    letter_id     {text}  not null,
    state         {text}  not null,  -- alert::LetterState's code.
    due_at        {big},  -- May be tried from then on; null in a final state.
    attempts      integer not null,
    lease_until   {big},  -- In its holder's hands before that.
    holder        {text},
    changed_at    {big}   not null,
    answer        {text}  not null,  -- What the mail server said last, or why nobody tries again.
    -- Tries that the server did not confirm, which are counted by themselves.
    unconfirmed   integer not null default 0,
    -- 0 it stands as it is, 1 it is to be written anew (to another address, or on paper), 2 it was.
    anew          integer not null default 0,
    seal          {big},
    -- When a letter was first handed to a server: its Date, whichever try succeeds.
    handed_at     {big},
    -- The mail that holds this letter as a part; it stands where that mail stands.
    joined        {text},
    -- A limit of a mail server (greylisting, letters a minute) must not cost a letter its tries.
    put_off       {big},  -- How often a limit put it off,
    put_off_since {big},  -- and since when.
    channel       {text},  -- sms while it goes, or went, as a text message; null: mail or paper.
    reached       {text},  -- The number that the text goes to.
    told          {text},  -- What the text message says.
    primary key (centre_id, letter_id)
) {keyed};

-- What is to be sent; after ten years that is still a small set.
create index outbox_due on outbox (centre_id, due_at, letter_id) where due_at is not null;
create index outbox_anew on outbox (centre_id, letter_id) where anew = 1;
create index outbox_joined on outbox (centre_id, joined) where joined is not null;

-- Text messages that are due: the mail's sender does not look at these.
create index outbox_text on outbox (centre_id, due_at, letter_id) where channel is not null and due_at is not null;

-- How an employer wants its letters, and the address that it or staff confirmed.
create table letter_choice (
    centre_id          {big}   not null,
    employer_id        {text}  not null,
    rhythm             {text}  not null,  -- alert::Rhythm's code.
    address            {text},  -- Goes before the imported one; null where that one holds.
    confirmed_by       {text},  -- staff:WHO, or link.
    confirmed_on       integer,
    asked              {text},  -- An address that was asked whether it is theirs,
    asked_hash         {text},  -- under a link whose token has this SHA-256,
    asked_until        {big},  -- which holds until then.
    seal               {big},
    -- 1 where an employer wants one mail with its neighbours at the same address.
    together           {big},
    -- When an employer declined advice by the link in a letter; null: it did not. What is in suspense it hears of as before.
    advice_declined_at {big},
    primary key (centre_id, employer_id)
) {keyed};

create index letter_choice_asked on letter_choice (centre_id, asked_hash) where asked_hash is not null;

-- By which ways an employer wants letters of a kind; without a row, by mail, then a text message, then on paper.
create table letter_way (
    centre_id   {big}   not null,
    employer_id {text}  not null,
    kind        {text}  not null,  -- suspense, advice, arrears.
    ways        {text}  not null,  -- alert::Way's codes in their order, a comma between.
    seal        {big},
    primary key (centre_id, employer_id, kind)
) {keyed};

-- Letters in the hall's inbox: what they say stands in letter.
create table hall_message (
    centre_id   {big}   not null,
    letter_id   {text}  not null,
    employer_id {text}  not null,
    put_on      {big}   not null,
    read_at     {big},  -- When somebody of the employer opened it.
    seal        {big},
    primary key (centre_id, letter_id)
) {keyed};

create index hall_message_employer on hall_message (centre_id, employer_id, put_on);

-- Addresses that letters came back from. An employer whose address is here is written to on paper.
create table blocked_address (
    centre_id   {big}   not null,
    address     {text}  not null,  -- In lower case.
    reason      {text}  not null,  -- The status of the report, such as 5.1.1.
    detail      {text}  not null,  -- What the server there said.
    since_on    integer not null,
    -- Whose address it is; empty where nobody knows.
    employer_id {text}  not null default '',
    seal        {big},
    primary key (centre_id, address)
) {keyed};

-- When letters to an address failed for a reason that is about the address and not enough by itself.
create table address_failure (
    centre_id {big}   not null,
    address   {text}  not null,  -- In lower case.
    letter_id {text}  not null,
    failed_on {big}   not null,
    primary key (centre_id, address, letter_id)
) {keyed};

-- What comes back, kept: answers, complaints, reports that nobody could tie to a letter. Apart from blocked_address: what is
-- remembered here blocks nothing.
create table came_back (
    centre_id   {big}   not null,
    message_id  {text}  not null,  -- SHA-256 of the message; of the address where a shared one waits.
    kind        {text}  not null,  -- alert::bounce::Kind's code, or shared.
    letter_id   {text}  not null,  -- The letter of ours that it is about; empty where nobody knows.
    employer_id {text}  not null,
    sender      {text}  not null,  -- Who wrote it; of a shared address, the address.
    subject     {text}  not null,
    body        {text}  not null,  -- Hostile, shortened.
    noted_on    {big}   not null,
    waits       {big}   not null,  -- 1 until somebody dealt with it; 0 also where nobody needs to.
    primary key (centre_id, message_id)
) {keyed};

create index came_back_waits on came_back (centre_id, noted_on, message_id) where waits = 1;

-- What there is to tell an employer of a transaction, and what it was told: so that it is told once,
-- reminded at 7 and 30 days, and hears when it is settled.
create table telling (
    centre_id     {big}   not null,
    account_id    integer not null,
    serial        {text}  not null,
    booked_on     integer not null,
    about         {text}  not null,  -- suspense or advice.
    employer_id   {text}  not null,
    known_by      {text}  not null,  -- How it is known whose it is: alert::KnownBy's code.
    noted_on      integer not null,  -- The night that found it.
    told_on       integer,  -- Null until a letter told of it.
    reminded_days integer not null,  -- 0, 7 or 30.
    done          {small} not null,  -- 1 where nothing more will be said.
    said          {big},  -- What the last letter said became of it: remittance::Outcome::number.
    marked_on     integer,  -- The night that last told of it, or was done with it.
    seal          {big},
    until_on      integer,  -- The deadline that the first letter gave.
    primary key (centre_id, account_id, serial, booked_on, about)
) {keyed};

create index telling_open on telling (centre_id, employer_id, account_id, serial) where done = 0;
create index telling_advised on telling (centre_id, employer_id, told_on) where about = 'advice' and told_on is not null;

-- When an employer was last told that it owes a month.
create table arrears_told (
    centre_id   {big}   not null,
    employer_id {text}  not null,
    month       integer not null,  -- Months since year 0.
    told_on     integer not null,
    seal        {big},
    primary key (centre_id, employer_id, month)
) {keyed};

-- A row for each time that a notice's settlement is taken back or booked back. It belongs to the notice, not to a
-- transaction: one transfer can have paid notices of several employers, and each is told of its own.
create table notice_news (
    centre_id     {big}   not null,
    reference     {big}   not null,
    ordinal       integer not null,  -- settlement_undone's, or the one it will have.
    cause         {text}  not null,  -- bank, or staff.
    account_id    integer,  -- The bank's debit, where one told of it first.
    serial        {text},
    booked_on     integer,
    noted_on      integer not null,
    told_on       integer,  -- Null until a letter told of it.
    said          {text},  -- What the last letter said: alert::NoticeStage's code.
    reminded_days integer not null,  -- 0, 7 or 30.
    until_on      integer,  -- The deadline that the first letter gave.
    marked_on     integer,
    done          integer not null,  -- 1 where nothing more will be said.
    seal          {big},
    primary key (centre_id, reference, ordinal)
) {keyed};

create index notice_news_open on notice_news (centre_id, reference, ordinal) where done = 0;

-- A call that was made about an item after the last reminder.
create table call_made (
    centre_id  {big}   not null,
    account_id {big}   not null,
    serial     {text}  not null,
    booked_on  {big}   not null,
    told_on    {big}   not null,  -- The first letter about it: what comes into suspense again is called about again.
    called_at  {big}   not null,
    called_by  {text}  not null,
    note       {text}  not null,
    seal       {big},
    primary key (centre_id, account_id, serial, booked_on, told_on)
) {keyed};

-- A letter that a night held back for a person, such as the letters to every employer after a bank's file had lost its
-- remarks. What it tells counts as not told: its marks stand in held_mark, not in telling, and are made when it is
-- released; when it is dropped they are never made, and the next night looks anew.
create table held_letter (
    centre_id  {big}   not null,
    letter_id  {text}  not null,
    night      {big}   not null,  -- The night that wrote it.
    state      {text}  not null,  -- held, released, dropped, or outdated: the books say otherwise by now.
    facts      {text}  not null,  -- Digest of what the books said of what it tells: SHA-256, in hex.
    decided_at {big},  -- Null while it is held.
    decided_by {text},
    note       {text},
    filed      {big}   not null,  -- 0 while a released letter is still to lie as a file.
    seal       {big},
    primary key (centre_id, letter_id)
) {keyed};

-- What waits for a person, and what for its file; after years a small set.
create index held_letter_open on held_letter (centre_id, letter_id) where state = 'held';
create index held_letter_night on held_letter (centre_id, night, letter_id);
create index held_letter_unfiled on held_letter (centre_id, letter_id) where filed = 0;

-- What a held letter tells, and the mark that its release makes.
create table held_mark (
    centre_id     {big}   not null,
    letter_id     {text}  not null,
    about         {text}  not null,  -- suspense, advice, arrears, or notice.
    account_id    {big}   not null,  -- 0 of arrears and notices.
    serial        {text}  not null,  -- The employer, of arrears; the number, of a notice.
    booked_on     {big}   not null,  -- The month, of arrears; the turn, of a notice.
    news          {big}   not null,
    said          {big},
    reminded_days {big}   not null,
    done          {big}   not null,
    until_on      {big},  -- The deadline that the letter gives.
    stage         {text},  -- What it says of a notice.
    reason        {big},  -- Why it was in suspense when the letter was written.
    seal          {big},
    primary key (centre_id, letter_id, about, account_id, serial, booked_on)
) {keyed};

-- Why a night's letters were held, and how many.
create table held_night (
    centre_id {big}   not null,
    night     {big}   not null,
    letters   {big}   not null,
    why       {text}  not null,  -- alert::Pull as JSON, a list.
    seal      {big},
    primary key (centre_id, night)
) {keyed};
