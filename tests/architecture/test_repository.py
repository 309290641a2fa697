"""What the tracked files must not hold. Patterns carry brackets so that this file passes its own tests."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

LINES_AT_MOST = 400

FORBIDDEN = {
    "a path of somebody's machine": (
        # The console's own pages stand at /work/ too.
        r"(?<![\w.])/(?:(?:root|home/\w+|opt/pypi\S*|tmp/v[e]nv)/|work/(?:main|shared|w|[.]\w+)\b)"
    ),
    "the host of a package registry": r"\b(?:[\w-]+\.)*(?:pypi|pythonhosted|npmjs|debian)[.]org\b",
    "words about how the text was written": (
        r"\b(?:AI[ ]assistant|language[ ]model|coding[ ]agent|developer[ ]session|this[ ]session)\b"
    ),
}


def _tracked() -> list[Path]:
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in told.split("\0") if name and (ROOT / name).is_file()]


def _texts() -> list[tuple[Path, str]]:
    found = []
    for path in _tracked():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        found.append((path.relative_to(ROOT), content.decode("utf-8", errors="replace")))
    assert found, "no tracked file was read"
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE)
    found = [
        f"{path}:{number}: {match.group()}"
        for path, text in _texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := pattern.search(line))
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of somebody's machine", "see /" + "work/main for it"),
        ("the host of a package registry", "--index-url https://" + "pypi" + ".org/simple"),
        ("words about how the text was written", "written by a language" + " model"),
    ],
)
def test_what_is_forbidden_is_seen(what: str, text: str) -> None:
    assert re.search(FORBIDDEN[what], text, re.IGNORECASE)


def test_locks_name_no_address_and_hash_every_package() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, f"{lock.name} holds an address"
        packages = re.findall(r"^\w[^\n]*==", text, flags=re.MULTILINE)
        hashed = re.findall(r"^\w[^\n]*==[^\n]*\\\n    --hash=sha256:", text, flags=re.MULTILINE)
        assert packages, f"{lock.name} is empty"
        assert len(packages) == len(hashed), f"{lock.name} holds a package without a hash"


def test_a_source_file_fits_a_head() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _tracked()
        if path.suffix in {".py", ".ts", ".js"} and path.relative_to(ROOT).parts[0] in {"src", "web"}
        if path.parent.name != "migrations"  # Django writes these
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES_AT_MOST
    }
    assert not long, f"more than {LINES_AT_MOST} lines: {long}"


def test_nothing_unfinished_stands_in_the_sources() -> None:
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")
    found = [
        f"{path}:{number}"
        for path, text in _texts()
        if path.parts[0] == "src"
        for number, line in enumerate(text.splitlines(), start=1)
        if marks.search(line)
    ]
    assert not found, found


def test_no_data_of_others_is_tracked() -> None:
    found = [str(path) for path, _ in _texts() if path.suffix in {".asc", ".arff", ".parquet"}]
    found += [str(path.relative_to(ROOT)) for path in _tracked() if path.suffix == ".parquet"]
    assert not found, found
