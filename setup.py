"""Puts the guides into the wheel: the console shows the very files of docs/ under Help."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

DOCS = Path(__file__).parent / "docs"


class WithGuides(build_py):
    """Builds the package, and copies Markdown and pictures to where the console looks for them first."""

    def run(self) -> None:
        """Build; an editable installation reads docs/ itself."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "postloan" / "console" / "help" / "guides"
        shutil.rmtree(target, ignore_errors=True)
        for source in (*DOCS.rglob("*.md"), *DOCS.rglob("*.png")):
            copy = target / source.relative_to(DOCS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)


setup(cmdclass={"build_py": WithGuides})
