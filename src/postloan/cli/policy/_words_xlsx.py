"""Words of the exchange of tables with Excel, in English and Chinese."""

from __future__ import annotations

from postloan.cli.words import LANGUAGES, language

_WORDS: dict[str, tuple[str, str]] = {
    "exported": ("tables of {1} written to {2}: {0}", "已将 {1} 的 {0} 张表写入 {2}"),
    "new": ("new", "新增"),
    "changed": ("changed", "已更改"),
    "same": ("as it was", "无变化"),
    "line": ("{0}, sheet {1}: {2}", "{0}，工作表 {1}：{2}"),
    "would": ("nothing was written: --dry-run", "未写入：--dry-run"),
    "refused": (
        "{0} errors in the workbook; nothing was written",
        "工作簿有 {0} 处错误，未写入任何内容",
    ),
    "refused_mend": ("mend them in {0} and import it again", "请在 {0} 中更正后重新导入"),
    "next": ("next: postloan policy check {0}", "下一步：postloan policy check {0}"),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "where": ("where", "位置"),
    "mend": ("mend", "处理"),
}


class Words:
    """Speaks one language."""

    def __init__(self, asked: str | None) -> None:
        self._place = LANGUAGES.index(language(asked))

    def __call__(self, key: str, *values: object) -> str:
        """Give the words for a key, filled in."""
        return _WORDS[key][self._place].format(*values)
