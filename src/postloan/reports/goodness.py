"""How good the warnings were, as a risk committee reads it: the answer, the targets, and the evidence.

The figures are those of `run.evaluate`; docs/evaluation.md defines them.
"""

from __future__ import annotations

from collections.abc import Iterator

from postloan.policy.pack import Policy
from postloan.reports.document import Document
from postloan.reports.goodness_figures import Told, percent, target_name, whole_days
from postloan.reports.goodness_tables import Tables
from postloan.reports.goodness_words import WORDS
from postloan.reports.words import Words


def goodness(told: Told, policy: Policy | None, lang: str, *, short: bool = False) -> Document:
    """Give an evaluation as a document.

    Args:
        told: what `run.evaluate` gave.
        policy: the pack behind the runs, for names of signals; None where it is not at hand.
        lang: `en` or `zh`.
        short: only what fits a terminal: targets, colours, plain rules, signals, the highest scores.
    """
    words = Words(lang, WORDS)
    tables = Tables(told, policy, words, narrow=short)
    if short:
        grids = [
            tables.targets(),
            tables.colours(),
            tables.reached(),
            tables.baselines(),
            tables.signals(),
            tables.ranking(),
        ]
    else:
        grids = [
            tables.targets(),
            tables.colours(),
            tables.reached(),
            tables.ahead(),
            tables.baselines(),
            tables.weeks(),
            *tables.causes(),
            tables.signals(),
            tables.never_help(),
            *tables.segments(),
            tables.ranking(),
            tables.how(),
        ]
    answer = list(_Answer(told, tables, words).lines())
    return Document("evaluation", words("title", told["from"], told["to"]), answer, grids)


class _Answer:
    """Says what the committee asked, before any table."""

    def __init__(self, told: Told, tables: Tables, words: Words) -> None:
        self.told, self.tables, self.words = told, tables, words
        self.least = words(f"at_{told['min_colour']}")

    def lines(self) -> Iterator[str]:
        """Give what the committee asked first, and what it must know to believe it."""
        told, words, total = self.told, self.words, self.told["total"]
        if told["outcomes"]:
            key = "answer" if told["outcomes"] == told["outcome_customers"] else "answer_loans"
            yield words(
                key,
                f"{told['outcomes']:,}",
                f"{total['captured']:,}",
                self.least,
                percent(total["capture_count"]),
                self._within(total, "capture_count"),
                percent(total["capture_amount"]),
                f"{told['outcome_customers']:,}",
            )
        else:
            yield words("answer_none", told["from"], told["to"])
        yield self._right()
        lead, lead_30 = total["first_lead_median_days"], total["first_lead_dpd30_median_days"]
        if lead_30 is not None:
            key = "lead_answer_30" if lead_30 >= 0 else "lead_answer_late"
            yield words(key, whole_days(lead), whole_days(abs(lead_30)))
        elif lead is not None:
            yield words("lead_answer", whole_days(lead))
        yield from self._targets_answer()
        for row in told["baselines"]:
            if row["runs"] and told["outcomes"]:
                shares = (percent(row["capture_count"]), percent(row["precision"]))
                yield words("baseline_answer", words(row["baseline"]), *shares)
        yield from self._cautions()

    def _right(self) -> str:
        told, words, total = self.told, self.words, self.told["total"]
        if not total["alerts"]:
            return words("right_none", self.least)
        said = words(
            "right_answer",
            f"{total['alerts']:,}",
            f"{total['right']:,}",
            told["horizon_days"],
            percent(total["precision"]),
            self._within(total, "precision"),
        )
        lot = told["by_lot"]["precision"]
        if lot is None:
            return said
        return f"{said}{'' if words.lang == 'zh' else ' '}{words('lot_answer', percent(lot))}"

    def _targets_answer(self) -> Iterator[str]:
        rows, words = self.told["targets"], self.words
        if not rows:
            return
        met = sum(row["met"] is True for row in rows)
        missed = [target_name(row, words) for row in rows if row["met"] is False]
        key = "targets_missed" if missed else "targets_answer"
        said = words(key, met, len(rows), words("listed").join(missed))
        unmeasured = sum(row["met"] is None for row in rows)
        yield said + (words("targets_unmeasured", unmeasured) if unmeasured else "")

    def _cautions(self) -> Iterator[str]:
        told, words = self.told, self.words
        if told["unknown_customers"]:
            yield words("unknown_told", f"{told['unknown_customers']:,}")
        if told["too_soon"]:
            yield words("soon_told", f"{told['too_soon']:,}")
        if told["undecided"]:
            yield words("undecided_told", told["outcomes_until"], f"{told['undecided']:,}")
        if len(told["currencies"]) > 1:
            yield words("mixed_told", words("listed").join(told["currencies"]))

    def _within(self, row: Told, figure: str) -> str:
        return self.words("within", percent(row[f"{figure}_low"]), percent(row[f"{figure}_high"]))
