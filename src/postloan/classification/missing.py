"""Names of inputs that were not measurable and could have changed a loan's class."""

from __future__ import annotations

import json

from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v

_SUED = ("sued", "judged", "enforcement")


def named(engine: Engine, loans: Table) -> Table:
    """Give the names for each loan: subject_id, missing (a JSON list in byte order).

    Args:
        loans: the frame of classification with `_entrusted`, `matrix_row` and `unclassed`.
    """
    names = _conditions(loans)
    ordered = sorted(names)
    mask: Column = v.literal(0, "integer")
    zero = v.literal(0, "integer")
    for place, name in enumerate(ordered):
        mask = mask + names[name].fill_null(False).ifelse(v.literal(2**place, "integer"), zero)
    masks = engine.materialise(loans.select("subject_id", _mask=mask), "missing_masks")
    # The distinct combinations are few, so their JSON is written once and joined back.
    found = [int(row["_mask"]) for row in engine.rows(masks.select("_mask").distinct())]
    rows = [{"combination": value, "missing": _json(ordered, value)} for value in sorted(found)]
    texts = engine.from_rows(rows, [Field("combination", "integer"), Field("missing", "json")], "missing")
    joined = masks.inner_join(texts, masks["_mask"] == texts.combination)
    return joined.select("subject_id", "missing")


def _json(names: list[str], mask: int) -> str:
    return json.dumps([name for place, name in enumerate(names) if mask >> place & 1], separators=(",", ":"))


def _conditions(loans: Table) -> dict[str, Column]:
    """Give for each name whether a loan lacks it where it would have mattered."""
    own = ~loans["_entrusted"]
    best = own & loans.matrix_row.isin(("MX02", "MX03"))
    suit = loans["loan__suit_status"].isin(_SUED)
    credit = loans["loan__guarantee_mode"].fill_null("") == "credit"
    uncovered = loans["loan__cover_share"].isnull()
    firm = (loans["loan__is_retail"] == False).fill_null(True)  # noqa: E712
    bound = loans["loan__guarantee_mode"].isin(("guarantor", "joint_group")).fill_null(False)
    observed = (loans["loan__restructuring_state"] == "observed").fill_null(False)
    return {
        "customer.debt_service_cover": best & loans["customer__debt_service_cover"].isnull(),
        "customer.has_prior_orange_6m": best & loans["customer__has_prior_orange_6m"].isnull(),
        "customer.has_prior_yellow_12m": best & loans["customer__has_prior_yellow_12m"].isnull(),
        "customer.is_warning_confirmed": own
        & (loans["customer__colour"] == "orange")
        & loans["customer__is_warning_confirmed"].isnull(),
        "customer.rating_rank": best & loans["customer__rating_rank"].isnull(),
        "customer.bureau_other_class": best & firm & loans["customer__bureau_other_class"].isnull(),
        "customer.bureau_overdue90_share": best & firm & loans["customer__bureau_overdue90_share"].isnull(),
        "customer.circle_npl_count": best & bound & loans["customer__circle_npl_count"].isnull(),
        "customer.estate_value": best
        & loans["customer__is_dead"].fill_null(False)
        & loans["customer__estate_value"].isnull(),
        "customer.has_debt_evasion": best & loans["customer__has_debt_evasion"].isnull(),
        "customer.is_in_liquidation": best & firm & loans["customer__is_in_liquidation"].isnull(),
        "loan.debtor_npl_share": best & firm & (loans.unclassed.fill_null(0) > 0),
        "loan.guarantor_npl_count": best & bound & loans["loan__guarantor_npl_count"].isnull(),
        "loan.is_refinancing": best & loans["loan__is_refinancing"].isnull(),
        "loan.is_use_changed": best & loans["loan__is_use_changed"].isnull(),
        "loan.observation_ends_on": own & observed & loans["loan__observation_ends_on"].isnull(),
        "loan.observation_missed_count": own & observed & loans["loan__observation_missed_count"].isnull(),
        "loan.restructuring_state": best & loans["loan__restructuring_state"].isnull(),
        "loan.advance_days": own & (loans["loan__on_off"] != "on") & loans["loan__advance_days"].isnull(),
        "loan.cover_share": own & uncovered & (best | (suit & ~credit)),
        "loan.dpd_days": own & loans["loan__claim_days"].isnull(),
        "loan.ecl_share": own & (loans["loan__stage"] == 3) & loans["loan__ecl_share"].isnull(),
        "loan.is_entrusted": loans["_entrusted"],
        "loan.stage": own & loans["loan__stage"].isnull(),
    }
