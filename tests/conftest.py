"""What every test shares: the components that some need, and where real data stands.

A test that needs a component carries the component's marker. Where the component is missing, the test is
skipped with a reason that names it; with POSTLOAN_REQUIRE_COMPONENTS=1 it fails instead, so that a missing
install step cannot hide behind a green run.
"""

from __future__ import annotations

import functools
import gc
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils.translation.reloader import translation_file_changed

from postloan.console.texts import compile_texts
from tests.architecture import engine_guard

compile_texts()
# pytest-django has set Django up by now, which in a fresh clone found no Chinese and would not look again.
translation_file_changed(None, Path("django.mo"))
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # Spark would look its own host name up
gc.set_threshold(200_000, 20, 20)  # as a run does: expressions are millions of objects that live on


def _java() -> str | None:
    java = shutil.which("java")
    if java is None:
        return "Java 17 (Debian: openjdk-17-jre-headless)"
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version.group(1)) < 17:
        return "Java 17 (an older one was found)"
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark (pip install 'postloan[spark]')"
    return None


def _postgres_programs() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def _postgres() -> str | None:
    if _postgres_programs() is None:
        return "PostgreSQL (Debian: postgresql)"
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg (pip install 'postloan[database]')"
    return None


def _chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _chromium() -> str | None:
    return None if _chromium_path() else "Chromium (Debian: chromium)"


def _folder_from(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).resolve() if value and Path(value).is_dir() else None


def _real_data() -> str | None:
    return None if _folder_from("POSTLOAN_REAL_DATA") else "real data (set POSTLOAN_REAL_DATA to its folder)"


def _tck() -> str | None:
    return (
        None
        if _folder_from("POSTLOAN_TCK")
        else "the DMN conformance cases (set POSTLOAN_TCK to their folder)"
    )


def pytest_sessionstart() -> None:
    engine_guard.install()


# What is missing of each component, in words, or None if it is there.
_MISSING: dict[str, Callable[[], str | None]] = {
    marker: functools.cache(look)
    for marker, look in {
        "spark": _java,
        "postgres": _postgres,
        "browser": _chromium,
        "real_data": _real_data,
        "tck": _tck,
    }.items()
}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, look in _MISSING.items():
        if item.get_closest_marker(marker) is None:
            continue
        missing = look()
        if missing is None:
            continue
        if os.environ.get("POSTLOAN_REQUIRE_COMPONENTS") == "1":
            pytest.fail(f"missing component: {missing}", pytrace=False)
        pytest.skip(f"missing component: {missing}")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the public data sets; the test carries the marker `real_data`."""
    folder = _folder_from("POSTLOAN_REAL_DATA")
    assert folder is not None, "mark the test with `real_data`"
    return folder


@pytest.fixture(scope="session")
def tck() -> Path:
    """Folder of the DMN conformance cases; the test carries the marker `tck`."""
    folder = _folder_from("POSTLOAN_TCK")
    assert folder is not None, "mark the test with `tck`"
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; the test carries the marker `browser`."""
    path = _chromium_path()
    assert path is not None, "mark the test with `browser`"
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of an empty PostgreSQL server of this test run, on loopback; the test carries `postgres`."""
    programs = _postgres_programs()
    assert programs is not None, "mark the test with `postgres`"
    # PostgreSQL refuses to run as root; Debian's package makes the user for it.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postloan-pg-"))
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]

    def call(*command: str) -> None:
        subprocess.run(
            command, check=True, user=user, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    try:
        call(
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "postloan",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C",
        )
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        call(*control, "-o", settings, "-l", str(folder / "log"), "start")
        try:
            yield f"postgresql://postloan@127.0.0.1:{port}/postgres"
        finally:
            call(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
