"""A finished run in the database: whole, only what changed, and never by halves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Institution, Staff, StaffRole
from postloan.console.publishing import models as m
from postloan.console.publishing import services
from postloan.console.publishing.services import publish
from postloan.errors import PostloanError
from tests.architecture.sources import ROOT
from tests.console.results import a_book, a_result

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2026, 5, 31), date(2026, 6, 30)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "store", a_book(tmp_path / "book")


def _shown() -> dict[str, Any]:
    return {
        "classes": dict(m.Loan.objects.values_list("loan_id", "class_final")),
        "colours": dict(m.Warning.objects.values_list("subject_id", "colour")),
        "customers": {
            one.pk: (one.colour, one.exposure) for one in m.Customer.objects.exclude(exposure=None)
        },
        "run": list(m.Publication.objects.values_list("run_id", flat=True))[:1],
    }


def test_a_first_publication_brings_everything(places: tuple[Path, Path]) -> None:
    store, book = places
    run_id = a_result(store, FIRST, classes={"L1": "02", "L2": "06"}, colours={"C2": "red"})
    done = publish(store, book)
    assert _shown() == {
        "classes": {"L1": "02", "L2": "06"},
        "colours": {"C2": "red"},
        "customers": {"C1": (None, 90_000), "C2": ("red", 90_000)},
        "run": [run_id],
    }
    assert (done.written["loan"], done.removed["loan"], done.written["customer"]) == (2, 0, 9)
    loan = m.Loan.objects.get(pk="L2")
    assert (loan.balance, loan.amount, loan.contract_id, loan.provision) == (90_000, 100_000, "K-L2", 900)
    assert (loan.floor_rule_ids, loan.class_decided) == ([], "06")
    alert = m.Warning.objects.get()
    assert (alert.customer_name, alert.colour_rank, alert.institution_id) == ("客户 000002", 4, "B1")
    assert AuditEvent.objects.filter(action="publish").count() == 1


def test_people_come_from_the_book_and_their_roles_end_with_it(
    places: tuple[Path, Path], tmp_path: Path
) -> None:
    store, book = places
    a_result(store, FIRST, classes={"L1": "02"}, colours={})
    publish(store, book)
    assert Institution.objects.get().path == "/B1/"
    held = set(StaffRole.objects.values_list("staff_id", "role", "from_book"))
    assert held == {
        ("S1", "customer_manager", True),
        ("S2", "branch_head", True),
        ("S2", "risk_department", True),
    }
    assert not Staff.objects.get(pk="S1").has_usable_password()
    StaffRole.objects.create(staff_id="S1", role="operator", institution_id="B1")  # given by administration
    (book / "staff_role.parquet").unlink()
    a_result(store, SECOND, classes={"L1": "02"}, colours={})
    publish(store, book)
    held = set(StaffRole.objects.values_list("staff_id", "role"))
    assert held == {("S1", "customer_manager"), ("S2", "branch_head"), ("S1", "operator")}


def test_a_second_publication_writes_what_changed_alone(places: tuple[Path, Path]) -> None:
    store, book = places
    a_result(store, FIRST, classes={"L1": "02", "L2": "06", "L3": "02"}, colours={"C2": "red", "C3": "blue"})
    publish(store, book)
    run_id = a_result(store, SECOND, classes={"L1": "02", "L2": "07", "L4": "01"}, colours={"C3": "red"})
    done = publish(store, book)
    assert (done.written["loan"], done.removed["loan"]) == (2, 1)  # L2 worse and L4 new; L3 gone
    assert _shown()["classes"] == {"L1": "02", "L2": "07", "L4": "01"}
    assert _shown()["colours"] == {"C3": "red"}
    assert _shown()["run"] == [run_id]
    changes = set(m.ClassChange.objects.values_list("loan_id", "before", "after"))
    assert changes == {("L2", "06", "07"), ("L3", "02", None), ("L4", None, "01")}
    colours = set(m.ColourChange.objects.values_list("customer_id", "before", "after"))
    assert colours == {("C2", "red", None), ("C3", "blue", "red")}


def test_the_same_run_again_does_nothing(places: tuple[Path, Path]) -> None:
    store, book = places
    a_result(store, FIRST, classes={"L1": "02"}, colours={})
    assert not publish(store, book).again
    assert publish(store, book).again
    assert AuditEvent.objects.filter(action="publish").count() == 1


def test_a_run_of_the_same_day_anew_takes_the_place_of_the_first(places: tuple[Path, Path]) -> None:
    store, book = places
    a_result(store, FIRST, classes={"L1": "02"}, colours={})
    publish(store, book)
    a_result(store, FIRST, classes={"L1": "05"}, colours={}, number=2)
    publish(store, book)
    assert _shown()["classes"] == {"L1": "05"}
    assert m.Publication.objects.count() == 2


def test_without_what_was_published_last_all_is_written_anew(places: tuple[Path, Path]) -> None:
    store, book = places
    a_result(store, FIRST, classes={"L1": "02", "L3": "02"}, colours={})
    publish(store, book)
    for path in (store / "console" / "published" / f"{FIRST}-1").iterdir():
        path.unlink()
    (store / "console" / "published" / f"{FIRST}-1").rmdir()
    a_result(store, SECOND, classes={"L1": "03"}, colours={})
    publish(store, book)
    assert _shown()["classes"] == {"L1": "03"}


@pytest.mark.parametrize("again", [False, True])
def test_a_stop_right_after_a_publication_loses_no_history(places: tuple[Path, Path], again: bool) -> None:
    """The database holds the run, and its tables still stand beside their place."""
    store, book = places
    a_result(store, FIRST, classes={"L1": "02"}, colours={})
    publish(store, book)
    folder = store / "console" / "published" / f"{FIRST}-1"
    folder.rename(folder.with_name(f".{FIRST}-1"))
    if again:
        assert publish(store, book).again
    a_result(store, SECOND, classes={"L1": "03"}, colours={})
    assert publish(store, book).written["loan"] == 1
    assert list(m.ClassChange.objects.values_list("loan_id", "before", "after")) == [("L1", "02", "03")]
    assert [one.name for one in folder.parent.iterdir()] == [f"{SECOND}-1"]


def test_a_store_without_a_result_is_said_in_words(places: tuple[Path, Path]) -> None:
    with pytest.raises(PostloanError) as caught:
        publish(*places)
    assert caught.value.code == "nothing_to_publish"
    assert "postloan run" in caught.value.mend


@pytest.mark.parametrize("table", ["customer", "loan", "warning", "legalclock"])
def test_a_publication_that_fails_leaves_the_one_before(
    places: tuple[Path, Path], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, book = places
    a_result(store, FIRST, classes={"L1": "02"}, colours={"C1": "red"})
    publish(store, book)
    before = _shown()
    a_result(store, SECOND, classes={"L1": "09", "L2": "01"}, colours={"C2": "blue"})
    merge = services.merge

    def failing(engine: Any, model: Any, new: Path, old: Path | None) -> tuple[int, int]:
        done = merge(engine, model, new, old)
        if model._meta.model_name == table:
            raise OSError("the power went")
        return done

    monkeypatch.setattr(services, "merge", failing)
    with pytest.raises(OSError, match="power"):
        publish(store, book)
    assert _shown() == before
    monkeypatch.undo()
    publish(store, book)
    assert _shown()["classes"] == {"L1": "09", "L2": "01"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", [1, 3, 5, 7])
def test_a_publication_that_is_killed_leaves_the_one_before_and_the_next_is_whole(
    places: tuple[Path, Path], point: int
) -> None:
    store, book = places
    a_result(store, FIRST, classes={"L1": "02"}, colours={"C1": "red"})
    publish(store, book)
    before = _shown()
    a_result(store, SECOND, classes={"L1": "09", "L2": "01"}, colours={"C2": "blue"})
    _killed(store, book, point)
    assert _shown() == before
    publish(store, book)
    assert _shown()["classes"] == {"L1": "09", "L2": "01"}
    assert _shown()["colours"] == {"C2": "blue"}


def _killed(store: Path, book: Path, point: int) -> None:
    """Publish in another process that kills itself after writing its n-th table."""
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        address = f"sqlite:///{told['NAME']}"
    else:
        address = f"postgresql://{told['USER']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"
    program = [
        sys.executable,
        str(Path(__file__).with_name("killed_publication.py")),
        str(store),
        str(book),
        str(point),
    ]
    ended = subprocess.run(
        program,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "postloan.console.settings",
        },
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    time.sleep(0.2)  # a server needs a moment to see that the other end is gone
