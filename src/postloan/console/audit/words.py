"""What actions and kinds of objects are called; a code without a name is shown as it is."""

from __future__ import annotations

from postloan.console.words import SUBJECTS, Term, pick

ACTIONS: dict[str, Term] = {
    "publish": ("published a run", "发布跑批结果"),
    "sign_in": ("signed in", "登录"),
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
    "end_role": ("ended a role", "终止岗位"),
    "set_leave": ("named a deputy", "设置代理"),
    "end_leave": ("ended a deputy's term", "终止代理"),
    "export_audit": ("exported the audit", "导出审计记录"),
    "verify_audit": ("verified the audit", "校验审计链"),
}
OBJECTS: dict[str, Term] = {
    **SUBJECTS,
    "run": ("run", "跑批"),
    "job": ("job", "任务"),
    "table": ("table", "数据表"),
    "audit": ("audit", "审计记录"),
}


def action(code: str) -> str:
    """Give what an action is called."""
    return pick(ACTIONS[code]) if code in ACTIONS else code


def kind(code: str) -> str:
    """Give what a kind of object is called."""
    return pick(OBJECTS[code]) if code in OBJECTS else code
