"""What actions and kinds of objects are called; a code without a name is shown as it is."""

from __future__ import annotations

from postloan.console.words import SUBJECTS, Term, pick

ACTIONS: dict[str, Term] = {
    "publish": ("published a run", "发布跑批结果"),
    "sign_in": ("signed in", "登录"),
    "sign_in_failed": ("failed to sign in", "登录失败"),
    "sign_in_locked": ("was locked out", "登录锁定"),
    "sign_out": ("signed out", "退出登录"),
    "session_ended": ("ended a session", "会话失效"),
    "unbind_directory": ("unbound the account of the directory", "解除目录账号绑定"),
    "end_password": ("ended a password of the console", "停用本地密码"),
    "propose_role": ("proposed a role", "提交岗位授权"),
    "propose_deputy": ("proposed a deputy", "提交代理人设置"),
    "propose_second_factor": ("proposed to take a second factor away", "提交解除双因素认证"),
    "propose_restore": ("proposed to restore an account", "提交恢复员工"),
    "take_second_factor": ("took a second factor away", "解除双因素认证"),
    "refuse_proposal": ("refused a change of rights", "退回权限变更"),
    "withdraw_proposal": ("withdrew a change of rights", "撤回权限变更"),
    "demand_second_factor": ("set which roles need a second factor", "设置岗位双因素认证要求"),
    "class_rate": ("rated a class", "分类初分"),
    "class_determine": ("determined a class", "分类认定"),
    "class_approve": ("approved a class", "分类审批"),
    "class_return": ("sent a class back", "退回分类"),
    "class_withdraw": ("withdrew a rating", "撤回初分"),
    "start_run": ("started a run", "发起跑批"),
    "run_done": ("finished a run", "跑批完成"),
    "run_failed": ("failed in a run", "跑批失败"),
    "import_mended": ("imported mended rows", "导入修正数据"),
    "import_done": ("finished an import", "导入完成"),
    "import_failed": ("failed in an import", "导入失败"),
    "abandon_job": ("gave a job up", "放弃任务"),
    "download_quarantine": ("downloaded rows in quarantine", "下载隔离数据"),
    "make_staff": ("made an account", "新建员工"),
    "reset_password": ("gave a one-time password", "重置密码"),
    "change_password": ("changed the password", "修改密码"),
    "end_staff": ("ended an account", "停用员工"),
    "restore_staff": ("restored an account", "恢复员工"),
    "give_role": ("gave a role", "授予岗位"),
    "add_second_factor": ("added a second factor", "添加双因素认证"),
    "remove_second_factor": ("removed a second factor", "移除双因素认证"),
    "reset_second_factor": ("renewed a second factor", "重置双因素认证"),
    "end_role": ("ended a role", "终止岗位"),
    "set_leave": ("named a deputy", "设置代理"),
    "end_leave": ("ended a deputy's term", "终止代理"),
    "case_open_from_publication": ("opened the work of a run", "按跑批结果派生工作"),
    "work_escalate": ("raised late work", "超时上报"),
    "feedback_export": ("brought work back into the book", "回写工作结果"),
    "save_filter": ("saved a filter", "保存筛选"),
    "delete_filter": ("deleted a filter", "删除筛选"),
    "choose_columns": ("chose columns", "设置列表列"),
    "write_note": ("wrote a note", "添加备注"),
    "show_sensitive": ("looked at sensitive fields", "查看敏感信息"),
    "export": ("exported a list", "导出清单"),
    "begin_draft": ("began a draft", "新建规则草稿"),
    "change_draft": ("changed a draft", "修改规则草稿"),
    "set_questions": ("set the questions of a draft", "设置考核题"),
    "ask_impact": ("asked for an impact report", "申请影响测算"),
    "impact_done": ("finished an impact report", "影响测算完成"),
    "impact_failed": ("failed in an impact report", "影响测算失败"),
    "export_audit": ("exported the audit", "导出审计记录"),
    "verify_audit": ("verified the audit", "校验审计链"),
}
OBJECTS: dict[str, Term] = {
    **SUBJECTS,
    "run": ("run", "跑批"),
    "job": ("job", "任务"),
    "table": ("table", "数据表"),
    "audit": ("audit", "审计记录"),
    "case": ("case", "案件"),
    "task": ("task", "任务单"),
    "work": ("work", "工作"),
    "watch_entry": ("entry of the watch list", "关注名单"),
    "book": ("book", "数据集"),
    "list": ("list", "清单"),
    "saved_filter": ("saved filter", "筛选方案"),
    "policy": ("policy", "规则"),
    "roles": ("roles", "岗位"),
}


_OF_WORK = ("case_", "task_", "work_", "watch_")


def action(code: str) -> str:
    """Give what an action is called; those of work have the words of their table of states."""
    if code in ACTIONS:
        return pick(ACTIONS[code])
    from postloan.console.work import words as work  # the audit is below all other parts

    prefix = next((one for one in _OF_WORK if code.startswith(one)), "")
    step = code.removeprefix(prefix)
    return work.word("action", step) if step in work.ACTIONS else code


def kind(code: str) -> str:
    """Give what a kind of object is called."""
    return pick(OBJECTS[code]) if code in OBJECTS else code
