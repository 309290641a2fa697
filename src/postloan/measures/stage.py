"""Measures due on one day (domain: measures.md, D1 and D2).

All rows of all tables that hold are taken together. For one measure and one loan or customer the earliest
deadline counts, with the rules of all; what a rule blocks is left out. A measure keeps its id from the first
day on which its rule held until it is completed or the rule stops holding.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from postloan.book.snapshot import Book
from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.measures import approvers, blocking, clocks, deadlines, hits, intervals, owners, rules
from postloan.measures.done import done_by, visits_by
from postloan.measures.inputs import measure_frame
from postloan.measures.rules import MeasureTables
from postloan.policy.pack import Policy
from postloan.results import MEASURE_DUE, Prior

MANAGER = "customer_manager"
"""The role that is the loan's own manager and is not looked for elsewhere."""


def decide(
    engine: Engine,
    facts: Mapping[str, Table],
    loan_state: Table,
    warning: Table,
    policy: Policy,
    prior: Prior | None,
    book: Book,
    as_of: date,
    first_run_on: date,
    signal: Table,
    clock: Table | None = None,
) -> dict[str, Table]:
    """Give `measure_due` in the contract's columns.

    Duties have a deadline, options none; a measure is never due before the day on which it opened, and a step
    that counts from colour or arrears is never put off while it lasts, nor is anything that is overdue; no
    deadline moves into the past.
    `because` is a JSON object: the facts that the deciding table tested, the day counted from, whether the
    calendar of the deadline is provisional, whether an earlier deadline was kept, and what rules block, as
    `blocking` tells it. Entrusted loans have no measures.

    Raises PolicyError `unknown_measure` where a table names a measure that the pack does not define, and
    what `rules.read` raises.
    """
    tables = rules.read(policy, as_of)
    kinds = _kinds(engine, policy, tables, as_of)
    loans = measure_frame(
        engine,
        facts,
        loan_state,
        warning,
        signal,
        policy,
        prior,
        book,
        as_of,
        first_run_on,
        tables.names() | clocks.names(policy),
    )
    inspections, modifiers = intervals.inspections(engine, policy, tables, loans)
    rows = hits.steps(engine, tables, loans, as_of).union(inspections)
    if clock is not None:
        rows = rows.union(clocks.hits(engine, facts, policy, loans, clock, as_of))
    rows = engine.materialise(_subjects(rows, kinds), "measure_hits")
    held = _opened(rows, kinds, prior, book, as_of)
    dated = deadlines.add(engine, policy, held, as_of)
    lead = v.literal(as_of + timedelta(days=int(policy.parameter("inspection_lead_days"))), "date")
    due, kept = _due(dated, as_of)
    dated = dated.mutate(due_on=due, deadline_kept=kept)
    dated = dated.filter(dated.kind.isin((hits.STEP, hits.OFFER)) | (due <= lead))
    dated = engine.materialise(_offered(dated, as_of), "measure_dated")
    blocks = tables.blocks(engine)
    asked = _rules(dated, _subjects(modifiers, kinds))
    merged = _merged(_one_inspection(dated), asked, blocks)
    merged = _hard_stops(merged, dated)
    stops = engine.materialise(blocking.stops(rows, blocks, kinds), "measure_stops")
    merged = blocking.unblocked(merged, stops)
    merged = blocking.told(merged, stops, dated)
    merged = approvers.with_approver(engine, merged, asked, loans, policy)
    merged = _owned(merged, facts, owners.holders(engine, policy, book, as_of))
    return {"measure_due": _columns(merged, book, policy, as_of)}


def _kinds(engine: Engine, policy: Policy, tables: MeasureTables, as_of: date) -> Table:
    """Give the measures of the pack as a look-up by code."""
    known = policy.measures
    unknown = sorted((tables.codes() | clocks.codes(policy, as_of)) - set(known))
    if unknown:
        raise PolicyError(
            "unknown_measure",
            f"Tables name measures that are not defined: {', '.join(unknown)}.",
            where=f"{policy.id}/measures.yaml, {as_of.isoformat()}",
            mend="Define them, or correct the tables.",
        )
    names = ("code", "nature", "level", "owner_role", "approver_role", "choice_group")
    rows = [{name: getattr(measure, name) or None for name in names} for measure in known.values()]
    return engine.from_rows(rows, [Field(name, "string") for name in names], "measure_kinds")


def _subjects(rows: Table, kinds: Table) -> Table:
    """Add what the measure is, and the loan or customer that it is about."""
    rows = rows.inner_join(kinds, rows.measure == kinds.code).drop("code")
    if "customer_id" not in rows.columns:
        return rows
    nature = v.when([(rows.kind == hits.OFFER, v.literal("option", "string"))], rows.nature)
    return rows.mutate(subject_id=blocking.subject(rows), nature=nature)


def _offered(dated: Table, as_of: date) -> Table:
    """Leave out options that were weighed and are not yet to be weighed again."""
    again = dated.base_on == dated["_done"]
    waits = (dated.nature == "option") & again & (dated.deadline > v.literal(as_of, "date"))
    return dated.filter(~waits.fill_null(False))


def _opened(rows: Table, kinds: Table, prior: Prior | None, book: Book, as_of: date) -> Table:
    """Leave out what was completed, and add the day on which each measure opened.

    A measure is completed by `measure_done` or a visit of its kind on or after `starts_on`. Of a choice group
    the first that is done completes the others (measures.md, D1).
    """
    if not book.has("measure_done") and not book.has("visit"):
        nothing = v.null("date")
        return _kept_open(rows.mutate(_done=nothing, _completed=nothing), prior, None, as_of)
    done, visits = done_by(book, as_of), visits_by(book, as_of)
    groups = kinds.select(_of="code", _group="choice_group")
    made = done.left_join(groups, done.measure_code == groups["_of"])
    made = made.mutate(_code=v.coalesce(made["_group"], made.measure_code))
    by_loan = made.select("_code", _subject="loan_id", _level=v.literal("loan", "string"), _on="done_on")
    by_customer = made.select(
        "_code", _subject="customer_id", _level=v.literal("customer", "string"), _on="done_on"
    )
    both = by_loan.union(by_customer)
    last = both.group_by(["_code", "_subject", "_level"]).aggregate(_done=both["_on"].max())
    choice = v.coalesce(rows.choice_group, rows.measure)
    rows = rows.left_join(
        last, [choice == last["_code"], rows.subject_id == last["_subject"], rows.level == last["_level"]]
    ).drop("_code", "_subject", "_level")
    seen = visits.group_by(_owner=visits.customer_id, _kind=visits.kind).aggregate(
        _seen=visits.visited_on.max()
    )
    rows = rows.left_join(seen, [rows.customer_id == seen["_owner"], rows.visit == seen["_kind"]])
    completed = v.greatest(rows["_done"], rows["_seen"])
    rows = rows.mutate(_completed=completed)
    rows = rows.filter((rows["_completed"] < rows.starts_on).fill_null(True))
    return _kept_open(rows, prior, done, as_of)


def _kept_open(rows: Table, prior: Prior | None, done: Table | None, as_of: date) -> Table:
    """Add opened_on, and told, the deadline of the last run: of what it listed and was not done since.

    Any other measure opens on the day.
    """
    day = v.literal(as_of, "date")
    if prior is None or "measure_due" not in prior.tables:
        rows = rows.mutate(opened_on=day, told=v.null("date"))
    else:
        before = prior.tables["measure_due"]
        if done is not None:
            before = before.anti_join(done, before.measure_id == done.measure_id)
        before = before.select(
            _code=before.measure_code,
            _level=before.level,
            _subject=v.when([(before.level == "customer", before.customer_id)], before.loan_id),
            _opened=before.opened_on,
            _due=before.due_on,
        )
        rows = rows.mutate(_last=v.greatest(rows.last_on, rows["_completed"]))
        rows = rows.left_join(
            before,
            [
                rows.measure == before["_code"],
                rows.subject_id == before["_subject"],
                rows.level == before["_level"],
            ],
        )
        unbroken = rows["_opened"].notnull() & (rows["_last"] <= rows["_opened"]).fill_null(True)
        rows = rows.mutate(
            opened_on=v.when([(unbroken, rows["_opened"])], day),
            told=v.when([(unbroken, rows["_due"])], v.null("date")),
        )
    # What has no day of its own counts from its last completion, else from its opening.
    base = v.coalesce(rows.base_on, rows["_done"], rows.opened_on)
    return rows.mutate(base_on=base)


def _due(dated: Table, as_of: date) -> tuple[Column, Column]:
    """Give when each duty is due, null for options and guards, and whether a deadline told earlier was kept.

    What is overdue stays so until it is done. Nobody is late for what was not asked yet: a deadline told is
    brought forward to the day at the most, as one that opens is due on the day at the earliest.
    """
    told, deadline, day = dated.told, dated.deadline, v.literal(as_of, "date")
    forward = v.greatest(deadline, v.least(told, day))
    kept = (told < deadline).fill_null(False) & (dated.holds | (told < day).fill_null(False))
    due = v.when([(kept, told), ((deadline < told).fill_null(False), forward)], deadline)
    due = v.greatest(due, dated.opened_on)
    return v.when([(dated.nature == "duty", due)], v.null("date")), kept


def _one_inspection(dated: Table) -> Table:
    """Keep one inspection on site a customer: that with the earliest deadline, then of the worst class."""
    order = [(dated.due_on, "asc"), (dated.measure, "desc"), (dated.loan_id, "asc"), (dated.rule_id, "asc")]
    group = v.when(
        [(dated.kind == "on_site", dated.customer_id)], v.concat(dated.loan_id, "|", dated.rule_id)
    )
    rows = dated.mutate(_nth=v.row_number(partition=[dated.kind, group], order=order))
    return rows.filter((rows.kind != "on_site") | (rows["_nth"] == 1)).drop("_nth")


def _rules(dated: Table, modifiers: Table) -> Table:
    """Give the rules behind each measure of each subject: _code, _subject, rule_id."""
    own = dated.select(_code="measure", _subject="subject_id", rule_id="rule_id")
    inspected = dated.filter(dated.kind != "step").select(
        _loan="loan_id", _code="measure", _subject="subject_id"
    )
    changed = inspected.inner_join(
        modifiers, [inspected["_loan"] == modifiers.loan_id, inspected["_code"] == modifiers.measure]
    )
    return own.union(changed.select("_code", "_subject", "rule_id")).distinct()


def _merged(dated: Table, rules: Table, blocks: Table) -> Table:
    """Give one row a measure and subject: the earliest deadline, all rules, and what they block."""
    order = [(dated.due_on, "asc"), (dated.rule_id, "asc"), (dated.loan_id, "asc")]
    rows = dated.mutate(_nth=v.row_number(partition=[dated.measure, dated.subject_id], order=order))
    rows = rows.filter(rows["_nth"] == 1).drop("_nth")
    listed = rules.group_by(["_code", "_subject"]).aggregate(rule_ids=v.json_list(v.json_text(rules.rule_id)))
    rows = rows.inner_join(listed, [rows.measure == listed["_code"], rows.subject_id == listed["_subject"]])
    rows = rows.drop("_code", "_subject")
    stops = rules.inner_join(blocks, rules.rule_id == blocks.rule_id)
    stops = stops.select("_code", "_subject", "blocked").distinct()
    stopped = stops.group_by(["_code", "_subject"]).aggregate(blocks=v.json_list(v.json_text(stops.blocked)))
    rows = rows.left_join(stopped, [rows.measure == stopped["_code"], rows.subject_id == stopped["_subject"]])
    return rows.drop("_code", "_subject")


def _hard_stops(merged: Table, dated: Table) -> Table:
    """Put the nearest hard stop of all rows that ask for a measure in place of that of the deciding row."""
    rows = dated.filter(dated.clock_id.notnull())
    order = [(rows.hard_stop_on, "asc"), (rows.clock_id, "asc"), (rows.rule_id, "asc"), (rows.loan_id, "asc")]
    rows = rows.mutate(_nth=v.row_number(partition=[rows.measure, rows.subject_id], order=order))
    first = rows.filter(rows["_nth"] == 1)
    first = first.select(_code="measure", _subject="subject_id", _stop_on="hard_stop_on", _clock="clock_id")
    merged = merged.left_join(
        first, [merged.measure == first["_code"], merged.subject_id == first["_subject"]]
    )
    merged = merged.mutate(hard_stop_on=merged["_stop_on"], clock_id=merged["_clock"])
    return merged.drop("_code", "_subject", "_stop_on", "_clock")


def _owned(merged: Table, facts: Mapping[str, Table], holders: Table) -> Table:
    """Add who answers: the loan's manager, or the holder of the role nearest to the loan's institution.

    A customer's measures go by the institution and manager of the largest open loan.
    """
    loan = facts["facts_loan"].select(_loan="id", _loan_at="institution_id", _loan_manager="manager_id")
    customer = facts["facts_customer"].select(_owner="id", _at="institution_id", _manager="manager_id")
    rows = merged.left_join(loan, merged.loan_id == loan["_loan"])
    rows = rows.left_join(customer, rows.customer_id == customer["_owner"])
    whole = rows.level == "customer"
    rows = rows.mutate(
        _place=v.when([(whole, rows["_at"])], rows["_loan_at"]),
        _by=v.when([(whole, rows["_manager"])], rows["_loan_manager"]),
    )
    rows = rows.left_join(
        holders, [rows["_place"] == holders.at_institution, rows.owner_role == holders.role]
    )
    return rows.mutate(owner_id=v.when([(rows.owner_role == MANAGER, rows["_by"])], rows.holder_id))


def _columns(rows: Table, book: Book, policy: Policy, as_of: date) -> Table:
    """Give the contract's columns in their order, without measures whose id was done already."""
    parts = (rows.measure, ":", rows.level, ":", rows.subject_id, ":", v.text(rows.opened_on))
    because = v.json_object(
        {
            "base_on": v.json_text(v.text(rows.base_on)),
            "blocked": rows.blocked,
            "calendar_provisional": v.text(rows.provisional),
            "deadline_kept": v.text(rows.deadline_kept),
            "facts": rows["facts"],
            "loan_id": v.json_text(rows.loan_id),
        }
    )
    values = {
        "as_of": v.literal(as_of, "date"),
        "measure_id": v.concat(*parts),
        "measure_code": rows.measure,
        "loan_id": v.when([(rows.level == "loan", rows.loan_id)], v.null("string")),
        "blocks": v.coalesce(rows["blocks"], v.literal("[]", "string")),
        "because": because,
        "policy_version": v.literal(policy.version, "string"),
    }
    table = rows.select(
        **{name: values[name] if name in values else rows[name] for name in MEASURE_DUE.columns}
    )
    if not book.has("measure_done"):
        return table
    done = done_by(book, as_of)
    return table.anti_join(done, table.measure_id == done.measure_id)
