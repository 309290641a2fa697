"""`policy test --firing`: how often each signal fires, as a table a family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import click

from postloan.cli.base import print_json
from postloan.cli.text import cut, faint, heading, pad, width
from postloan.cli.words import Words

_WORDS = {
    "en": {
        "title": "Firing rates of {0} on {1}",
        "store": "from the facts that the store keeps",
        "book": "from the book",
        "signal": "signal",
        "measured": "measured",
        "fired": "fired",
        "share": "share",
        "new": "new",
        "off": "off",
        "often": "fires on {0} % or more",
        "none": "not measured: {0}",
        "lacking": "no data",
        "colours": "Customers by colour",
        "as_it_is": "with the signals that are on",
        "all_on": "with every signal on",
        "combined": "{0} by combination alone",
        "legend": "new: customers who have no signal that is on; R O Y B: by severity; (off): switched off",
        "sum": "{0} signals: {1} fired, {2} were clear of all, {3} could not be measured; {4} fire too often",
    },
    "zh": {
        "title": "{0} 各信号在 {1} 的触发率",
        "store": "取自存储的指标",
        "book": "由账簿计算",
        "signal": "信号",
        "measured": "可计量",
        "fired": "触发",
        "share": "比例",
        "new": "新增客户",
        "off": "停用",
        "often": "触发率达 {0}% 以上",
        "none": "无法计量：{0}",
        "lacking": "缺数据",
        "colours": "各颜色客户数",
        "as_it_is": "仅启用的信号",
        "all_on": "全部信号启用",
        "combined": "其中仅因组合升级 {0} 户",
        "legend": "新增客户：目前没有任何启用信号的客户；R O Y B：按严重程度；（停用）：未启用",
        "sum": "信号 {0} 个：{1} 个触发，{2} 个全部未触发，{3} 个无法计量；{4} 个触发过多",
    },
}
_MARKS = (("red", "R"), ("orange", "O"), ("yellow", "Y"), ("blue", "B"))
_NAME = 34


def say_firing(
    pack: str,
    source: str,
    as_of: date | None,
    signals: Sequence[str],
    lang: str,
    threads: int | None,
    memory: str,
    *,
    as_json: bool,
) -> None:
    """Compute the report and print it; `signals` keeps it to those codes."""
    from postloan.run.firing import firing
    from postloan.run.progress import for_people

    told = firing(pack, source, as_of, threads=threads, memory=memory, progress=for_people())
    if signals:
        told["signals"] = [one for one in told["signals"] if one["code"] in signals]
    if as_json:
        print_json(told)
    else:
        _say(told, lang)


def _say(told: Mapping[str, Any], lang: str) -> None:
    words = _WORDS[lang]
    click.echo(heading(words["title"].format(told["pack"], told["as_of"])) + f"  ({words[told['source']]})")
    click.echo(faint(words["legend"]))
    family = None
    for one in told["signals"]:
        if one["family"] != family:
            family = one["family"]
            _head(family, words)
        click.echo(_line(one, told["limit"], words, lang))
    _say_colours(told["colours"], words, Words(lang))
    click.echo("\n" + _sum(told["signals"], words))


def _head(family: str, words: Mapping[str, str]) -> None:
    names = [words[name] for name in ("measured", "fired", "share", "new")]
    columns = "".join(pad(name, room, right=True) for name, room in zip(names, (10, 9, 9, 9), strict=True))
    click.echo("\n" + heading(pad(family, 9 + _NAME)) + columns)


def _line(one: Mapping[str, Any], limit: Decimal, words: Mapping[str, str], lang: str) -> str:
    name = one["name"].get(lang) or next(iter(one["name"].values()), "")
    off = "" if one["on"] else f" ({words['off']})"
    start = f"{one['code']}    {pad(cut(name, _NAME - width(off)) + off, _NAME)}"
    if not one["measured"]:
        missing = ", ".join(one["missing"]) or words["lacking"]
        return start + faint("  " + words["none"].format(missing))
    share = f"{one['share'] * 100:.1f} %"
    numbers = [f"{one['measured']:,}", f"{one['fired']:,}", share, f"{one['new_customers']:,}"]
    columns = "".join(pad(text, room, right=True) for text, room in zip(numbers, (10, 9, 9, 9), strict=True))
    grades = " ".join(
        f"{mark} {one['by_severity'][name]:,}" for name, mark in _MARKS if one["by_severity"][name]
    )
    often = click.style("  " + words["often"].format(_percent(limit)), fg="red") if one["too_often"] else ""
    return f"{start}{columns}  {grades}{often}".rstrip()


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"


def _say_colours(colours: Mapping[str, Mapping[str, int]], words: Mapping[str, str], spoken: Words) -> None:
    click.echo("\n" + heading(words["colours"]))
    for key, counts in colours.items():
        listed = " · ".join(f"{spoken(name)} {counts[name]:,}" for name, _ in _MARKS)
        combined = words["combined"].format(counts["by_combination"])
        click.echo(f"  {pad(words[key], 30)} {listed}  ({combined})")


def _sum(signals: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    measured = [one for one in signals if one["measured"]]
    fired = [one for one in measured if one["fired"]]
    often = [one for one in measured if one["too_often"]]
    counts = (len(signals), len(fired), len(measured) - len(fired), len(signals) - len(measured), len(often))
    return words["sum"].format(*counts)
