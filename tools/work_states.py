"""Writes docs/work-states.md, the tables of states that people's work moves along, from the code.

python -m tools.work_states          writes the page
python -m tools.work_states --check  writes nothing; exit 1 where the page is another one
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "work-states.md"
LANGUAGES = {
    "en": ("State", "Action", "Who", "Next state", "Only if"),
    "zh-hans": ("状态", "操作", "责任岗位", "下一状态", "条件"),
}
HEADINGS = {
    "en": {"case": "Cases", "task": "Tasks", "watch": "Watch list"},
    "zh-hans": {"case": "案件", "task": "任务", "watch": "观察名单"},
}


def text() -> str:
    """Give the page; Django must be set up and the texts compiled."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    from django.utils import translation

    yield "# How work moves · 办理流程"
    yield ""
    yield "Cases, tasks and stays on the watch list move along these tables and in no other way. The page is"
    yield "made from the code: `python -m tools.work_states`. Half and full time of a clock raise work to the"
    yield "next role; times and roles are the pack's: `case_sla`, `case_deciders`, `case_escalation`."
    yield ""
    yield "案件、任务和观察名单只按下列表格流转。本页由代码生成：`python -m tools.work_states`。"
    yield "时限过半和到期时上报上一级岗位。"
    yield "时限和岗位由策略包规定：`case_sla`、`case_deciders`、`case_escalation`。"
    for language in LANGUAGES:
        with translation.override(language):
            yield from _tables(language)


def _tables(language: str) -> Iterator[str]:
    from postloan.console.work import states, words

    for kind, table in states.TABLES.items():
        yield ""
        yield f"## {HEADINGS[language][kind]}"
        yield ""
        yield f"| {' | '.join(LANGUAGES[language])} |"
        yield "|---|---|---|---|---|"
        comma, semicolon = ("、", "；") if language != "en" else (", ", "; ")
        for row in table:
            cells = (
                words.word("state", row.state),
                words.word("action", row.action),
                comma.join(words.word("towards", role) for role in row.roles),
                words.word("state", row.following) if row.following != row.state else "–",
                semicolon.join(words.word("guard", guard) for guard in row.guards),
            )
            yield f"| {' | '.join(cells)} |"


def main(*, write: bool) -> int:
    """Write or check the page; give the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postloan.console.settings")
    os.environ.setdefault("POSTLOAN_STORE", tempfile.gettempdir())
    import django

    from postloan.console.texts import compile_texts

    compile_texts()
    django.setup()
    made = text()
    same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == made
    if write and not same:
        PAGE.write_text(made, encoding="utf-8")
    return 0 if write or same else 1


if __name__ == "__main__":
    sys.exit(main(write="--check" not in sys.argv))
