"""The life behind the simulated bank: one purse a customer, so that trouble shows here and elsewhere."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest

from postloan.book.sources.simulated.calendar import day_of
from postloan.book.sources.simulated.constants import CARD
from postloan.book.sources.simulated.living import live
from postloan.book.sources.simulated.loans import NEVER
from postloan.book.sources.simulated.making import simulate
from postloan.book.sources.simulated.people import Branch
from postloan.book.sources.simulated.stress import stress_of
from postloan.book.sources.simulated.world import World

AS_OF = date(2026, 6, 30)
MONTHS = (27, 33, 39, 45)  # of the world, within the book of two years and the year after it


@pytest.fixture(scope="module")
def county():
    """Give a branch of 4,000 loans as it was lived, and the month in which each customer first went bad."""
    world = World.of(4000, 11, AS_OF, 24)
    branch = Branch(world, 0)
    life = live(branch, stress_of(branch))
    log = life.loans.log
    bad = np.full(branch.customers, NEVER)
    np.minimum.at(bad, branch.owner[log["credit"]], log["bad"])
    starts = world.calendar.start(np.arange(world.months + 1))
    month = np.where(bad < NEVER, np.searchsorted(starts, bad, side="right") - 1, 999)
    return SimpleNamespace(world=world, branch=branch, life=life, log=log, month=month)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("bank") / "book"
    simulate(path, World.of(600, 11, AS_OF, 14), AS_OF)
    return path


def standing(county, month):
    """Tell who owes the bank at a month's end and was never bad until then."""
    return (county.life.owed[month] > 0) & (county.month > month)


def soon(county, who):
    """Give the share that goes bad within six months, over some months of the world."""
    cases = [(county.month <= month + 6)[who(month) & standing(county, month)] for month in MONTHS]
    return np.concatenate(cases).mean(), sum(map(len, cases))


def test_who_is_long_overdue_elsewhere_mostly_fails_here_within_months(county):
    life = county.life
    long_, count = soon(county, lambda month: life.behind_for[month] >= 3)
    some, _ = soon(county, lambda month: life.behind_for[month] > 0)
    none, _ = soon(county, lambda month: life.behind_for[month] == 0)
    assert count > 20
    assert long_ > 0.4
    assert long_ < 1  # some pay this bank first, and go on for a while
    assert min(long_, some) > 20 * none


def test_bills_and_the_trouble_of_guarantors_tell_too(county):
    life, branch = county.life, county.branch
    usual, _ = soon(county, lambda month: life.pinch[month] == 0)
    pinched, _ = soon(county, lambda month: life.pinch[month] > 0.3)
    assert pinched > 10 * usual
    # A trouble is paid for with credit first: debts to others are higher before than of the sound.
    before = [month - 6 for month in MONTHS]
    grown = [life.other_debt[at] - branch.debt_elsewhere > branch.income // 2 for at in before]
    told, _ = soon(county, lambda month: grown[MONTHS.index(month)])
    assert told > 4 * usual


def test_as_many_go_bad_as_at_a_rural_bank_and_rarely_in_the_first_months(county):
    borrows = np.arange(county.branch.customers) < county.branch.borrowers
    yearly = ((county.month >= 24) & (county.month < 60) & borrows).sum() / borrows.sum() / 3
    assert 0.012 < yearly < 0.045
    bad = county.log["bad"] < NEVER
    age = (county.log["bad"] - county.log["day"])[bad] / 30.4
    early, first, second, third = (
        ((age >= low) & (age < high)).sum() for low, high in ((0, 6), (6, 12), (12, 24), (24, 36))
    )
    assert 0 < early < first < second
    assert second > third


def test_some_return_after_they_went_bad(county):
    life, log = county.life, county.log
    starts = county.world.calendar.start(np.arange(county.world.months + 1))
    back = 0
    for month in range(30, county.world.months - 1):
        loan = life.standing[month]
        was_bad = (loan >= 0) & (log["bad"][loan] < starts[month])
        back += int((was_bad & (life.arrears[month] == 0) & (life.arrears[month - 1] > 0)).sum())
    assert back > 5


def test_troubles_come_again_but_one_at_a_time(county):
    stress = county.life.stress
    onsets = sum(stress.started(cause)[1].size for cause in range(len(county.world.constants.causes)))
    hit = len(np.unique(np.nonzero(stress.path)[1]))
    assert onsets > 1.1 * hit
    stays = (stress.cause >= 0) & ~stress.recovers
    later = stress.onset[-1][stays.any(axis=0)]
    first = np.where(stays, stress.onset, NEVER).min(axis=0)[stays.any(axis=0)]
    assert (later == first).all()  # what does not pass is the last


def test_one_stands_surety_for_few(county):
    credit, guarantor = county.branch.guarantors
    pairs = np.unique(np.stack([county.branch.owner[credit], guarantor]), axis=1)
    stands_for = np.bincount(pairs[1], minlength=county.branch.customers)[county.branch.sureties]
    assert (stands_for <= 2).mean() > 0.95


def test_the_bureau_says_what_was_lived_the_month_before(book):
    world = World.of(600, 11, AS_OF, 14).until(AS_OF)
    branch = Branch(world, 0)
    life = live(branch, stress_of(branch))
    rows = pq.read_table(book / "bureau.parquet").to_pylist()
    for row in rows:
        at = world.calendar.index(row["pulled_on"]) - 1
        assert row["known_on"] > row["pulled_on"]
        customer = int(row["customer_id"][1:]) - branch.first_customer
        behind, months = int(life.behind[at, customer]), life.behind_for[at, customer]
        level = "substandard" if months >= 3 else "special_mention" if behind else "normal"
        assert row["worst_class"] == level
        assert row["overdue_debt"] * 100 == behind or (not behind and row["overdue_debt"] == 300)
    assert {row["worst_class"] for row in rows} == {"normal", "special_mention", "substandard"}


def test_days_run_to_the_end_of_the_month_and_cards_back_before_the_book(book):
    entries = pq.read_table(book / "entry.parquet", columns=["booked_on", "known_on"]).to_pylist()
    assert max(row["booked_on"] for row in entries) == AS_OF
    assert {29, 30, 31} <= {row["booked_on"].day for row in entries}
    world = World.of(600, 11, AS_OF, 14)
    first = min(row["on_date"] for row in pq.read_table(book / "position.parquet").to_pylist())
    assert first == day_of(int(world.calendar.end(world.opening - 12)))
    assert (Branch(world, 0).method == CARD).any()


def test_valuations_and_policies_lapse_for_a_few_only(book):
    last = {}
    for row in sorted(
        pq.read_table(book / "collateral.parquet").to_pylist(), key=lambda row: row["known_on"]
    ):
        last[row["collateral_id"]] = row
    old = [(AS_OF - row["valued_on"]).days > 365 for row in last.values()]
    lapsed = [row["insured_until"] < AS_OF for row in last.values() if row["insurance_required"]]
    assert sum(old) < 0.06 * len(old)
    assert sum(lapsed) < 0.2 * len(lapsed)
