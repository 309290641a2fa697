"""Makes the pictures of the console's guides, docs/console/pictures, from those that browser tests keep.

POSTLOAN_PICTURES=FOLDER pytest -m browser tests/console/browser
python -m tools.console_pictures FOLDER
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

PICTURES = Path(__file__).parents[1] / "docs" / "console" / "pictures"
ON_DESKTOP = (
    "home",
    "warnings",
    "warning",
    "customer",
    "customer_circle",
    "customer_clocks",
    "work",
    "work_team",
    "case",
    "desk_loan",
    "policy_table",
    "draft_acknowledge",
    "signals",
    "book",
    "runs",
    "quarantine_table",
    "audit",
    "person",
    "watch_list",
)
ON_PHONE = ("home", "case", "case_evidence")
CHOSEN = (
    *(
        f"{name}-{width}-{language}"
        for width, names in (("desktop", ON_DESKTOP), ("phone", ON_PHONE))
        for name in names
        for language in ("en", "zh")
    ),
    "customer_sensitive-desktop-en",
    "desk_determine-desktop-en",
    "draft_impact-desktop-en",
    "home_head-desktop-en",
    "job-desktop-en",
    "task_asset_preservation-desktop-zh",
    "task_legal-desktop-en",
)
"""The pictures that the guides show: name of the route, width, language."""

WIDEST = {"desktop": 900, "phone": 390}
TALLEST, MARGIN, COLOURS = 1600, 16, 64
LARGEST = 60_000
"""Bytes of the largest picture; more would weigh on every clone of the repository."""


def reduced(picture: Image.Image, width: str) -> Image.Image:
    """Give a picture without the empty space below, as narrow and short as a page shows it, in few colours.

    Args:
        picture: a whole page, or what a window of the browser showed of it.
        width: `desktop` or `phone`.
    """
    plain = picture.convert("RGB")
    corner = Image.new("RGB", plain.size, plain.getpixel((0, plain.height - 1)))
    box = ImageChops.difference(plain, corner).getbbox()
    plain = plain.crop((0, 0, plain.width, min(plain.height, box[3] + MARGIN if box else MARGIN)))
    most = WIDEST[width]
    if plain.width > most:
        size = (most, round(plain.height * most / plain.width))
        plain = plain.resize(size, Image.Resampling.LANCZOS)
    plain = plain.crop((0, 0, plain.width, min(plain.height, TALLEST)))
    return plain.quantize(palette=_palette(plain), dither=Image.Dither.NONE)


def _palette(plain: Image.Image) -> Image.Image:
    """Give the colours to keep: half the most frequent, exactly, and half the most different.

    Most of a page is a few greys, beside which the little red of a warning would turn brown.
    """
    counted: Any = plain.getcolors(plain.width * plain.height)  # pairs of how often, and red, green, blue
    frequent = [colour for _, colour in sorted(counted, reverse=True)[: COLOURS // 2]]
    different = plain.quantize(COLOURS - len(frequent), Image.Quantize.MAXCOVERAGE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*itertools.chain(*frequent), *different])
    return palette


def main(folder: Path) -> int:
    """Write the chosen pictures of a folder; 1 where one is not there or remains too large."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    bad = False
    for name in CHOSEN:
        source, target = folder / f"{name}.png", PICTURES / f"{name}.png"
        if not source.is_file():
            print(f"{name}: not in {folder}", file=sys.stderr)
            bad = True
            continue
        with Image.open(source) as picture:
            reduced(picture, name.split("-")[1]).save(target, optimize=True)
        if target.stat().st_size > LARGEST:
            print(f"{name}: {target.stat().st_size} bytes, at most {LARGEST}", file=sys.stderr)
            bad = True
    return int(bad)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    raise SystemExit(main(Path(sys.argv[1])))
