"""States and kinds of what the console starts."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

STATES: dict[str, str] = {
    "waiting": _("waits for its turn"),
    "running": _("is at work"),
    "publishing": _("is being published"),
    "done": _("done"),
    "failed": _("failed"),
}
ACTIVE = ("waiting", "running", "publishing")
KINDS: dict[str, str] = {"run": _("run of a day"), "import": _("import of mended rows")}
