"""The Czech bank of the PKDD'99 Discovery Challenge (Berka and Sochorova) as a book.

One customer an account: its OWNER. Other holders of a right of disposition have no table in the contract
and are left out, as are `card` and `order`, which are snapshots of the end of 1998, and the sex that the
birth number tells. A loan's `status` is an outcome: `outcomes` reads it, the book never does.

Instalments are `payments` each, on the 12th of `duration` months, the first on the first 12th after the
grant. The source does not part principal from interest, so an instalment is all principal. Loans,
contracts and schedules are known from the grant, accounts from their opening, a district's figures from the
end of their year (average wages carry no year: the latest of the table, 1996, is used).
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from postloan.book.sources.berka_districts import districts, indicators
from postloan.book.sources.berka_order import sequences
from postloan.book.sources.writing import source_file, write_tables
from postloan.engine import Column, Engine, Field, Table, TableSchema
from postloan.engine import verbs as v

INSTITUTION = "B1"
DUE_DAY = 12
LONGEST = 60
"""The longest duration of a loan in the source, in months."""

_KINDS = {
    "UVER": "loan_repayment",
    "SANKC. UROK": "penalty_interest",
    "UROK": "interest",
    "SLUZBY": "fee",
    "SIPO": "utility",
}
_CASH = ("VYBER", "VKLAD", "VYBER KARTOU")


def _source(name: str, fields: str) -> TableSchema:
    pairs = (word.split(":") for word in fields.split())
    return TableSchema(name, tuple(Field(column, kind) for column, kind in pairs), key=())  # type: ignore[arg-type]


_ACCOUNT = _source("account", "account_id:integer district_id:integer date:integer")
_CLIENT = _source("client", "client_id:integer birth_number:integer district_id:integer")
_DISP = _source("disp", "client_id:integer account_id:integer type:string")
_LOAN = _source(
    "loan", "loan_id:integer account_id:integer date:integer amount:money duration:integer payments:money"
)
_STATUS = _source("loan", "loan_id:integer account_id:integer status:string")
_TRANS = _source(
    "trans",
    "trans_id:integer account_id:integer date:string type:string operation:string amount:money "
    "balance:money k_symbol:string bank:string account:string",
)


def convert(path: Path, target: Path, engine: Engine) -> list[str]:
    """Write the source in `path` as tables of the contract into `target`; give their names.

    Raises BookError `missing_file` where one of account, client, disp, district, loan and trans is missing.
    """
    owners = _owners(path, engine)
    accounts = _accounts(path, engine, owners)
    loans = _loan_rows(path, engine, owners)
    entries = _entries(path, engine)
    tables = {
        "institution": engine.from_rows(
            [{"institution_id": INSTITUTION, "name": INSTITUTION, "kind": "head_office"}],
            [Field("institution_id", "string"), Field("name", "string"), Field("kind", "string")],
            "institution",
        ),
        "region": districts(path, engine),
        "region_indicator": indicators(path, engine),
        "customer": _customers(path, engine, accounts),
        "account": accounts,
        "contract": _contracts(loans),
        "loan": _loans(loans),
        "due": _dues(loans, engine),
        "entry": entries,
        "payment": _payments(entries, loans),
    }
    return write_tables(tables, target, engine)


def outcomes(path: Path, target: Path, engine: Engine) -> int:
    """Write loan_id, customer_id and status (A, B, C, D) to the Parquet file `target`; give the rows.

    A and B ended well and badly, C and D stood well and badly at the end of 1998. The source does not date
    them, so `evaluate` cannot use them.
    """
    loans = engine.read(source_file(path, "loan.parquet"), _STATUS)
    owners = _owners(path, engine)
    joined = loans.inner_join(owners, "account_id")
    table = joined.select(
        loan_id=v.text(joined.loan_id), customer_id=joined.customer_id, status=joined.status
    )
    return engine.write(table, target, order_by=["loan_id"])


def day_of(number: Column) -> Column:
    """Give the date of an integer YYMMDD of the 1900s."""
    hundred = v.literal(100, "integer")
    year = v.integer_divide(number, v.literal(10_000, "integer"))
    month = v.modulo(v.integer_divide(number, hundred), hundred)
    months = year * v.literal(12, "integer") + month - v.literal(1, "integer")
    first = v.add_months(v.literal(date(1900, 1, 1), "date"), months)
    return v.add_days(first, v.modulo(number, hundred) - v.literal(1, "integer"))


def _owners(path: Path, engine: Engine) -> Table:
    """Give account_id (integer), client_id (integer) and customer_id of each account's owner."""
    disp = engine.read(source_file(path, "disp.parquet"), _DISP)
    owner = disp.filter(disp.type == v.literal("OWNER", "string"))
    return owner.select(owner.account_id, owner.client_id, customer_id=v.text(owner.client_id))


def _accounts(path: Path, engine: Engine, owners: Table) -> Table:
    accounts = engine.read(source_file(path, "account.parquet"), _ACCOUNT)
    joined = accounts.inner_join(owners, "account_id")
    return joined.select(
        account_id=v.text(joined.account_id),
        customer_id=joined.customer_id,
        institution_id=v.literal(INSTITUTION, "string"),
        kind=v.literal("current", "string"),
        opened_on=day_of(joined.date),
    )


def _customers(path: Path, engine: Engine, accounts: Table) -> Table:
    client = engine.read(source_file(path, "client.parquet"), _CLIENT)
    client = client.mutate(customer_id=v.text(client.client_id))
    since = accounts.group_by("customer_id").aggregate(since=accounts.opened_on.min())
    joined = client.inner_join(since, "customer_id")
    month = v.modulo(
        v.integer_divide(joined.birth_number, v.literal(100, "integer")), v.literal(100, "integer")
    )
    woman = month > v.literal(50, "integer")
    born = joined.birth_number - woman.ifelse(v.literal(5_000, "integer"), v.literal(0, "integer"))
    return joined.select(
        customer_id=joined.customer_id,
        name=joined.customer_id,
        kind=v.literal("individual", "string"),
        region_id=v.text(joined.district_id),
        since=joined.since,
        born_on=day_of(born),
        known_on=joined.since,
    )


def _loan_rows(path: Path, engine: Engine, owners: Table) -> Table:
    """Give the loans with their owner, amount and instalment in cents, days of the grant and first due."""
    loans = engine.read(source_file(path, "loan.parquet"), _LOAN)
    joined = loans.inner_join(owners, "account_id")
    granted = day_of(joined.date)
    before = v.day_of_month(granted) < v.literal(DUE_DAY, "integer")
    months = before.ifelse(v.literal(0, "integer"), v.literal(1, "integer"))
    return joined.select(
        loan_id=v.text(joined.loan_id),
        account_id=v.text(joined.account_id),
        customer_id=joined.customer_id,
        amount=joined.amount,
        instalment=joined.payments,
        duration=joined.duration,
        granted_on=granted,
        first_due_on=v.add_days(v.add_months(v.month_start(granted), months), DUE_DAY - 1),
    )


def _last_due(loans: Table) -> Column:
    return v.add_months(loans.first_due_on, loans.duration - v.literal(1, "integer"))


def _contracts(loans: Table) -> Table:
    return loans.select(
        contract_id=loans.loan_id,
        customer_id=loans.customer_id,
        institution_id=v.literal(INSTITUTION, "string"),
        contract_type=v.literal("personal_consumption", "string"),
        signed_on=loans.granted_on,
        expires_on=_last_due(loans),
        guarantee_mode=v.literal("credit", "string"),
        known_on=loans.granted_on,
    )


def _loans(loans: Table) -> Table:
    return loans.select(
        loan_id=loans.loan_id,
        contract_id=loans.loan_id,
        customer_id=loans.customer_id,
        exposure_kind=v.literal("loan", "string"),
        amount=v.money(loans.amount),
        currency=v.literal("CZK", "string"),
        disbursed_on=loans.granted_on,
        matures_on=_last_due(loans),
        repayment_method=v.literal("instalment", "string"),
        known_on=loans.granted_on,
    )


def _dues(loans: Table, engine: Engine) -> Table:
    numbers = [{"number": number} for number in range(LONGEST)]
    counted = loans.cross_join(engine.from_rows(numbers, [Field("number", "integer")], "months"))
    counted = counted.filter(counted.number < counted.duration)
    return counted.select(
        loan_id=counted.loan_id,
        due_on=v.add_months(counted.first_due_on, counted.number),
        principal=v.money(counted.instalment),
        interest=v.literal("0.00", "money"),
        known_on=counted.granted_on,
    )


def _calendar(engine: Engine) -> Table:
    """Give every day of 1993 to 1998 beside its text YYMMDD, as transactions write it."""
    first = date(1993, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(1999, 1, 1) - first).days))
    rows = [{"date": f"{day:%y%m%d}", "booked_on": day} for day in days]
    return engine.from_rows(rows, [Field("date", "string"), Field("booked_on", "date")], "days")


def _entries(path: Path, engine: Engine) -> Table:
    """Give the transactions as rows of `entry`; `type` is PRIJEM (in), VYDAJ or VYBER (both out)."""
    source = engine.read(source_file(path, "trans*.parquet"), _TRANS)
    inward = source.type == v.literal("PRIJEM", "string")
    trans = source.mutate(signed=inward.ifelse(source.amount, v.literal(0, "integer") - source.amount))
    trans = trans.inner_join(_calendar(engine), "date").inner_join(sequences(trans, engine), "trans_id")
    return trans.select(
        entry_id=v.text(trans.trans_id),
        account_id=v.text(trans.account_id),
        booked_on=trans.booked_on,
        sequence=trans.sequence,
        amount=v.money(trans.signed),
        kind=_kind(trans),
        balance_after=v.money(trans.balance),
        counterparty_account=v.concat(_filled(trans.bank), " ", _filled(trans.account)),
        channel=_filled(trans.operation),
        memo=_filled(trans.k_symbol),
    )


def _filled(column: Column) -> Column:
    """Give the text, null where it is empty or a single blank (the source has both)."""
    return column.isin(["", " "]).ifelse(v.null("string"), column)


def _kind(trans: Table) -> Column:
    by_symbol = [
        (trans.k_symbol == v.literal(symbol, "string"), v.literal(kind, "string"))
        for symbol, kind in _KINDS.items()
    ]
    cash = (trans.operation.isin(list(_CASH)), v.literal("cash", "string"))
    return v.when([*by_symbol, cash], v.literal("transfer", "string"))


def _payments(entries: Table, loans: Table) -> Table:
    """Give repayments from an account as payments of its loan; an account has at most one."""
    repaid = entries.filter(entries.kind == v.literal("loan_repayment", "string"))
    joined = repaid.inner_join(loans.select("account_id", "loan_id", "customer_id"), "account_id")
    return joined.select(
        payment_id=joined.entry_id,
        loan_id=joined.loan_id,
        paid_on=joined.booked_on,
        amount=v.money(v.literal(0, "integer") - v.cents(joined.amount)),
        payer_account_id=joined.account_id,
        payer_customer_id=joined.customer_id,
    )
