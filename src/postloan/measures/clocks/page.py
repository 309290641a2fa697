"""The page of a pack's legal clocks, in English and Chinese, for a bank's legal department."""

from __future__ import annotations

from collections.abc import Iterator

from postloan.measures.clocks import page_words as words
from postloan.measures.clocks.duties import TABLE
from postloan.policy import dmn
from postloan.policy.clock_entries import Clock
from postloan.policy.pack import Policy

_EN, _ZH = 0, 1

_HEADS = (
    "kind",
    "clock · 时限",
    "length · 期间",
    "counted from · 起算",
    "moved by · 变动事由",
    "otherwise · 逾期后果",
    "article · 条文",
    "status",
)


def page(policy: Policy) -> str:
    """Give the text of the page: how periods are counted, each clock, its states, and what clocks ask for."""
    return "\n".join(_lines(policy)).rstrip() + "\n"


def _lines(policy: Policy) -> Iterator[str]:
    yield "# Legal clocks · 法律时限"
    yield ""
    yield words.INTRO[_EN]
    yield ""
    yield words.INTRO[_ZH]
    yield ""
    yield f"Made from the pack: `postloan policy clocks {policy.id} --page docs/legal-clocks.md`."
    if not policy.clocks:
        yield ""
        yield " ".join(words.NO_CLOCKS)
        return
    yield from _listed("How a period is counted · 期间的计算", _counting(policy))
    yield from _heading("The clocks · 各类时限")
    yield f"| {' | '.join(_HEADS)} |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind, clock in policy.clocks.items():
        yield _row(kind, clock)
    yield ""
    yield "Status: V the law's text was read; V* with a reservation; K known from practice; P a proposal."
    yield from _heading("What each is counted from · 数据来源")
    yield "| kind | tables and columns · 账簿数据 |"
    yield "|---|---|"
    for kind in policy.clocks:
        yield f"| {kind} | {words.NEEDS[kind]} |"
    yield from _heading("States · 状态")
    yield "| state | meaning | 含义 |"
    yield "|---|---|---|"
    for state, said in words.STATES.items():
        yield f"| {state} | {said[_EN]} | {said[_ZH]} |"
    limits = tuple(said for kind, said in words.LIMITS if kind in policy.clocks)
    if limits:
        yield from _listed("What is not counted · 未涵盖", limits)
    if TABLE in policy.tables:
        yield ""
        yield from _under(dmn.markdown(policy.table(TABLE)))


def _counting(policy: Policy) -> tuple[words.Both, ...]:
    """Give how periods are counted, of suits and obstacles what the clocks of the pack know."""
    told = list(words.COUNTING)
    debt = policy.clocks.get("debt_limitation")
    if debt is not None:
        told.append(words.SUIT if "suit" in debt.restarts else words.SUIT_IN_TIME)
    if any(clock.suspended for clock in policy.clocks.values()):
        told.append(words.OBSTACLE)
    if "guarantee_period" in policy.clocks:
        told.append(words.GUARANTEES)
    return tuple(told)


def _heading(text: str) -> tuple[str, ...]:
    return ("", f"## {text}", "")


def _listed(heading: str, items: tuple[words.Both, ...]) -> Iterator[str]:
    yield from _heading(heading)
    for item in items:
        yield f"- {item[_EN]} {item[_ZH]}"


def _under(text: str) -> Iterator[str]:
    """Give a page of its own as a section of this one."""
    for line in text.rstrip().splitlines():
        yield f"#{line}" if line.startswith("#") else line


def _row(kind: str, clock: Clock) -> str:
    cells = (
        kind,
        f"{clock.name['en']} · {clock.name['zh']}",
        _length(clock),
        " · ".join(_start(clock)),
        _moved(clock),
        f"{clock.consequence['en']} · {clock.consequence['zh']}",
        _source(clock),
        clock.status,
    )
    return f"| {' | '.join(cells)} |"


def _start(clock: Clock) -> words.Both:
    return words.OLDEST_UNPAID if clock.counts_from == "oldest_unpaid" else words.STARTS[clock.kind]


def _length(clock: Clock) -> str:
    """Give how long it runs, at the least and at the most, and whether its last day moves."""
    if clock.within is None:
        least = clock.after
        told = "as the book states · 以账簿记载为准"
        return f"{told}<br>at least {least.words('en')} · 至少{least.words('zh')}" if least else told
    parts = [f"{clock.within.words('en')} · {clock.within.words('zh')}"]
    if clock.at_most is not None:
        parts.append(f"at most {clock.at_most.words('en')} · 最长{clock.at_most.words('zh')}")
    if clock.last_day == "next_working_day":
        parts.append("to the next working day · 顺延至工作日")
    return "<br>".join(parts)


def _moved(clock: Clock) -> str:
    parts = []
    for place, revived in ((_EN, " (also when it is over)"), (_ZH, "（届满后亦可）")):
        named = [
            words.CAUSES[cause][place] + (revived if cause in clock.revives else "")
            for cause in clock.restarts
        ]
        parts.append((", ", "、")[place].join(named))
    said = " · ".join(filter(None, parts)) or "-"
    if clock.proof:
        said += f"<br>proof · 凭证: {', '.join(clock.proof)}"
    return said


def _source(clock: Clock) -> str:
    since = f", in force since {clock.legal_from}" if clock.legal_from else ""
    return f"{clock.reference}{since}"
