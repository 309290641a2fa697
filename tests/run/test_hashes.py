"""The hashes: equal where the contract says so, and different where an input differs."""

from __future__ import annotations

import pytest

from tests.books import shuffled
from tests.run import stand_ins

DAY = "2024-03-01"


def test_the_number_of_threads_changes_nothing(house):
    one, two = house.run(DAY, threads=1), house.run(DAY, threads=2)
    assert one.run.result_hash == two.run.result_hash


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(guarded_house, tmp_path, seed):
    plain = guarded_house.run(DAY)
    guarded_house.book = shuffled(guarded_house.book, tmp_path / "shuffled", seed)
    again = guarded_house.run(DAY)
    assert (again.run.input_hash, again.run.result_hash) == (plain.run.input_hash, plain.run.result_hash)


def test_the_cut_into_files_changes_nothing(guarded_house):
    plain = guarded_house.run(DAY)
    loans = guarded_house.engine.raw(guarded_house.book / "loan.parquet")
    for name in ("L1", "L2"):
        guarded_house.engine.write(
            loans.filter(loans.loan_id == name), guarded_house.book / f"loan.{name}.parquet"
        )
    (guarded_house.book / "loan.parquet").unlink()
    again = guarded_house.run(DAY)
    assert (again.run.input_hash, again.run.result_hash) == (plain.run.input_hash, plain.run.result_hash)


def test_what_is_not_known_yet_changes_nothing(house, tmp_path):
    plain = house.run(DAY)
    later = {"loan_id": "L1", "paid_on": "2024-03-02", "amount": "5.00", "payment_id": "P3"}
    house.book = stand_ins.make_book(
        tmp_path / "later",
        payment=[{"loan_id": "L1", "paid_on": "2024-02-01", "amount": "10.00", "payment_id": "P1"}, later],
    )
    assert house.run(DAY).run.input_hash == plain.run.input_hash


@pytest.mark.parametrize(
    "loan", [{"loan_id": "L1", "amount": "1000.01"}, {"loan_id": "L1", "amount": "1000.00", "rate": "0.05"}]
)
def test_one_value_changes_the_input_hash(house, tmp_path, loan):
    plain = house.run(DAY)
    house.book = stand_ins.make_book(tmp_path / "other", loan=[loan, {"loan_id": "L2", "amount": "2500.50"}])
    assert house.run(DAY).run.input_hash != plain.run.input_hash


def test_what_flows_back_is_an_input(house, tmp_path):
    alone = house.run("2024-03-04").run.input_hash
    house.run(DAY)
    assert house.run("2024-03-04").run.input_hash != alone


def test_a_changed_policy_changes_its_version_and_not_the_input_hash(house, tmp_path):
    plain = house.run(DAY).run
    house.pack = stand_ins.make_pack(tmp_path / "other", remark="changed")
    other = house.run(DAY).run
    assert other.policy_version != plain.policy_version
    assert other.input_hash == plain.input_hash
    assert other.result_hash != plain.result_hash  # results carry the policy's version
