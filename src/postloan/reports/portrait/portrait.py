"""The report on a book as a whole: section by section, each with what others have published beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from importlib import resources

from postloan.book.snapshot import Book
from postloan.engine import Engine
from postloan.policy.pack import Policy
from postloan.reports.document import Column, Document, Grid, Value
from postloan.reports.portrait import defaults, digits, flows, guarantees, rolls
from postloan.reports.portrait.arrears import Arrears
from postloan.reports.portrait.published import published
from postloan.reports.portrait.view import Section, View
from postloan.reports.portrait.words import WORDS
from postloan.reports.words import LANGUAGES, Words

MONTHS = 24
"""Full months that a portrait looks back on."""


def portrait(
    engine: Engine,
    book: Book,
    policy: Policy,
    lang: str,
    *,
    months: int = MONTHS,
    name: str = "",
    is_simulated: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Document:
    """Tell what a book looks like on its day: defaults, roll rates, seasons, digits, guarantees, balances.

    Sums are the engine's, over columns; only rates come back. What the book has no feed for is said to be
    not measurable. Of a simulated bank it is told at the end what is known to be unrealistic.
    """
    words, view = Words(lang, WORDS), View.of(engine, book, policy, months)
    found = list(_sections(view, words, progress))
    grids = [grid for section in found for grid in (*section.grids, *published().beside(section, words))]
    if is_simulated:
        grids.append(_unrealistic(words))
    return Document(
        "book",
        words("title", name, book.as_of) if name else words("title_bare", book.as_of),
        [*_answer(view, words), *(line for section in found for line in section.told)],
        grids,
        about={"date": book.as_of, "policy_version": policy.version},
        rows=_tidy(found, words),
    )


def _sections(view: View, words: Words, progress: Callable[[str], None] | None) -> Iterator[Section]:
    arrears, money, others = Arrears(view), flows.Flows(view), published()
    steps: tuple[tuple[str, Callable[[], Section]], ...] = (
        ("defaults", lambda: defaults.section(view, arrears, words)),
        ("rolls", lambda: rolls.section(view, arrears, words)),
        ("seasons", lambda: flows.seasons(view, money, words)),
        ("memory", lambda: flows.memory(view, money, words)),
        ("digits", lambda: digits.section(view, words, others)),
        ("guarantees", lambda: guarantees.section(view, words)),
    )
    for key, step in steps:
        if progress:
            progress(key)
        yield step()


def _answer(view: View, words: Words) -> Iterator[str]:
    loans = view.loans
    (row,) = view.rows(loans.aggregate(rows=loans.count(), first=loans.disbursed_on.min()))
    first: date | None = row["first"]
    yield words(
        "answer", f"{row['rows']:,}", first.isoformat() if first else "–", view.ends[0], view.ends[-1]
    )


def _unrealistic(words: Words) -> Grid:
    import yaml

    text = resources.files(__package__).joinpath("simulated.yaml").read_text(encoding="utf-8")
    place = LANGUAGES.index(words.lang)
    lines: list[list[Value]] = [[line[place]] for line in yaml.safe_load(text)["unrealistic"]]
    columns = [Column("unrealistic", words("s_unrealistic"))]
    return Grid("simulated", words("u_title"), columns, lines, says=[words("u_how")])


def _tidy(found: list[Section], words: Words) -> Grid:
    columns = [
        Column("section", words("section"), "code"),
        Column("figure", words("figure"), "code"),
        Column("value", words("value"), "ratio"),
    ]
    rows = [[one.key, name, value] for one in found for name, value in one.measured.items()]
    return Grid("measured", words("measured"), columns, rows)
