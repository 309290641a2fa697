"""The impact of a draft: how far it is, that it can be stopped, and what a page says of its end."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.policies import impact
from postloan.console.policies.models import Draft, Impact
from postloan.errors import PostloanError

SignIn = Callable[[str], Client]
NO_DAY = {"error": {"code": "x", "message": "No day.", "where": "S", "mend": "Run it."}}
PAGE = "/policies/drafts/small_v3/"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def asked() -> Impact:
    scope = scope_of(Staff.objects.get(pk="H-legal"))
    return impact.ask(scope=scope, draft_id="small_v3")


def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    """Let a script stand for the command, and be looked at twenty times a second."""
    script = tmp_path / "command"
    script.write_text(f"#!/bin/sh\n{lines}\n")
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setattr(impact.sys, "executable", str(script))
    monkeypatch.setattr(impact, "_TICK", 0.05)


def test_the_stage_at_work_is_kept_and_shown(
    sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, made, seen = sign_in("H-legal"), asked(), []
    command(
        tmp_path, monkeypatch, "echo day 1 1 2026-06-30 >&2; echo stage 3 7 signals >&2; sleep 0.3; echo '{}'"
    )
    say = impact._say

    def looked(one: Impact, said: Any) -> None:
        say(one, said)
        seen.append(text(client.get(f"{PAGE}impact/")))

    monkeypatch.setattr(impact, "_say", looked)
    impact.compute.func(made.pk)
    made.refresh_from_db()
    assert made.state == "done"
    assert (made.number, made.of, made.progress) == (3, 7, "signals")
    at_work = next(one for one in seen if "3/7 signals" in one)
    assert '<progress max="7" value="3"' in at_work
    assert 'value="cancel_impact"' in at_work
    assert "hx-trigger" in at_work


def test_whoever_may_ask_for_it_may_stop_it_and_the_command_ends(
    sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, made = sign_in("H-legal"), asked()
    command(tmp_path, monkeypatch, "exec sleep 60")
    say = impact._say

    def stopped(one: Impact, said: Any) -> None:
        client.post(f"{PAGE}step/", {"action": "cancel_impact"})
        say(one, said)

    monkeypatch.setattr(impact, "_say", stopped)
    began = clock.civil()
    impact.compute.func(made.pk)
    assert (clock.civil() - began).total_seconds() < 20
    made.refresh_from_db()
    assert (made.state, made.ended_by_id, made.told) == ("cancelled", "H-legal", None)
    event = AuditEvent.objects.latest("seq")
    assert (event.action, event.actor, event.before) == ("cancel_impact", "H-legal", {"state": "running"})
    page = text(client.get(f"{PAGE}impact/"))
    assert "员工 H-legal stopped the computation" in page
    assert "hx-trigger" not in page
    assert asked().state == "waiting", "another one can be asked for"


def test_one_that_waits_is_stopped_before_its_turn(a_bank: None) -> None:
    made = asked()
    scope = scope_of(Staff.objects.get(pk="H-policy_author"))
    impact.cancel(scope=scope, draft_id="small_v3")
    impact.compute.func(made.pk)
    made.refresh_from_db()
    assert (made.state, made.started_at) == ("cancelled", None)
    with pytest.raises(PostloanError) as refused:
        impact.cancel(scope=scope, draft_id="small_v3")
    assert refused.value.code == "no_impact_at_work"


@pytest.mark.parametrize("who", ["BHA", "MA1", "H-audit", "H-operator"])
def test_others_cannot_stop_it(sign_in: SignIn, who: str) -> None:
    made = asked()
    assert sign_in(who).post(f"{PAGE}step/", {"action": "cancel_impact"}).status_code == 404
    made.refresh_from_db()
    assert made.state == "waiting"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            f"echo '{json.dumps(NO_DAY)}'",
            "No day.",
        ),
        ("echo stage 2 7 facts >&2; echo out of memory >&2; exit 137", "out of memory"),
        ("echo stage 2 7 facts >&2; exit 137", "The command ended without an answer."),
    ],
)
def test_a_failure_says_what_happened(
    sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, told: str
) -> None:
    made = asked()
    command(tmp_path, monkeypatch, lines)
    impact.compute.func(made.pk)
    page = text(sign_in("H-legal").get(f"{PAGE}impact/"))
    assert "The impact could not be computed." in page
    assert told in page
    assert "Compute it again" in page


def test_one_at_work_on_an_older_content_is_shown_and_can_be_stopped(sign_in: SignIn) -> None:
    made = asked()
    Impact.objects.filter(pk=made.pk).update(content="0" * 64, state="running", started_at=clock.civil())
    assert Draft.objects.get(pk="small_v3").content != "0" * 64
    assert 'value="cancel_impact"' in text(sign_in("H-legal").get(PAGE))
