"""Spark as an engine: finding Java, the settings of a session, and sessions that share one context."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from postloan.engine.feel_functions import FEEL_FUNCTIONS
from postloan.engine.functions import FUNCTIONS
from postloan.errors import PostloanError

_OPEN: list[Path] = []
"""Scratch folders of the sessions that are open."""

_LEFT: list[Path] = []
"""Scratch folders of sessions that ended while another one still used the context."""

_TYPES = {
    pa.int64(): "BIGINT",
    pa.int32(): "INT",
    pa.float64(): "DOUBLE",
    pa.string(): "STRING",
    pa.large_string(): "STRING",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP_NTZ",
    pa.timestamp("ms"): "TIMESTAMP_NTZ",
}


def declared_shape(schema: pa.Schema) -> str | None:
    """Give a Parquet file's columns as Spark declares them; None where one is of a rarer type."""
    columns = []
    for field in schema:
        if pa.types.is_decimal128(field.type):
            kind = f"DECIMAL({field.type.precision},{field.type.scale})"
        elif field.type in _TYPES:
            kind = _TYPES[field.type]
        else:
            return None
        columns.append(f"`{field.name.replace('`', '``')}` {kind}")
    return ", ".join(columns)


def open_backend(threads: int, memory: str, scratch: Path) -> Any:
    """Open a session of its own; sessions of one process share one Spark context, which the first starts.

    Raises PostloanError `no_spark` where Spark or Java is missing.
    """
    with _environment(scratch):
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise _no_spark("the extra `spark` is not installed") from error
        try:
            first = _builder(SparkSession, threads, memory, scratch).getOrCreate()
            session = first.newSession()
        except Exception as error:  # Py4J wraps every failure to start in types of its own
            raise _no_spark(f"the Spark session did not start ({type(error).__name__})") from error
    session.sparkContext.setLogLevel("ERROR")
    # What goes wrong is raised; PySpark would print it beside that.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    for function in (*FUNCTIONS, *FEEL_FUNCTIONS):
        session.sql(function.spark_sql())
    _OPEN.append(scratch)
    return ibis.pyspark.connect(session)


def close(backend: Any, scratch: Path) -> None:
    """End a session; with the last one of the process end the context, and remove the scratch of all."""
    _OPEN.remove(scratch)
    _LEFT.append(scratch)  # the context may keep its own files in it
    if _OPEN:
        return
    backend._session.sparkContext.stop()
    backend.disconnect()
    for folder in _LEFT:
        shutil.rmtree(folder, ignore_errors=True)
    _LEFT.clear()


def nulls_last(names: Sequence[str]) -> list[Any]:
    """Give the columns as sort keys, ascending with nulls last."""
    from pyspark.sql import functions

    return [functions.col(name).asc_nulls_last() for name in names]


def _no_spark(reason: str) -> PostloanError:
    return PostloanError(
        "no_spark",
        f"Spark cannot be used: {reason}",
        where="--engine spark",
        mend="install Java 17 and `postloan[spark]`, or run with --engine duckdb",
    )


def _builder(session: Any, threads: int, memory: str, scratch: Path) -> Any:
    settings = {
        "spark.master": f"local[{threads}]",
        "spark.app.name": "postloan",
        "spark.driver.memory": memory.lower().replace("ib", ""),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(scratch / "spark"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_NTZ",  # as DuckDB and the files of a book mean it
        "spark.sql.variable.substitute": "false",  # a text may hold `${name}`
        "spark.sql.ansi.enabled": "true",  # an overflow stops instead of turning into null
        "spark.sql.shuffle.partitions": str(max(2, threads)),
        "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    }
    builder = session.builder
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder


@contextmanager
def _environment(scratch: Path) -> Iterator[None]:
    """Find Java, and send what the JVM says on standard error to a file in scratch."""
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        raise _no_spark("no Java was found on this machine")
    try:
        subprocess.run(["java", "-version"], check=True, capture_output=True)  # noqa: S607 - Java is on the PATH
    except (OSError, subprocess.CalledProcessError) as error:
        raise _no_spark("`java -version` did not run") from error
    kept = os.dup(2)
    with (scratch / "spark.log").open("wb") as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
