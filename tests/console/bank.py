"""A small bank in the database: two branches of two outlets, one person a role, customers with loans.

H is the head office; A and B are branches; A1, A2, B1 and B2 their outlets. Each outlet has a customer
manager (MA1, …) and two customers (CA1-1, CA1-2, …); the first of each is red, its loan 95 days past due.
"""

from __future__ import annotations

from datetime import date, datetime

from postloan.console.people.models import Institution, Staff, StaffRole
from postloan.console.policies import folders, reading
from postloan.console.policies.models import Draft, Question
from postloan.console.publishing.models import (
    RANKS,
    REVIEW_DUE,
    Coverage,
    Customer,
    LegalClock,
    Loan,
    Measure,
    Publication,
    Signal,
)
from postloan.console.publishing.models import Warning as Alert
from postloan.console.warnings.models import SavedFilter
from tests.console import bank_desk, bank_house, bank_work, small_policy

DAY = date(2026, 6, 30)
DRAFTS_FROM = date(2099, 6, 1)
"""From when its drafts are to hold: never in any test's past."""

PASSWORD = "correct horse battery"  # of every invented person here
OUTLETS = ("A1", "A2", "B1", "B2")
AT_HEAD_OFFICE = (
    "credit_department",
    "risk_department",
    "audit",
    "asset_preservation",
    "legal",
    "finance",
    "compliance",
    "trade_finance",
    "human_resources",
    "executive",
    "risk_committee",
    "valuer",
    "policy_author",
    "policy_approver",
    "operator",
)


def build() -> None:
    """Fill the database."""
    Institution.objects.create(institution_id="H", name="总行", kind="head_office", path="/H/")
    for branch in "AB":
        Institution.objects.create(
            institution_id=branch, name=f"支行 {branch}", parent_id="H", kind="branch", path=f"/H/{branch}/"
        )
    for outlet in OUTLETS:
        Institution.objects.create(
            institution_id=outlet,
            name=f"网点 {outlet}",
            parent_id=outlet[0],
            kind="outlet",
            path=f"/H/{outlet[0]}/{outlet}/",
        )
    for role in AT_HEAD_OFFICE:
        person(f"H-{role}", "H", role)
    for branch in "AB":
        person(f"BH{branch}", branch, "branch_head")
        person(f"RD{branch}", branch, "risk_department")
    for outlet in OUTLETS:
        person(f"M{outlet}", outlet, "customer_manager")
        for number in (1, 2):
            _customer(outlet, number, bad=number == 1)
    # Each of two managers keeps a filter, so that neither may drop the other's.
    for key, outlet in ((9001, "A1"), (9002, "B1")):
        SavedFilter.objects.create(pk=key, staff_id=f"M{outlet}", name="red", query="colour=red")
    Coverage.objects.create(
        code="REP04", subjects=8, fired=4, suppressed=0, clear=4, not_measurable=0, missing=[]
    )
    _policies()
    Publication.objects.create(
        run_id="2026-06-30-1",
        as_of=DAY,
        policy_version="cn_rural-0123456789ab",
        result_hash="0" * 64,
        published_at=datetime(2026, 7, 1, 6, 0),  # noqa: DTZ001 - the bank's civil time
        counts={},
    )
    bank_desk.build()
    bank_house.build()
    bank_work.build()


def more(count: int) -> None:
    """Add customers to outlet A1, each red with a loan past due."""
    for number in range(3, 3 + count):
        _customer("A1", number, bad=True)


def person(staff_id: str, institution_id: str, *roles: str) -> Staff:
    """Make a member of staff who holds these roles at an institution; nobody has a password to speak of."""
    made = Staff(staff_id=staff_id, name=f"员工 {staff_id}", institution_id=institution_id)
    made.set_unusable_password()
    made.save()
    for role in roles:
        StaffRole.objects.create(staff=made, role=role, institution_id=institution_id)
    return made


def _customer(outlet: str, number: int, *, bad: bool) -> None:
    name, manager = f"C{outlet}-{number}", f"M{outlet}"
    owner = {"institution_id": outlet, "manager_id": manager}
    Customer.objects.create(
        customer_id=name,
        name=f"客户 {name}",
        kind="farmer",
        exposure=12_345_678,
        overdue=1_000_000 if bad else 0,
        worst_dpd=95 if bad else 0,
        open_loans=1,
        colour="red" if bad else None,
        colour_rank=RANKS["red"] if bad else 0,
        **owner,
    )
    Loan.objects.create(
        loan_id=f"L{outlet}-{number}",
        customer_id=name,
        contract_id=f"K{outlet}-{number}",
        contract_type="farmer_business",
        guarantee_mode="guarantor",
        exposure_kind="loan",
        currency="CNY",
        amount=15_000_000,
        balance=12_345_678,
        overdue_amount=1_000_000 if bad else 0,
        days_past_due=95 if bad else 0,
        disbursed_on=date(2025, 3, 1),
        matures_on=date(2027, 3, 1),
        scheme_id="cn10a",
        class_previous="03",
        class_matrix="05" if bad else "02",
        class_floor="06" if bad else None,
        class_machine="06" if bad else "02",
        class_final="06" if bad else "02",
        five_level="substandard" if bad else "normal",
        amount_band="A2",
        on_off="on",
        suit_status="none",
        floor_rule_ids=["F01"] if bad else [],
        missing=[],
        rate_rank=REVIEW_DUE,
        class_moved=True,
        **owner,
    )
    if not bad:
        return
    Alert.objects.create(
        episode_id=f"customer:{name}:2026-06-01",
        subject_kind="customer",
        subject_id=name,
        customer_id=name,
        customer_name=f"客户 {name}",
        customer_kind="farmer",
        exposure=12_345_678,
        colour="red",
        colour_rank=RANKS["red"],
        score=400,
        opened_on=date(2026, 6, 1),
        colour_since=date(2026, 6, 1),
        reasons=[
            {
                "code": "REP04",
                "severity": "red",
                "subject": f"loan:L{outlet}-{number}",
                "value": "95",
                "threshold": "90",
            }
        ],
        new_kinds=[],
        rule_id="red",
        owner_role="customer_manager",
        owner_id=manager,
        **owner,
    )
    Signal.objects.create(
        signal_id=f"loan:L{outlet}-{number}:REP04",
        subject_kind="loan",
        subject_id=f"L{outlet}-{number}",
        code="REP04",
        customer_id=name,
        state="fired",
        severity="red",
        value="95",
        threshold_fixed="90",
        threshold_applied="90",
        opened_on=date(2026, 6, 1),
        evidence={"loan.dpd_days": 95},
    )
    Measure.objects.create(
        measure_id=f"M21:loan:L{outlet}-{number}:2026-06-01",
        measure_code="M21",
        level="loan",
        loan_id=f"L{outlet}-{number}",
        customer_id=name,
        customer_name=f"客户 {name}",
        nature="duty",
        owner_role="customer_manager",
        owner_id=manager,
        opened_on=date(2026, 6, 1),
        due_on=date(2026, 7, 3),
        blocks=[],
        rule_ids=["M21.1"],
        because={},
        **owner,
    )
    LegalClock.objects.create(
        clock_id=f"limitation:L{outlet}-{number}",
        kind="limitation",
        loan_id=f"L{outlet}-{number}",
        customer_id=name,
        starts_on=date(2026, 4, 1),
        ends_on=date(2029, 4, 1),
        state="running",
        evidence={},
        **owner,
    )


def _policies() -> None:
    """Make a small pack with three drafts: small_v1 is in force, v2 begun, v3 before the branches."""
    home = reading.home()
    small_policy.write(home / "small")
    for name, state in (("small_v1", "effective"), ("small_v2", "draft"), ("small_v3", "consultation")):
        folders.create(home / name, "small" if state == "effective" else home / "small_v1", f"草案 {name}")
        entry = {
            "name": "position_max_age",
            "value": 30,
            "unit": "days",
            "overrides": "决议",
            "effective_from": DRAFTS_FROM,
        }
        folders.put_entry(home / name, "parameter", entry)
        draft = Draft.objects.create(
            draft_id=name,
            title=f"草案 {name}",
            reason="决议",
            reference="决议 2026/3",
            base="small" if state == "effective" else "small_v1",
            base_content="",
            effective_from=DRAFTS_FROM,
            state=state,
            content=folders.content_hash(home / name),
            author_id="H-policy_author",
            made_at=datetime(2026, 7, 1, 9, 0),  # noqa: DTZ001 - the bank's civil time
            comments_until=DRAFTS_FROM,
            promulgated_at=datetime(2026, 7, 2, 9, 0) if state == "effective" else None,  # noqa: DTZ001
        )
        Question.objects.create(draft=draft, text="从哪天起执行？", answers=["今天", "生效日"], right=1)
