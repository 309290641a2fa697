"""What the last run published of the browser's book: signals, clocks, measures, further customers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from postloan import clock
from postloan.console.publishing.models import (
    RANKS,
    ClassChange,
    ColourChange,
    Coverage,
    Customer,
    LegalClock,
    Loan,
    Measure,
    Signal,
)
from postloan.console.publishing.models import Warning as Alert
from postloan.console.work.models import Task
from tests.console import bank, bank_tallies
from tests.console.browser.book import INDUSTRIES, MORE, OWN, REGIONS, industry, place, region

Row = dict[str, Any]


def publish() -> None:
    """Fill the published tables up: regions, further customers, signals, clocks and measures of CA1-1."""
    for name, *_ in MORE:
        bank._customer(place(name), int(name[-1]), bad=False)
    for one in Customer.objects.all():
        township, trade = region(one.pk), industry(one.pk)
        Customer.objects.filter(pk=one.pk).update(
            region_id=township,
            region=REGIONS[township],
            industry_id=trade,
            industry=INDUSTRIES[trade],
            since=date(2019, 4, 1),
        )
    for name, colour, balance, days in MORE:
        _more(name, colour, balance, days)
    _signals()
    _clocks()
    _measures()
    _late()
    Loan.objects.filter(floor_rule_ids=["F01"]).update(floor_rule_ids=["F05"])
    Coverage.objects.create(
        code="REP05", subjects=19, fired=4, suppressed=0, clear=15, not_measurable=0, missing=[]
    )
    Coverage.objects.create(
        code="ACC02", subjects=16, fired=3, suppressed=1, clear=2, not_measurable=10, missing=["entry"]
    )
    bank_tallies.work_out()


def _more(name: str, colour: str | None, balance: int, days: int) -> None:
    overdue = days * 10_000
    Customer.objects.filter(pk=name).update(
        exposure=balance,
        overdue=overdue,
        worst_dpd=days,
        colour=colour,
        colour_rank=RANKS.get(colour or "", 0),
    )
    level, five = ("04", "special_mention") if days else ("02", "normal")
    Loan.objects.filter(customer_id=name).update(
        balance=balance,
        overdue_amount=overdue,
        days_past_due=days,
        class_matrix=level,
        class_machine=level,
        class_final=level,
        five_level=five,
    )
    if colour is None:
        return
    outlet = place(name)
    code, value, threshold = ("REP04", str(days), "31") if days > 30 else ("ACC02", "0.610000", "0.7")
    subject = f"loan:L{name[1:]}" if days > 30 else f"customer:{name}"
    Alert.objects.create(
        episode_id=f"customer:{name}:2026-06-{10 + days % 15:02}",
        subject_kind="customer",
        subject_id=name,
        customer_id=name,
        customer_name=f"客户 {name}",
        customer_kind="farmer",
        exposure=balance,
        colour=colour,
        colour_rank=RANKS[colour],
        score=100 + days,
        opened_on=date(2026, 6, 10 + days % 15),
        colour_since=date(2026, 6, 10 + days % 15),
        reasons=[
            {"code": code, "severity": colour, "subject": subject, "value": value, "threshold": threshold}
        ],
        new_kinds=[],
        rule_id=colour,
        owner_role="customer_manager",
        owner_id=f"M{outlet}",
        institution_id=outlet,
        manager_id=f"M{outlet}",
    )


def _signals() -> None:
    Signal.objects.filter(pk="loan:LA1-1:REP04").delete()
    told = (
        ("loan", "LA1-1", "REP05", "red", "95", "61", date(2026, 5, 31)),
        ("loan", "LA1-1b", "REP04", "orange", "58", "31", date(2026, 6, 3)),
        ("customer", OWN, "ACC02", "orange", "0.447000", "0.5", date(2026, 6, 30)),
        ("customer", OWN, "PER04", "orange", "1", "1", date(2026, 4, 18)),
    )
    for kind, subject, code, severity, value, threshold, opened in told:
        Signal.objects.create(
            signal_id=f"{kind}:{subject}:{code}",
            subject_kind=kind,
            subject_id=subject,
            code=code,
            customer_id=OWN,
            state="fired",
            severity=severity,
            value=value,
            threshold_fixed=threshold,
            threshold_applied=threshold,
            opened_on=opened,
            evidence={},
        )
    Alert.objects.filter(customer_id=OWN).update(
        exposure=23_456_678,
        reasons=[
            {
                "code": code,
                "severity": severity,
                "subject": f"{kind}:{subject}",
                "value": value,
                "threshold": limit,
            }
            for kind, subject, code, severity, value, limit, _ in told
        ],
    )
    Customer.objects.filter(pk=OWN).update(exposure=23_456_678, overdue=2_704_000, open_loans=3)
    Loan.objects.filter(pk="LA1-1").update(overdue_amount=2_056_000)
    first = Loan.objects.get(pk="LA1-1")
    for name, exposure, balance, days in (
        ("LA1-1b", "loan", 6_111_100, 58),
        ("LA1-1c", "acceptance", 5_000_000, 0),
    ):
        first.pk, first.contract_id = name, f"K{name[1:]}"
        first.exposure_kind, first.on_off = exposure, "on" if exposure == "loan" else "off_ba"
        first.balance, first.amount, first.days_past_due = balance, balance, days
        first.overdue_amount = 648_000 if days else 0
        first.class_matrix = first.class_machine = first.class_final = first.class_previous = "04"
        first.class_floor, first.floor_rule_ids, first.five_level = "04", ["F01"], "special_mention"
        first.save(force_insert=True)
    for day, before, after in ((date(2026, 3, 31), "03", "04"), (date(2026, 6, 28), "04", "06")):
        ClassChange.objects.create(loan_id="LA1-1", as_of=day, before=before, after=after)
    for day, old, new in ((date(2026, 5, 6), "yellow", "orange"), (date(2026, 6, 1), "orange", "red")):
        ColourChange.objects.create(customer_id=OWN, as_of=day, before=old, after=new)


def _clocks() -> None:
    told: tuple[Row, ...] = (
        {"kind": "preservation", "starts_on": date(2026, 6, 22), "ends_on": date(2026, 7, 22)},
        {"kind": "guarantee_period", "starts_on": date(2026, 3, 27), "ends_on": date(2026, 9, 27)},
        {
            "kind": "debt_limitation",
            "starts_on": date(2026, 3, 28),
            "interrupted_on": date(2026, 5, 6),
            "ends_on": date(2029, 5, 6),
        },
        {"kind": "enforcement_application", "state": "not_measurable", "evidence": {"missing": ["judgment"]}},
    )
    LegalClock.objects.filter(customer_id=OWN).delete()
    for one in told:
        made: Row = {"state": "running", "evidence": {}, **one}
        LegalClock.objects.create(
            clock_id=f"{one['kind']}:LA1-1",
            loan_id="LA1-1",
            customer_id=OWN,
            institution_id="A1",
            manager_id="MA1",
            **made,
        )


def _measures() -> None:
    """Ask legal, asset preservation, finance and the manager for something; due in the next days.

    People's clocks are those of the day on which a test runs, so that work is neither long late nor far off.
    """
    today = clock.civil().date()
    told = (
        ("M39", "duty", "legal", "H-legal", "risk_committee", 4),
        ("M48", "duty", "asset_preservation", "H-asset_preservation", "risk_committee", 9),
        ("M50", "duty", "finance", "H-finance", "executive", 12),
        ("M57", "duty", "customer_manager", "MA1", "trade_finance", 2),
        ("M24", "duty", "customer_manager", "MA1", None, 0),
        ("M14", "option", "customer_manager", "MA1", "credit_department", None),
    )
    for code, nature, role, owner, approver, days in told:
        Measure.objects.create(
            measure_id=f"{code}:loan:LA1-1:2026-06-22",
            measure_code=code,
            level="loan",
            loan_id="LA1-1",
            customer_id=OWN,
            customer_name=f"客户 {OWN}",
            nature=nature,
            owner_role=role,
            owner_id=owner,
            approver_role=approver,
            opened_on=date(2026, 6, 22),
            due_on=None if days is None else today + timedelta(days=days),
            hard_stop_on=date(2026, 7, 22) if code == "M39" else None,
            blocks=[],
            rule_ids=[f"{code}.1"],
            because={},
            institution_id="A1",
            manager_id="MA1",
        )


def _late() -> None:
    """Let the task that the small bank has be due yesterday, and not in the summer of its run."""
    day = clock.civil().date() - timedelta(days=1)
    at = datetime.combine(day, time(17, 30))
    Task.objects.filter(measure_code="M21").update(
        due_on=day, due_at=at, clock_from=at - timedelta(days=2), half_at=at - timedelta(days=1)
    )
    Measure.objects.filter(measure_code="M21").update(due_on=day)
