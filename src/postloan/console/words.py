"""The names of codes in the language of the person: colours, roles, classes, signals, measures, levels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from postloan import terms
from postloan.console import book_words
from postloan.console.publishing.models import Publication
from postloan.policy.in_force import Policy
from postloan.policy.pack import load

Term = tuple[str, str]

COLOURS: dict[str, Term] = {
    "red": ("red", "红色"),
    "orange": ("orange", "橙色"),
    "yellow": ("yellow", "黄色"),
    "blue": ("blue", "蓝色"),
    "none": ("no colour", "无预警"),
}
SUBJECTS: dict[str, Term] = {
    "customer": ("customer", "客户"),
    "loan": ("loan", "贷款"),
    "contract": ("contract", "合同"),
    "collateral": ("collateral", "押品"),
    "guarantor": ("guarantor", "保证人"),
    "group": ("group", "集团"),
    "region": ("region", "地区"),
    "industry": ("industry", "行业"),
    "institution": ("institution", "机构"),
    "staff": ("staff", "员工"),
}
INSTITUTIONS: dict[str, Term] = {
    "head_office": ("head office", "总行"),
    "branch": ("branch", "支行"),
    "outlet": ("outlet", "网点"),
}
NATURES: dict[str, Term] = {
    "duty": ("duty", "必须"),
    "option": ("option", "可选"),
    "guard": ("guard", "禁止"),
}
SUITS: dict[str, Term] = {
    "none": ("no suit", "未诉讼"),
    "preservation": ("preservation", "诉前保全"),
    "sued": ("sued", "已起诉"),
    "judged": ("judged", "已判决"),
    "enforcement": ("in enforcement", "执行中"),
    "terminated": ("enforcement ended", "终结执行"),
    "bankruptcy": ("bankruptcy", "破产"),
}
RUN_STATES: dict[str, Term] = {
    "running": ("running", "运行中"),
    "failed": ("failed", "失败"),
    "done": ("done", "完成"),
    "superseded": ("superseded", "已被替代"),
}
RUN_STAGES: dict[str, Term] = {
    "gate": ("quality gate", "数据质量检查"),
    "inputs": ("inputs", "读入数据"),
    "facts": ("facts", "指标计算"),
    "signals": ("signals", "信号触发"),
    "warnings": ("warnings", "预警定级"),
    "classification": ("classification", "风险分类"),
    "clocks": ("legal clocks", "法律时限"),
    "measures": ("measures", "措施生成"),
    "results": ("results", "写出结果"),
}
RUN_MODES: dict[str, Term] = {"full": ("full", "全量"), "daily": ("daily", "日增量")}

TABLES: dict[str, Mapping[str, Term]] = {
    "run_state": RUN_STATES,
    "run_mode": RUN_MODES,
    "run_stage": RUN_STAGES,
    "colour": COLOURS,
    "role": terms.ROLES,
    "class": terms.CLASSES,
    "customer_kind": terms.CUSTOMER_KINDS,
    "entry_kind": {code.removeprefix("entry_"): term for code, term in terms.ENTRY_KINDS.items()},
    "contract_type": terms.CONTRACT_TYPES,
    "subject": SUBJECTS,
    "institution_kind": INSTITUTIONS,
    "nature": NATURES,
    "suit": SUITS,
    **book_words.TABLES,
}


def is_chinese() -> bool:
    """Tell whether the person reads Chinese."""
    return (get_language() or "").startswith("zh")


def pick(term: Term) -> str:
    """Give a term in the language of the person."""
    return term[1] if is_chinese() else term[0]


def word(kind: str, code: str | None) -> str:
    """Give the name of a code of a kind; the code itself where it has none, nothing for None."""
    if not code:
        return ""
    term = TABLES[kind].get(code)
    return pick(term) if term else code


@lru_cache(maxsize=8)
def policy_of(version: str, day: date) -> Policy:
    """Give the policy behind a version `<pack>-<hash>` on a day.

    It is the one that was promulgated here under that name, else the bank's own folder where one is set, else
    the shipped pack.
    """
    name = version.rpartition("-")[0]
    kept = Path(settings.STORE) / "console" / "policies" / name
    return load(kept if (kept / "pack.yaml").is_file() else settings.POLICY or name).as_of(day)


def _currency(run: Publication | None) -> str:
    """Give the currency in which the bank reckons: that of the pack of the run, else of the pack in use."""
    if run is not None:
        return policy_of(run.policy_version, run.as_of).currency
    return str(load(settings.POLICY or "cn_rural").settings["currency"])


def amount_unit(run: Publication | None) -> str:
    """Give the unit of amounts on a page: ten thousands in Chinese, units of the currency in English."""
    currency = _currency(run)
    return currency if not is_chinese() else "万元" if currency == "CNY" else f"万{currency}"


def file_unit(run: Publication | None) -> str:
    """Give the unit of amounts in a file, which are whole in both languages."""
    currency = _currency(run)
    return "元" if is_chinese() and currency == "CNY" else currency


@lru_cache(maxsize=8)
def _names(version: str, day: date) -> dict[str, dict[str, Mapping[str, str]]]:
    policy = policy_of(version, day)
    levels: dict[str, Mapping[str, str]] = {
        f"{scheme.id}:{level.level_code}": {"en": level.name_en, "zh": level.name_zh}
        for scheme in policy.schemes
        for level in scheme.levels
    }
    return {
        "signal": {one.code: one.name for one in policy.signals},
        "measure": {code: one.name for code, one in policy.measures.items()},
        "clock": {code: one.name for code, one in policy.clocks.items()},
        "level": levels,
    }


def name(kind: str, code: str | None, run: Publication | None) -> str:
    """Give the pack's name of a `signal`, `measure`, `clock` or `level` (`scheme:code`), else the code."""
    if not code or run is None:
        return code or ""
    found = _names(run.policy_version, run.as_of)[kind].get(code)
    short = code.rpartition(":")[2]
    return (found.get("zh" if is_chinese() else "en") or short) if found else short
