"""Words of `policy check`, in English and Chinese."""

from __future__ import annotations

from postloan.cli.text import counted
from postloan.policy.finding_words import FindingWords


class CheckWords(FindingWords):
    """Speaks one language."""

    def below(self, base: str, count: int) -> str:
        """Tell of warnings on a pack that this one extends."""
        if self.lang == "zh":
            return f"所继承的 {base} 有提示 {count} 项：postloan policy check {base}"
        return f"{counted(count, 'warning')} on {base}, which it extends: postloan policy check {base}"

    def sum(self, name: str, errors: int, warnings: int) -> str:
        """Tell how many errors and warnings there are."""
        if self.lang == "zh":
            return f"{name}：错误 {errors} 项，提示 {warnings} 项"
        return f"{name}: {counted(errors, 'error')}, {counted(warnings, 'warning')}"

    def written(self, path: object) -> str:
        """Tell of a file that was written anew."""
        return f"已重写 {path}" if self.lang == "zh" else f"written anew: {path}"

    def near(self, names: list[str]) -> str:
        """Ask whether another fact was meant."""
        if self.lang == "zh":
            return f"是否指 {'、'.join(names)}？`postloan describe facts` 可列出全部指标"
        return f"did you mean {' or '.join(names)}? `postloan describe facts` lists them"
