"""The classification desk: who may take which step, what a decision may not do, and what flows back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product

import pytest
from django.test import Client

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.desk import feedback, selectors, services
from postloan.console.desk.models import Classification, Step
from postloan.console.desk.states import ACTIONS, MOVES, STATES, move
from postloan.console.people.models import Leave, Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.publishing.models import Customer, Loan
from postloan.console.publishing.selectors import current
from postloan.console.refusals import Refused
from postloan.console.words import policy_of
from tests.console import bank, bank_tallies

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
NUMBER = "LA1-1.1"


def who(staff_id: str) -> Scope:
    return scope_of(Staff.objects.get(pk=staff_id))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as found:
        act()
    return found.value.code


def determine(staff_id: str, level: str = "06", reason: str = "") -> Classification:
    return services.determine(actor=who(staff_id), number=NUMBER, level_code=level, reason=reason)


def approve(staff_id: str, level: str = "06") -> Classification:
    return services.approve(actor=who(staff_id), number=NUMBER, level_code=level)


def test_the_table_of_states_is_what_it_is_and_no_more() -> None:
    allowed = {
        ("unrated", "rate"): "rated",
        ("returned", "rate"): "rated",
        ("rated", "determine"): "determined",
        ("rated", "return"): "returned",
        ("rated", "withdraw"): "withdrawn",
        ("determined", "approve"): "settled",
        ("determined", "return"): "returned",
        ("returned", "withdraw"): "withdrawn",
    }
    found = {}
    for state, action in product(STATES, ACTIONS):
        way = move(state, action)
        if way is not None:
            found[state, action] = way.to
    assert found == allowed
    assert len(MOVES) == len(allowed)


@pytest.mark.parametrize(
    ("state", "action"), list(product([one for one in STATES if one != "unrated"], ACTIONS))
)
def test_every_action_in_every_state_does_what_the_table_says(a_bank: None, state: str, action: str) -> None:
    """The right person for each action, in each state: a move where there is one, else a refusal."""
    Classification.objects.filter(pk=NUMBER).update(
        state=state, determined_by="BHA" if state in ("determined", "settled") else None
    )
    acts = {
        "rate": lambda: services.rate(
            actor=who("MA1"), loan=Loan.objects.get(pk="LA1-1"), level_code="06", reason=""
        ),
        "determine": lambda: determine("BHA"),
        "approve": lambda: approve("RDA"),
        "return": lambda: services.send_back(actor=who("RDA"), number=NUMBER, reason="incomplete"),
        "withdraw": lambda: services.withdraw(actor=who("MA1"), number=NUMBER, reason="mistaken"),
    }
    way = move(state, action)
    if action == "rate" and state in ("settled", "withdrawn"):  # begins another one
        assert acts[action]().number == "LA1-1.2"  # type: ignore[attr-defined]
    elif way is None:
        assert refusal(acts[action]) == "wrong_state"
        assert Classification.objects.get(pk=NUMBER).state == state
    else:
        acts[action]()
        assert Classification.objects.get(pk=NUMBER).state == way.to


@pytest.mark.parametrize(
    ("staff_id", "why"),
    [
        ("MA1", "same_person"),
        ("MA2", "level_too_low"),  # level 1
        ("BHB", "level_too_low"),  # a branch head elsewhere
        ("H-audit", "level_too_low"),  # a role without a level
        ("BHA", ""),
        ("RDA", ""),
        ("H-credit_department", ""),
    ],
)
def test_who_may_determine_a_small_farmer_s_class(a_bank: None, staff_id: str, why: str) -> None:
    if why:
        assert refusal(lambda: determine(staff_id)) == why
    else:
        assert determine(staff_id).state == "determined"


@pytest.mark.parametrize(
    ("kind", "band", "level", "floor", "determines", "approves", "too_low"),
    [
        ("farmer", "A2", "06", "06", "BHA", "BHA2", "MA2"),  # as the machine says: closes at the branch
        ("farmer", "A2", "07", "06", "BHA", "BHA2", "MA2"),  # worse than the machine's
        ("farmer", "A2", "05", None, "BHA", "RDA", "BHA2"),  # better: one level higher
        ("farmer", "A2", "10", "06", "BHA", "RDA", "BHA2"),  # a loss: one level higher
        ("farmer", "A3", "06", "06", "BHA", "RDA", "BHA2"),
        ("farmer", "A3", "10", "06", "BHA", "H-executive", "RDA"),
        ("corporate", "A1", "06", "06", "BHA", "RDA", "BHA2"),
        ("corporate", "A4", "06", "06", "RDA", "H-executive", "H-risk_department"),
        ("corporate", "A4", "05", None, "RDA", "H-risk_committee", "H-executive"),
        ("corporate", "A5", "06", "06", "RDA", "H-risk_committee", "H-executive"),
        ("farmer", None, "06", "06", "H-executive", "H-risk_committee", "RDA"),  # the band is not known
    ],
)
def test_who_approves_follows_from_customer_band_and_class(
    a_bank: None,
    kind: str,
    band: str | None,
    level: str,
    floor: str | None,
    determines: str,
    approves: str,
    too_low: str,
) -> None:
    bank.person("BHA2", "A", "branch_head")
    Customer.objects.filter(pk="CA1-1").update(kind=kind)
    Loan.objects.filter(pk="LA1-1").update(amount_band=band, class_floor=floor)
    determine(determines, level, "the papers say so")
    assert refusal(lambda: approve(too_low, level)) == "level_too_low"
    assert approve(approves, level).state == "settled"


@pytest.mark.parametrize(
    ("changes", "level", "reason", "why"),
    [
        ({}, "05", "paid", "beyond_floor"),
        ({"class_floor": None}, "05", "", "reason_missing"),
        ({"class_floor": None}, "05", "paid", ""),
        ({"class_floor": None}, "04", "paid", "more_than_one_step"),
        ({}, "06", "", ""),
        ({}, "07", " ", "reason_missing"),
        ({}, "07", "worse", ""),
        ({}, "10", "", "reason_missing"),
        ({}, "11", "so", "unknown_level"),
        ({"class_machine": None, "class_final": None, "class_floor": None}, "03", "so", "normal_unmeasured"),
        ({"class_machine": None, "class_final": None, "class_floor": None}, "04", "so", ""),
        ({"class_machine": "10", "class_final": "10", "class_floor": None}, "10", "", "reason_missing"),
    ],
)
def test_what_a_rating_may_not_do(
    a_bank: None, changes: dict[str, str], level: str, reason: str, why: str
) -> None:
    services.withdraw(actor=who("MA1"), number=NUMBER, reason="again")
    Loan.objects.filter(pk="LA1-1").update(**changes)
    loan = Loan.objects.get(pk="LA1-1")

    def act() -> Classification:
        return services.rate(actor=who("MA1"), loan=loan, level_code=level, reason=reason)

    if why:
        assert refusal(act) == why
    else:
        assert (act().state, act.__name__) == ("rated", "act")


def test_a_rating_is_for_the_loan_s_manager_and_their_deputy(a_bank: None) -> None:
    loan = Loan.objects.get(pk="LA1-2")

    def act(staff_id: str) -> Classification:
        return services.rate(actor=who(staff_id), loan=loan, level_code="02")

    assert refusal(lambda: act("MA2")) == "not_yours"
    assert refusal(lambda: act("BHA")) == "not_yours"
    today = clock.civil().date()
    Leave.objects.create(staff_id="MA1", deputy_id="MA2", starts_on=today, ends_on=today)
    assert act("MA2").rated_by == "MA2"


def test_authority_does_not_pass_to_a_deputy(a_bank: None) -> None:
    today = clock.civil().date()
    Leave.objects.create(staff_id="BHA", deputy_id="MA2", starts_on=today, ends_on=today)
    assert refusal(lambda: determine("MA2")) == "level_too_low"


def test_another_class_than_the_one_seen_is_not_approved(a_bank: None) -> None:
    determine("BHA", "07", "stock is gone")
    assert refusal(lambda: approve("RDA", "06")) == "changed"


def test_a_run_in_between_makes_the_approval_impossible(a_bank: None) -> None:
    determine("BHA")
    Loan.objects.filter(pk="LA1-1").update(class_floor="08", class_machine="08", class_final="08")
    assert refusal(lambda: approve("RDA")) == "machine_moved"
    services.send_back(actor=who("RDA"), number=NUMBER, reason="the floor rose")


def test_a_decision_flows_back_as_three_rows_and_only_when_in_force(a_bank: None) -> None:
    assert list(feedback.rows()) == []
    determine("BHA", "07", "stock is gone")
    assert list(feedback.rows()) == []
    approve("RDA", "07")
    today = clock.civil().date()
    common = {"loan_id": "LA1-1", "scheme_id": "cn10a", "known_on": today}
    assert list(feedback.rows()) == [
        {
            **common,
            "kind": "initial",
            "decided_on": date(2026, 7, 1),
            "level_code": "06",
            "five_level": "substandard",
            "decided_by": "MA1",
            "reason": None,
            "approved_by": None,
        },
        {
            **common,
            "kind": "determination",
            "decided_on": today,
            "level_code": "07",
            "five_level": "substandard",
            "decided_by": "BHA",
            "reason": "stock is gone",
            "approved_by": None,
        },
        {
            **common,
            "kind": "approval",
            "decided_on": today,
            "level_code": "07",
            "five_level": "substandard",
            "decided_by": "BHA",
            "reason": None,
            "approved_by": "RDA",
        },
    ]


def test_a_loan_is_decided_once_a_day(a_bank: None) -> None:
    determine("BHA")
    approve("RDA")
    loan = Loan.objects.get(pk="LA1-1")
    act = lambda: services.rate(actor=who("MA1"), loan=loan, level_code="06")  # noqa: E731
    assert refusal(act) == "decided_today"
    Classification.objects.update(moved_at=clock.civil() - timedelta(days=1))
    assert act().number == "LA1-1.2"


def test_every_service_leaves_one_audit_event(a_bank: None) -> None:
    def added(act: Callable[[], object]) -> tuple[str, str, str]:
        before = AuditEvent.objects.count()
        act()
        assert AuditEvent.objects.count() == before + 1
        event = AuditEvent.objects.latest("seq")
        return event.action, event.actor, event.object_id

    loan = Loan.objects.get(pk="LA1-1")
    back = lambda: services.send_back(actor=who("BHA"), number=NUMBER, reason="incomplete")  # noqa: E731
    again = lambda: services.rate(actor=who("MA1"), loan=loan, level_code="06")  # noqa: E731
    assert added(back) == ("class_return", "BHA", "LA1-1")
    assert added(again) == ("class_rate", "MA1", "LA1-1")
    assert added(lambda: determine("BHA")) == ("class_determine", "BHA", "LA1-1")
    assert added(lambda: approve("RDA")) == ("class_approve", "RDA", "LA1-1")
    Classification.objects.filter(pk="LB1-1.1").update(rated_by="MB1")
    assert (
        added(lambda: services.withdraw(actor=who("MB1"), number="LB1-1.1", reason="mistaken"))[0]
        == "class_withdraw"
    )
    count = AuditEvent.objects.count()
    assert refusal(lambda: determine("BHA")) == "wrong_state"
    assert AuditEvent.objects.count() == count, "what is refused leaves nothing behind"


@pytest.mark.parametrize(
    ("changes", "differs", "due"),
    [
        # Level 02 is reviewed every 90 days; for a run of 2026-06-30 a decision of 2026-04-01 is due.
        ({"class_decided": None, "decided_on": None}, False, True),
        ({"class_decided": "02", "decided_on": date(2026, 4, 1)}, False, True),
        ({"class_decided": "02", "decided_on": date(2026, 4, 2)}, False, False),
        ({"class_decided": "03", "decided_on": date(2026, 6, 29)}, True, False),
        ({"class_decided": "02", "decided_on": date(2026, 6, 29), "class_machine": None}, True, False),
    ],
)
def test_what_waits_for_a_rating(a_bank: None, changes: dict[str, object], differs: bool, due: bool) -> None:
    Loan.objects.filter(pk="LA1-2").update(**changes)
    bank_tallies.work_out()

    def waits(why: str) -> bool:
        return selectors.to_rate(who("MA1"), why).filter(pk="LA1-2").exists()

    assert (waits("differs"), waits("due"), waits("")) == (differs, due, differs or due)


def test_what_is_under_way_is_not_to_be_rated_again(a_bank: None) -> None:
    assert {one.pk for one in selectors.to_rate(who("MA1"))} == {"LA1-2"}


def test_the_migration_matrix_counts_the_loans_behind_it(a_bank: None) -> None:
    run = current()
    assert run is not None
    policy = policy_of(run.policy_version, run.as_of)
    bank_tallies.work_out()
    held = who("BHA")  # four loans: 03 to 06 twice, 03 to 02 twice
    five = selectors.migration(held, policy, "five", "cn10a")
    assert (five.worse, five.better, five.same) == (2, 0, 2)
    ten = selectors.migration(held, policy, "level", "cn10a")
    assert (ten.worse, ten.better, ten.same) == (2, 2, 0)
    cell = ten.rows[2][1][5]
    assert cell is not None
    assert (cell.before, cell.after, cell.loans, cell.balance) == ("03", "06", 2, 24_691_356)
    loans = selectors.moved(held, policy, "level", "cn10a", "03", "06")
    assert sorted(one.pk for one in loans) == ["LA1-1", "LA2-1"]
    loans = selectors.moved(held, policy, "five", "", "normal", "normal")
    assert sorted(one.pk for one in loans) == ["LA1-2", "LA2-2"]


def test_the_page_of_a_loan_says_why_and_offers_what_may_be_done(sign_in: SignIn) -> None:
    told = sign_in("BHA").get("/desk/loans/LA1-1/").content.decode()
    assert "days past due: more than" in told
    assert 'name="level_code"' in told
    assert "Approve</button>" not in told
    mine = sign_in("MA1").get("/desk/loans/LA1-1/").content.decode()
    assert "The next step is for somebody else" not in mine
    assert "Determine</button>" not in mine


@pytest.mark.parametrize("tab", ["rate", "rated", "determined", "returned", "settled"])
def test_the_desk_asks_the_database_a_bounded_number_of_times(
    sign_in: SignIn, django_assert_max_num_queries: Callable[..., object], tab: str
) -> None:
    client = sign_in("BHA")
    client.get("/desk/")
    with django_assert_max_num_queries(17):  # type: ignore[attr-defined]
        assert client.get(f"/desk/?tab={tab}").status_code == 200


def test_steps_keep_every_word(a_bank: None) -> None:
    determine("BHA", "07", "stock is gone")
    assert list(Step.objects.filter(classification_id=NUMBER).values_list("action", "by", "reason")) == [
        ("rate", "MA1", ""),
        ("determine", "BHA", "stock is gone"),
    ]
