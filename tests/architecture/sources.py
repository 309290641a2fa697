"""The project's own modules as syntax trees, for the tests of its shape."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "postloan"


@dataclass(frozen=True)
class Module:
    """A module of the package: its path, dotted name, tree, and the folder or file it stands in."""

    path: Path
    name: str
    tree: ast.Module

    @property
    def stage(self) -> str:
        """First folder (or module) under the package: `policy` for `postloan.policy.feel.parser`."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else "postloan"

    @property
    def is_simulated(self) -> bool:
        """Whether it belongs to the simulated bank, which makes books in numpy and takes no part in a run."""
        return self.name.startswith("postloan.book.sources.simulated")

    def place(self, node: ast.AST) -> str:
        """Where a node stands, as a person would look for it."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@functools.cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        found.append(Module(path, ".".join(parts), ast.parse(path.read_text(encoding="utf-8"), str(path))))
    assert found, f"no module found under {PACKAGE}"
    return tuple(found)


def imports(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    """Every dotted name that the module imports, at its top or inside a function.

    `from a.b import c` gives `a.b.c`: whether `c` is a module or a name in one is for the reader to say.
    """
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.place(node)}: imports are absolute"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node
