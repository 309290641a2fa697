"""The words that explain a class, in English and Chinese."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "without": ("a better class ({0}) once this no longer holds: {1}", "以下情形消除后可为{0}：{1}"),
    "lacks": ("for {0} it lacks {1}", "达到{0}尚缺：{1}"),
    "circle": (
        "one level worse: its circle of guarantees has a failing member",
        "担保圈内有不良成员，下调一级",
    ),
    "row_circle": ("circle of guarantees", "担保圈"),
    "season_relief": (
        "season relief: the date was re-set before it was due, after a certified disaster",
        "灾害宽限：因经认定的灾害在到期前调整了还款日",
    ),
    "decided": ("people determined {0} on {1}, and so it stands", "人工认定{0}（{1}），以此为准"),
    "held_npl": (
        "held non-performing until people upgrade it: {0}",
        "不良分类保持，须经人工上调：{0}",
    ),
    "held_loss": (
        "a loss only once it is approved; until then one level short of it",
        "损失类须经批准方可生效，批准前按损失类前一级",
    ),
    "held_merger": ("no upgrade for now: a merger changed who pays", "合并收购期内不得上调"),
    "question": ("conditions of an upgrade: {0}", "上调条件：{0}"),
    "u1": ("arrears paid", "逾期已清"),
    "u2": ("paid normally long enough", "正常还款期满"),
    "u3": ("able to go on paying (for people to judge)", "持续还款能力（人工判断）"),
    "u4": ("no impaired asset of the debtor", "债务人无已减值资产"),
    "u5": ("retail, by days alone", "零售，可按脱期法"),
    "holds": ("yes", "满足"),
    "fails": ("no", "不满足"),
    "not_measurable": ("not measurable", "无法计量"),
    "upgrade_from": ("from {0}", "{0} 起"),
    "refused": ("the decision {0} of {1} does not count: {2}", "{1} 的认定{0}不生效：{2}"),
    "not_approved": ("nobody approved it", "未经批准"),
    "approver_unknown": ("the approver has no level", "批准人无审批层级"),
    "decider_unknown": ("nobody is named who determined it", "未注明认定人"),
    "same_person": ("determined and approved by one person", "认定与批准为同一人"),
    "determined_too_low": ("determined at too low a level", "认定层级不足"),
    "approved_too_low": ("approved at too low a level", "审批层级不足"),
    "more_than_one_step": ("more than one level at once", "一次上调超过一级"),
    "within_one_cycle": ("a second upgrade within one cycle", "同一周期内再次上调"),
    "worsened_since": ("the class became worse since", "其后分类已变差"),
    "refused_u1": ("arrears are not paid", "逾期未清"),
    "refused_u2": ("not yet paid normally long enough", "正常还款未满规定期限"),
    "refused_u4": ("the debtor has an impaired asset", "债务人尚有已减值资产"),
    "merger": ("a merger changed who pays", "合并收购期内"),
    "observed": ("restructured: observed {0} to {1}, {2} missed", "重组观察期 {0} 至 {1}，未按时还款 {2} 期"),
    "open": ("open", "未定"),
    "reference": ("the former matrix ({0}) would say {1}", "原矩阵（规则 {0}）为{1}"),
    "provision": ("provision {0}, before {1}", "拨备 {0}，此前 {1}"),
}


def say(lang: str, key: str, *values: object) -> str:
    """Give the words for a key with its values in place."""
    return WORDS[key][lang == "zh"].format(*values)
