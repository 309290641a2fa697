"""What a wheel carries beside the sources: the guides, and the Chinese texts compiled in their place."""

from __future__ import annotations

import gettext
import importlib.util
import shutil
from pathlib import Path

from postloan.console.help import sources
from tools.console_texts import CONSOLE

ROOT = Path(__file__).parents[2]
TEXTS = Path("help", "locale", "zh_Hans", "LC_MESSAGES")


def test_a_wheel_carries_the_guides_and_compiled_texts(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("building", ROOT / "setup.py")
    assert spec is not None
    building = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(building)

    building.copy_guides(tmp_path / "guides")
    carried, written = sources.pages(tmp_path / "guides"), sources.pages(ROOT / "docs")
    assert set(carried) == set(written)
    assert (tmp_path / "guides" / sources.PICTURES / "home-desktop-en.png").is_file()

    shutil.copytree(CONSOLE / TEXTS, tmp_path / TEXTS, ignore=shutil.ignore_patterns("*.mo"))
    building.compile_texts(tmp_path)
    assert [path.name for path in (tmp_path / TEXTS).iterdir()] == ["django.mo"]
    with (tmp_path / TEXTS / "django.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("On this page") == "本页内容"
