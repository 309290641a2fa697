"""Write calendar/<year>.yaml of a pack from the holidays that the library chinesecalendar knows."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from chinese_calendar.constants import holidays, workdays


def main(pack: Path) -> None:
    """Write one file a year, days sorted; a file that stands is replaced."""
    folder = pack / "calendar"
    folder.mkdir(parents=True, exist_ok=True)
    for year in sorted({day.year for day in holidays}):
        text = (
            f"year: {year}\nsource: State Council holiday notices, as kept by the library chinesecalendar\n"
            "status: V*\n"
        )
        text += _days("holidays", [day for day in holidays if day.year == year])
        text += _days("extra_workdays", [day for day in workdays if day.year == year])
        (folder / f"{year}.yaml").write_text(text, encoding="utf-8")


def _days(key: str, days: list[date]) -> str:
    return (
        f"{key}:\n" + "".join(f"  - {day.isoformat()}\n" for day in sorted(days)) if days else f"{key}: []\n"
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make_calendar.py PACK_FOLDER")
    main(Path(sys.argv[1]))
