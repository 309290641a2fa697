"""The arrows of the design: what may import what."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

from tests.architecture.sources import PACKAGE, ROOT, Module, imports, modules

# In the order in which data runs through the house; a stage imports only from those before it.
STAGES = (
    "engine",
    "policy",
    "book",
    "facts",
    "signals",
    "warnings",
    "classification",
    "measures",
    "people",
    "inspection",
    "portfolio",
    "run",
    "reports",
    "console",
    "cli",
    "__main__",
)

# Modules that stand beside the stages, and the stages that they may import themselves.
BESIDE: dict[str, tuple[str, ...]] = {
    "postloan": (),
    "errors": (),
    "clock": (),
    "terms": (),
    "results": ("engine",),
}

ENGINES = {"ibis", "duckdb", "pyspark", "pyarrow", "sqlglot", "numpy", "scipy"}
FORBIDDEN_EVERYWHERE = {"pandas", "polars"}


def _may_import(importer: str, imported: str) -> bool:
    if imported == importer:
        return True
    if importer in BESIDE:
        return imported in BESIDE[importer] or imported in ("postloan", "errors")
    if imported in BESIDE:
        return importer not in BESIDE[imported]
    if importer == "console" and imported == "run":
        return False  # the console reads the results of a run; only the command line knows both
    return STAGES.index(imported) < STAGES.index(importer)


def _breaches(module: Module) -> list[str]:
    known = {*STAGES, *BESIDE}
    found = []
    for name, node in imports(module):
        parts = name.split(".")
        if parts[0] != "postloan":
            continue
        imported = parts[1] if len(parts) > 1 and parts[1] in known else "postloan"
        if not _may_import(module.stage, imported):
            found.append(f"{module.place(node)}: {module.stage} imports {imported}")
    return found


def test_every_folder_has_its_place() -> None:
    strangers = {module.stage for module in modules()} - {*STAGES, *BESIDE}
    assert not strangers, f"not in the design's layout, so nobody knows who may import them: {strangers}"


def test_a_stage_imports_only_from_stages_before_it() -> None:
    breaches = [breach for module in modules() for breach in _breaches(module)]
    assert not breaches, "\n".join(breaches)


def test_a_breach_is_seen() -> None:
    tree = ast.parse("def late():\n    from postloan.run.ledger import Ledger\n")
    module = Module(PACKAGE / "facts" / "made_up.py", "postloan.facts.made_up", tree)
    assert _breaches(module) == ["src/postloan/facts/made_up.py:2: facts imports run"]


def test_only_the_engine_imports_ibis_duckdb_spark_or_arrow() -> None:
    found = [
        f"{module.place(node)}: {name}"
        for module in modules()
        for name, node in imports(module)
        if (
            name.split(".")[0] in ENGINES
            and module.stage != "engine"
            and not (module.is_simulated and name.split(".")[0] == "numpy")
        )
        or name.split(".")[0] in FORBIDDEN_EVERYWHERE
    ]
    assert not found, "\n".join(found)


def test_only_the_console_imports_django() -> None:
    found = [
        f"{module.place(node)}: {name}"
        for module in modules()
        for name, node in imports(module)
        if name.split(".")[0] == "django" and module.stage != "console"
    ]
    assert not found, "\n".join(found)


CLOCK_CALLS = {"today", "now", "utcnow", "localtime", "gmtime", "localdate"}


def test_only_charts_import_matplotlib_and_never_its_pyplot() -> None:
    found = {
        (module.path.relative_to(PACKAGE).as_posix(), name)
        for module in modules()
        for name, node in imports(module)
        if name.split(".")[0] == "matplotlib"
    }
    assert {path for path, _ in found} == {"reports/drawing.py", "reports/plots.py"}
    assert not [name for _, name in found if "pyplot" in name]


def test_only_the_clock_module_reads_the_clock() -> None:
    found = []
    for module in modules():
        if module.stage == "clock":
            continue
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            receiver = ast.unparse(node.func.value)
            by_name = node.func.attr in CLOCK_CALLS and receiver != "clock"
            if by_name or ast.unparse(node.func) in {"time.time", "time.time_ns"}:
                found.append(f"{module.place(node)}: {ast.unparse(node.func)}()")
    assert not found, "the business date is an argument; the wall clock is read in clock.py:\n" + "\n".join(
        found
    )


def test_only_the_run_and_what_stands_above_it_ask_the_clock_module() -> None:
    above = {"clock", *STAGES[STAGES.index("run") :]}
    found = [
        module.place(node)
        for module in modules()
        for name, node in imports(module)
        if name.startswith("postloan.clock") and module.stage not in above
    ]
    assert not found, f"a stage takes its date as an argument: {found}"


def test_no_float_enters_a_stage() -> None:
    exact = set(STAGES[: STAGES.index("run")]) - {"engine"}
    found = [
        module.place(node)
        for module in modules()
        if module.stage in exact and not module.is_simulated
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "float")
    ]
    assert not found, f"money is integer cents, a share is a Decimal: {found}"


def test_the_simulated_bank_and_what_watches_it_do_not_know_each_other() -> None:
    makes = {"postloan.cli.simulating"}
    found = [
        f"{module.place(node)}: {name}"
        for module in modules()
        for name, node in imports(module)
        if (module.is_simulated and name.split(".")[:2] in (["postloan", "policy"], ["postloan", "facts"]))
        or (
            name.startswith("postloan.book.sources.simulated")
            and not module.is_simulated
            and module.name not in makes
        )
    ]
    assert not found, f"a generator tuned to a pack, or a run that reads the truth, proves nothing: {found}"


def test_packs_hold_no_python() -> None:
    allowed = {".yaml", ".csv", ".dmn", ".md"}
    strangers = [
        str(path.relative_to(ROOT))
        for path in (PACKAGE / "packs").rglob("*")
        if path.is_file() and path.suffix not in allowed
    ]
    assert not strangers, strangers


def test_no_exception_is_swallowed() -> None:
    found = []
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            broad = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
            silent = all(isinstance(statement, ast.Pass) for statement in node.body)
            if broad and silent:
                found.append(module.place(node))
    assert not found, found


def test_the_command_line_loads_no_heavy_library_until_a_command_needs_it() -> None:
    program = (
        "import sys, postloan.cli; print(' '.join({name.split('.')[0] for name in sys.modules} & "
        "{'ibis', 'duckdb', 'pyarrow', 'pyspark', 'pandas', 'numpy', 'scipy', 'sqlglot', 'django', 'yaml', "
        "'lark', 'openpyxl', 'matplotlib'}))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"\w+", told) == []
