"""A page a signal, in English and Chinese, made from a pack and the facts for those who work with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from postloan.book.schema import TABLES
from postloan.facts import FACTS
from postloan.facts.registry import Fact
from postloan.policy import signal_row
from postloan.policy.entries import Signal
from postloan.policy.pack import Policy
from postloan.signals.page_words import COLOURS, FAMILIES, SUBJECTS, UNITS, WORDS

_EN, _ZH = 0, 1


def write(policy: Policy, folder: Path) -> list[Path]:
    """Write `index.md` and a page a signal into a folder; give the files. Pages of other signals are removed.

    Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = pages(policy)
    for old in folder.glob("*.md"):
        if re.fullmatch(r"[A-Z]+\d+", old.stem) and old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def pages(policy: Policy) -> dict[str, str]:
    """Give the text of each page by the name of its file: `index.md`, and `<code>.md` a signal."""
    found = {"index.md": _index(policy)}
    for signal in policy.signals:
        found[f"{signal.code}.md"] = "\n".join(_page(signal, _families(policy))).rstrip() + "\n"
    return found


def _families(policy: Policy) -> dict[str, tuple[str, str]]:
    """Give the names of families in their order: those of pack.yaml, else the usual ones; then all others."""
    own: Mapping[str, Mapping[str, str]] = policy.pack.settings.get("families") or {}
    named = {code: (_told(names, _EN), _told(names, _ZH)) for code, names in own.items()} or dict(FAMILIES)
    others = [str(code) for code in policy.precedence] + sorted({one.family for one in policy.signals})
    return named | {code: (code, code) for code in others if code not in named}


def _index(policy: Policy) -> str:
    signals = policy.signals
    computed = sum(not one.waits_for for one in signals)
    on = sum(one.enabled for one in signals)
    english = (
        f"{len(signals)} signals of the pack `{policy.id}`: {computed} are computed from the book's tables, "
        f"the others name the feed that they wait for; {on} are switched on."
    )
    chinese = (
        f"策略包 `{policy.id}` 共 {len(signals)} 个信号：{computed} 个由账簿各表计算，"
        f"其余列明所等待的数据；{on} 个启用。"
    )
    made = f"Made from the pack and the facts: `postloan policy signals {policy.id} --pages FOLDER`."
    lines = ["# Signals · 预警信号", "", english, "", chinese, "", made]
    for family, names in _families(policy).items():
        own = [one for one in signals if one.family == family]
        if own:
            lines += ["", f"## {names[_EN]} · {names[_ZH]}", "", "| code | signal | 信号 | colours | |"]
            lines.append("|---|---|---|---|---|")
            lines += [_row(one) for one in own]
    lines += ["", "```{toctree}", ":hidden:", "", *(one.code for one in signals), "```", ""]
    return "\n".join(lines)


def _row(one: Signal) -> str:
    colours = ", ".join(grade.colour for grade in one.grades)
    state = "waits for a feed · 待数据" if one.waits_for else "on · 启用" if one.enabled else "off · 停用"
    return f"| [{one.code}]({one.code}.md) | {_name(one, _EN)} | {_name(one, _ZH)} | {colours} | {state} |"


def _name(one: Signal, place: int) -> str:
    return _told(one.name, place) or one.code


def _told(texts: Mapping[str, str], place: int) -> str:
    return texts.get(("en", "zh")[place]) or next(iter(texts.values()), "")


def _page(one: Signal, families: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    yield f"# {one.code} · {_name(one, _EN)} · {_name(one, _ZH)}"
    for place, language in ((_EN, "English"), (_ZH, "中文")):
        yield from ("", f"## {language}", "", f"### {WORDS['means'][place]}", "", _told(one.meaning, place))
        yield from ("", f"### {WORDS['computed'][place]}", "")
        yield from _computed(one, place)
        yield from ("", f"### {WORDS['wrong'][place]}", "")
        yield _sentence(_told(one.caveat, place), place) or WORDS["no_caveat"][place]
        yield from ("", f"### {WORDS['do'][place]}", "", _told(one.action, place), "")
        yield from _about(one, place, families)


def _sentence(text: str, place: int) -> str:
    text = text.strip()
    if not text or text[-1] in ".。!！?？":
        return text
    return text + (".", "。")[place]


def _computed(one: Signal, place: int) -> Iterator[str]:
    if one.waits_for:
        yield WORDS["waits"][place].format(", ".join(f"`{name}`" for name in one.waits_for))
        return
    test = WORDS["test"][place].format(fact=f"`{one.fact}`")
    yield from (f"| {WORDS['grade'][place]} | {test} |", "|---|---|")
    for grade in one.grades:
        yield f"| {COLOURS[grade.colour][place]} | {_cell(grade.text)} |"
    if one.when_text:
        yield from ("", WORDS["guard"][place].format(one.when_text))
    yield from ("", WORDS["facts"][place], "")
    for name in sorted(one.inputs(), key=lambda name: (name != one.fact, name)):
        yield from _fact(FACTS[name], place)
    yield from ("", _limits(one, place))
    if one.peer is not None and signal_row.peer_fact(one, FACTS):
        yield from ("", _peer(one, place))
    if one.suppress_days:
        yield from ("", WORDS["suppress"][place].format(one.suppress_days))


def _cell(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _fact(fact: Fact, place: int) -> Iterator[str]:
    doc = (fact.doc, fact.zh or fact.doc)[place]
    unit = UNITS.get(fact.unit, (fact.unit, fact.unit))[place]
    sources = [source for source in fact.sources if "*" not in source]
    read = WORDS["sources"][place].format(("、" if place else ", ").join(f"`{name}`" for name in sources))
    yield f"- `{fact.name}` ({WORDS['unit'][place].format(unit)}): {_sentence(doc, place)}" + (
        f" {read}" if sources else ""
    )


def _limits(one: Signal, place: int) -> str:
    if not one.needs:
        return WORDS["unknown"][place]
    joint = ("、" if place else ", ").join(_table(name, place) for name in one.needs)
    return WORDS["needs"][place].format(joint)


def _table(name: str, place: int) -> str:
    zh = TABLES[name].zh if name in TABLES else ""
    return f"`{name}`（{zh}）" if place and zh else f"`{name}`"


def _peer(one: Signal, place: int) -> str:
    assert one.peer is not None
    percent = f"{one.peer.quantile * 100:f}".rstrip("0").rstrip(".")
    side = (f"{percent}th percentile", f"第{percent}百分位数")[place]
    limit = f"{one.peer.limit * 100:f}".rstrip("0").rstrip(".")
    return WORDS["peer"][place].format(side=side, limit=limit)


def _about(one: Signal, place: int, families: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    family = families[one.family][place]
    subject = SUBJECTS.get(one.subject, (one.subject, one.subject))[place]
    state = WORDS["on" if one.enabled else "off"][place]
    rows: Sequence[tuple[str, str]] = (
        ("about", family),
        ("subject", subject),
        ("state", state),
        ("effort", str(one.effort_minutes)),
        ("source", one.reference),
        ("status", one.status),
        ("owner", one.owner),
        ("reviewed", one.reviewed_on.isoformat() if one.reviewed_on else ""),
    )
    first, *rest = rows
    yield f"| {WORDS[first[0]][place]} | {first[1]} |"
    yield "|---|---|"
    for key, value in rest:
        yield f"| {WORDS[key][place]} | {value} |"
