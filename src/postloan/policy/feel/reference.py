"""The reference of FEEL for authors: `docs/feel.md`, made from the code by trying every example.

`python -m postloan.policy.feel.reference` writes the page; a test keeps it in step.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from postloan.engine import Engine, Field, Table, open_engine
from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel import grammar, interpreter, parser, values
from postloan.policy.feel import reference_examples as examples
from postloan.policy.feel.builtins import FORMS, contexts, dates, lists, numbers, ranges, strings
from postloan.policy.names import column_name

FAMILIES = {
    "Numbers": numbers,
    "Texts": strings,
    "Dates, times, durations": dates,
    "Lists": lists,
    "Truth values and contexts": contexts,
    "Ranges": ranges,
}

_HEAD = """# FEEL, as policies may use it

This page is made from the code by `python -m postloan.policy.feel.reference`; a test keeps it in step. Each
result on it is what the engine answers, and each word on columns is what its compiler said.

FEEL is the expression language of the DMN standard. It stands in three places: **unary tests** in the cells
of a decision table and in the grades of a signal, **expressions** in the conclusions of a table and in the
logic of a DMN model, and **conditions**, which are expressions that are true or false.

Every expression is checked before any loan is looked at: its names, the kinds of its values, its functions.
What does not fit is refused with the cell named. Nothing is silently null.

The column *columns* tells whether an expression can run over a whole book at once, as tables, signals and
measures do; the rest is answered one loan at a time, in explanations and in DMN models. `yes` means that the
example compiles as it stands; an expression of constants alone is worked out beforehand, so it always does.

The examples are about one loan: {facts}. The business date is {today}.
"""

_KINDS = """## Kinds of values

| kind | what it is | in a DMN type |
|---|---|---|
| number | exact decimal of 34 digits; rounding is half to even | number |
| string | text | string |
| boolean | true or false | boolean |
| date | a day | date |
| time | a time of day, with or without an offset from UTC | time |
| datetime | a day with a time | date and time |
| days | a duration in days, hours, minutes and seconds | days and time duration |
| months | a duration in years and months | years and months duration |
| list, range, context, function | built from other kinds; the items of a list are of one kind | structures |

In logic there are three values: `true`, `false` and `null`. `null and false` is false, `null or true` is
true, everything else with null is null, and a condition that comes out null is not met. `null = null` is
true, `null` equals nothing else, and `<`, `>` and their like are null as soon as a side is.
"""


def page(engine: Engine) -> str:
    """Give the whole page; the engine is only asked what it can compile."""
    facts = ", ".join(f"`{name}` is {_said(name)}" for name in examples.FACTS)
    frame = _frame(engine)
    parts = [_HEAD.format(facts=facts, today=examples.AS_OF.isoformat()), _KINDS, _tests(frame)]
    parts += ["## Expressions\n"]
    for title, rows in examples.CONSTRUCTS.items():
        lines = [
            f"| {about} | {_code(text)} | {_result(text)} | {_columns(text, frame)} |" for about, text in rows
        ]
        parts.append(_table(f"### {title}", ("what", "example", "gives", "columns"), lines))
    parts += [_functions_head()]
    for title, module in FAMILIES.items():
        parts.append(_family(title, module.__name__, frame))
    parts += [_refused(), _limits()]
    return "\n".join(parts)


def _table(title: str, heads: Iterable[str], lines: Iterable[str]) -> str:
    names = list(heads)
    return "\n".join([title, "", f"| {' | '.join(names)} |", "|" + "---|" * len(names), *lines, ""])


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _said(name: str) -> str:
    return _code(values.written(_row()[name]))


@cache
def _row() -> dict[str, object]:
    return {name: values.normalise(value) for name, (_, value, _) in examples.FACTS.items()}


@cache
def _env() -> dict[str, str]:
    return {name: kind for name, (_, _, kind) in examples.FACTS.items()}


def _frame(engine: Engine) -> Table:
    fields = [Field(column_name(name), kind) for name, (kind, _, _) in examples.FACTS.items()]
    row = {column_name(name): value for name, (_, value, _) in examples.FACTS.items()}
    return engine.from_rows([row], fields, "reference")


def _result(text: str) -> str:
    node = feel.parse_expression(text)
    feel.check(node, _env(), text)
    return _code(values.written(feel.interpret(node, _row(), examples.AS_OF)))


def _columns(text: str, frame: Table) -> str:
    """Ask the compiler; an answer that is a list or context is one within a larger expression."""
    from postloan.policy.feel.compiling.core import Compiler

    try:
        Compiler(frame, examples.AS_OF, text).value(feel.parse_expression(text), {})
    except PolicyError:
        return "no"
    return "yes"


def _tests(frame: Table) -> str:
    lines = []
    for about, text, value in examples.TESTS:
        tests = feel.parse_unary(text)
        feel.check_unary(tests, "number", _env())
        met = feel.interpret_unary(tests, value, _row(), examples.AS_OF)
        said = "met" if met else "not met"
        try:
            feel.compile_unary(tests, frame[column_name("loan.days")], frame, examples.AS_OF)
            columns = "yes"
        except PolicyError:
            columns = "no"
        lines.append(f"| {about} | {_code(text)} | {_code(str(value or 'null'))} | {said} | {columns} |")
    return _table("## Unary tests", ("what", "cell", "value", "is", "columns"), lines)


def _functions_head() -> str:
    count = len(FORMS)
    return (
        f"## Built-in functions\n\nThere are {count}. Arguments are given in order, or all by name: "
        "`substring(string: loan.kind, start position: 2)`. A `?` marks one that may be left out, dots one "
        "that may be repeated; `T` is any kind, `O` any kind with an order, the same throughout the call. "
        "Where an argument is null the answer is null, but for parameters of any kind.\n"
    )


def _family(title: str, module: str, frame: Table) -> str:
    lines = []
    for name, forms in FORMS.items():
        for form, text in zip(forms, examples.FUNCTIONS[name], strict=True):
            if form.run.__module__ == module:
                about = (form.run.__doc__ or "").split("\n")[0].rstrip(".")
                signature = _code(form.signature)
                cells = (signature, about, _code(text), _result(text), _columns(text, frame))
                lines.append(f"| {' | '.join(cells)} |")
    return _table(f"### {title}", ("function", "what it does", "example", "gives", "columns"), sorted(lines))


def _refused() -> str:
    lines = [f"| {what} | {why} |" for what, why in examples.REFUSED]
    about = "What the standard would make null for every loan, or leaves open, is refused when it is read.\n"
    return _table(f"## What is refused\n\n{about}", ("what", "why"), lines)


def _limits() -> str:
    limits = {
        "characters of one cell": parser.MAX_LENGTH,
        "brackets open at once": parser.MAX_DEPTH,
        "expressions within each other": grammar.MAX_LEVEL,
        "operations one on the other, as in a long sum": parser.MAX_TREE,
        "items that the loops of one expression go through": interpreter.MAX_ROUNDS,
        "characters of a text that an expression makes": values.MAX_TEXT,
        "items of a list that an expression makes": values.MAX_ITEMS,
        "functions that call each other": interpreter.MAX_CALLS,
    }
    lines = [f"| {what} | {most:,} |" for what, most in limits.items()]
    about = "What goes beyond is refused with words (`feel_too_large`); nothing runs without end.\n"
    return _table(f"## Limits\n\n{about}", ("what", "at most"), lines)


def write(path: Path) -> None:
    """Write the page."""
    with open_engine("duckdb", threads=1) as engine:
        path.write_text(page(engine), encoding="utf-8")


if __name__ == "__main__":
    write(Path("docs/feel.md"))
