"""The sheet that tells how the others are filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postloan.policy.workbook import layout
from postloan.policy.workbook.styles import HEAD, fit, put

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


class _Told(NamedTuple):
    title: str
    english: str
    chinese: str


_TOLD = (
    _Told(
        "How to work with this file",
        "One sheet is one decision table. Change cells, add or remove rows, then import the file: each "
        "mistake is told with its sheet and cell, and nothing is written before all are mended.",
        "每个工作表是一张决策表。可修改单元格、增删行，再导入；每处错误都会指明工作表和单元格，"
        "全部更正后才会写入。",
    ),
    _Told(
        "Rows 1 and 2",
        "What holds for the whole table: its name, hit policy, and the day from which it holds "
        "(as 2026-01-01).",
        "第 1、2 行为整张表的属性：表名、命中策略、生效日期（如 2026-01-01）。",
    ),
    _Told(
        "The rows above `rule`",
        "What each column is: the fact or expression, its kind, the values it may have (for results best "
        "first), whether it is required, what holds if no rule is met, and its names. Fold them away with "
        "the + at the left.",
        "“规则”行以上说明每一列：指标或表达式、类型、取值（结论列按优先级从高到低）、是否必需、"
        "无规则满足时的缺省值、名称。可用左侧的 + 折叠。",
    ),
    _Told(
        "The rows below `rule`",
        "One rule a row: its number, a test for each condition, a value for each result, notes.",
        "每行一条规则：编号、各条件、各结论、备注。",
    ),
    _Told(
        "Conditions",
        "- any value;  > 90;  <= 0.5;  [30..90] from 30 to 90 with both;  (30..90] without 30;  "
        '"sued", "judged" one of these;  not("none") none of these;  null not known;  date("2026-01-01").',
        "- 任意；> 90；<= 0.5；[30..90] 含两端；(30..90] 不含 30；"
        '"sued", "judged" 任一；not("none") 除此以外；null 未知；date("2026-01-01") 日期。',
    ),
    _Told(
        "Texts and numbers",
        'A text stands in double quotes: "red". Numbers and true, false stand bare. Every cell is text, '
        "so that `= 3` or `-1` never becomes a formula; formulas, merged cells, hidden rows and columns "
        "are refused.",
        '文本加英文双引号："red"；数字和 true、false 不加引号。所有单元格均为文本格式，'
        "“= 3”“-1”不会变成公式；不接受公式、合并单元格、隐藏的行和列。",
    ),
    _Told("UNIQUE", "At most one rule may hold.", "最多一条规则满足。"),
    _Told("ANY", "Several rules may hold if all say the same.", "可多条满足，但结论须相同。"),
    _Told("PRIORITY", "The best result in the order of its values wins.", "按结论取值的优先级取最高者。"),
    _Told(
        "FIRST",
        "The first rule from the top that holds wins: order matters.",
        "自上而下第一条满足的规则生效，次序有意义。",
    ),
    _Told("RULE ORDER", "All that hold, in the order of the rows.", "全部满足的规则，按行序。"),
    _Told(
        "OUTPUT ORDER",
        "All that hold, in the order of the result's values.",
        "全部满足的规则，按结论取值次序。",
    ),
    _Told(
        "COLLECT",
        "All that hold; with SUM, MIN, MAX or COUNT as aggregation one number comes of them.",
        "全部满足的规则；可汇总为 SUM 求和、MIN 最小、MAX 最大、COUNT 计数。",
    ),
)


def write_legend(sheet: Worksheet, made_from: str) -> None:
    """Write the legend in both languages.

    Args:
        sheet: an empty sheet.
        made_from: the policy that the tables come from; left out if empty.
    """
    from openpyxl.worksheet.properties import PageSetupProperties

    for column, text in enumerate((layout.LEGEND, "English", "中文"), 1):
        put(sheet, 1, column, text, HEAD)
    rows = [*_TOLD, *([_Told("Made from", made_from, made_from)] if made_from else [])]
    for row, told in enumerate(rows, 2):
        put(sheet, row, 1, told.title, HEAD)
        put(sheet, row, 2, told.english, "note")
        put(sheet, row, 3, told.chinese, "note")
    for letter, width in (("A", 26), ("B", 70), ("C", 70)):
        sheet.column_dimensions[letter].width = width
    fit(sheet)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
