"""What `policy tck` says, in English and Chinese."""

WORDS = {
    "folder": ("folder", "目录"),
    "passed": ("passed", "通过"),
    "failed": ("failed", "失败"),
    "refused": ("refused", "拒绝"),
    "all": ("all", "合计"),
    "compiled": ("compiled to columns", "编译为列"),
    "interpreted": ("interpreted", "解释执行"),
    "expected": ("expected", "期望"),
    "got": ("got", "实得"),
}
