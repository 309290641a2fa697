"""What rules block: the measure is left out, and what is left of the day's list says so, with the rule."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v


def subject(rows: Table) -> Column:
    """Give the customer of a measure of level customer, else the loan."""
    return v.when([(rows.level == "customer", rows.customer_id)], rows.loan_id)


def stops(rows: Table, blocks: Table, kinds: Table) -> Table:
    """Give what the rules that hold block, also once what they ask for is done.

    Columns: loan_id (of the rule), customer_id, blocked, rule_id, level, _stopped (the loan or customer).
    """
    pairs = rows.select("loan_id", "customer_id", "rule_id")
    pairs = pairs.inner_join(blocks, rows.rule_id == blocks.rule_id)
    pairs = pairs.select("loan_id", "customer_id", "rule_id", "blocked").distinct()
    pairs = pairs.inner_join(kinds.select("code", "level"), pairs.blocked == kinds.code)
    return pairs.mutate(_stopped=subject(pairs)).drop("code")


def unblocked(merged: Table, stopped: Table) -> Table:
    """Leave out what a rule blocks for the loan or its customer: a block wins over whatever asks."""
    return merged.anti_join(
        stopped, [merged.measure == stopped.blocked, merged.subject_id == stopped["_stopped"]]
    )


def told(merged: Table, stopped: Table, asked: Table) -> Table:
    """Add `blocked`, a JSON list of {asked, loan_id, measure, rule_id}: what is blocked and by which rule.

    A measure of a loan tells what the rules of that loan block, one of a customer what those of any of his
    loans do; loan_id is null where what is blocked is the customer's. `asked` is whether a rule wants the
    measure that day.
    """
    wants = asked.select(_code="measure", _who="subject_id").distinct()
    rows = stopped.left_join(wants, [stopped.blocked == wants["_code"], stopped["_stopped"] == wants["_who"]])
    entry = v.json_object(
        {
            "asked": v.text(rows["_who"].notnull()),
            "loan_id": v.json_text(v.when([(rows.level == "loan", rows.loan_id)], v.null("string"))),
            "measure": v.json_text(rows.blocked),
            "rule_id": v.json_text(rows.rule_id),
        }
    )
    rows = rows.select("loan_id", "customer_id", _entry=entry)
    theirs = rows.select("customer_id", "_entry").distinct()
    of_loan = rows.group_by(_loan=rows.loan_id).aggregate(_of_loan=v.json_list(rows["_entry"]))
    of_customer = theirs.group_by(_owner=theirs.customer_id).aggregate(
        _of_customer=v.json_list(theirs["_entry"])
    )
    merged = merged.left_join(of_loan, merged.loan_id == of_loan["_loan"])
    merged = merged.left_join(of_customer, merged.customer_id == of_customer["_owner"])
    found = v.when([(merged.level == "customer", merged["_of_customer"])], merged["_of_loan"])
    blocked = v.coalesce(found, v.literal("[]", "string"))
    return merged.mutate(blocked=blocked).drop("_loan", "_of_loan", "_owner", "_of_customer")
