"""What the wheel has that the sources have elsewhere: the guides of docs/, and the texts compiled."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

DOCS = Path(__file__).parent / "docs"


class Complete(build_py):
    """Builds the package so that it needs nothing beside it and writes nothing into itself."""

    def run(self) -> None:
        """Build; an editable installation reads docs/ and compiles its texts where they stand."""
        super().run()
        if not self.editable_mode:
            console = Path(self.build_lib) / "postloan" / "console"
            copy_guides(console / "help" / "guides")
            compile_texts(console)


def copy_guides(target: Path) -> None:
    """Copy Markdown and pictures of docs/ to where the console looks for its guides first."""
    shutil.rmtree(target, ignore_errors=True)
    for source in (*DOCS.rglob("*.md"), *DOCS.rglob("*.png")):
        copy = target / source.relative_to(DOCS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


def compile_texts(console: Path) -> None:
    """Put compiled texts in the place of their sources: who serves may not write where it is installed."""
    import polib

    for source in console.rglob("locale/*/LC_MESSAGES/*.po"):
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
        source.unlink()


if __name__ == "__main__":
    setup(cmdclass={"build_py": Complete})
