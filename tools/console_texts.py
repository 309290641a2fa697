"""Brings the console's Chinese texts up to its sources: adds new ones, drops old ones, lists what waits.

python -m tools.console_texts          writes the catalogues and lists texts without Chinese
python -m tools.console_texts --check  writes nothing; exit 1 where something would change or waits
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

CONSOLE = Path(__file__).parents[1] / "src" / "postloan" / "console"
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}

Text = tuple[str, str]
"""A text and its plural, which is empty where it has none."""


def parts() -> dict[Path, set[Text]]:
    """Give the texts of each part, by the folder that holds its `locale`."""
    folders = [CONSOLE, *sorted(path.parent for path in CONSOLE.glob("*/apps.py"))]
    return {folder: set(_texts(folder)) for folder in folders}


def _texts(folder: Path) -> Iterator[Text]:
    own = folder == CONSOLE
    for path in sorted((folder.glob if own else folder.rglob)("*.py")):
        yield from _of_python(path.read_text(encoding="utf-8"))
    if own:
        yield from _of_python((CONSOLE / "templatetags" / "console.py").read_text(encoding="utf-8"))
    for path in sorted((folder / "templates").rglob("*.html")):
        yield from _of_template(path)


def _of_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            words = [one.value for one in node.args[: CALLS[node.func.id]] if isinstance(one, ast.Constant)]
            if words and all(isinstance(one, str) for one in words):
                yield str(words[0]), str(words[1]) if len(words) > 1 else ""


_CALL = re.compile(r"\b(n?gettext|_)\((.*?)\)\s*(?=X|[^\w'\",]|$)", re.DOTALL)
_STRING = re.compile(r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)


def _of_template(path: Path) -> Iterator[Text]:
    from django.utils.translation.template import templatize

    # Django turns a template into text in which only the calls to gettext are left in place.
    for kind, inside in _CALL.findall(templatize(path.read_text(encoding="utf-8"))):
        words = [str(ast.literal_eval(one.replace("\n", "\\n"))) for one in _STRING.findall(inside)]
        if words:
            yield words[0], words[1] if kind == "ngettext" and len(words) > 1 else ""


def update(folder: Path, texts: set[Text], *, write: bool) -> tuple[list[str], bool]:
    """Bring one catalogue up to its texts; give the texts without Chinese, and whether anything changed."""
    path = folder / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path)) if path.exists() else polib.POFile()
    before = str(catalogue)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "zh_Hans",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    known = {(one.msgid, one.msgid_plural): one for one in catalogue}
    kept = [known.get(text) or _entry(*text) for text in sorted(texts)]
    catalogue.clear()
    catalogue.extend(kept)
    changed = bool(kept) and str(catalogue) != before
    if write and changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
    return [one.msgid for one in kept if not one.translated()], changed


def _entry(text: str, plural: str) -> polib.POEntry:
    if plural:
        return polib.POEntry(msgid=text, msgid_plural=plural, msgstr_plural={0: ""})
    return polib.POEntry(msgid=text, msgstr="")


def main(*, write: bool) -> int:
    """Do it for every part; give the exit code."""
    waiting = 0
    for folder, texts in parts().items():
        missing, changed = update(folder, texts, write=write)
        waiting += len(missing) + (changed and not write)
        name = folder.relative_to(CONSOLE.parent)
        for text in missing:
            print(f"{name}: no Chinese for {text!r}")
        if changed and not write:
            print(f"{name}: the catalogue is not up to the sources; run python -m tools.console_texts")
    return 1 if waiting else 0


if __name__ == "__main__":
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True)
    django.setup()
    sys.exit(main(write="--check" not in sys.argv))
