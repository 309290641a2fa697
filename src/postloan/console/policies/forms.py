"""What people type on pages of policies, read and refused before a service sees it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_FILE_LIMIT = 2 << 20


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class NewDraftForm(ReasonForm):
    """A draft that is begun."""

    title = forms.CharField(label=_("Title"), max_length=200)
    reference = forms.CharField(
        label=_("Reference"), max_length=200, help_text=_("The resolution or request behind it.")
    )
    effective_from = forms.DateField(label=_("To hold from"), widget=_DATE)
    field_order = ("title", "reference", "effective_from", "reason")


class ParameterForm(ReasonForm):
    """Another value of a parameter."""

    value = forms.CharField(
        label=_("New value"), max_length=5000, help_text=_("As packs write it: 35, 0.10, {amount: 5.00}.")
    )
    field_order = ("value", "reason")


class SignalForm(ReasonForm):
    """Other thresholds of a signal, or its switch; a field for each colour."""

    enabled = forms.BooleanField(label=_("Switched on"), required=False)

    def __init__(self, *args: Any, colours: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for colour, label in colours.items():
            self.fields[colour] = forms.CharField(label=label, max_length=200, required=False)
        self.order_fields([*colours, "enabled", "reason"])


class FileForm(ReasonForm):
    """A decision table as DMN or xlsx, or cases as CSV or YAML."""

    file = forms.FileField(
        label=_("File"), help_text=_("A decision table (.dmn, .xlsx), or cases (.csv, .yaml).")
    )
    field_order = ("file", "reason")

    def clean_file(self) -> Any:
        """Refuse what is too large, or has another ending."""
        file = self.cleaned_data["file"]
        if file.size > _FILE_LIMIT:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        if not file.name.lower().endswith((".dmn", ".xml", ".xlsx", ".csv", ".yaml")):
            raise forms.ValidationError(_("Only .dmn, .xlsx, .csv and .yaml are read."))
        return file


class DayForm(ReasonForm):
    """Another day from which a draft is to hold."""

    day = forms.DateField(label=_("To hold from"), widget=_DATE)
    field_order = ("day", "reason")


class SubmitForm(forms.Form):
    """Until when the branches may speak."""

    comments_until = forms.DateField(label=_("Comments until"), widget=_DATE)


class TextForm(forms.Form):
    """A comment, a note or a review."""

    text = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class QuestionsForm(forms.Form):
    """Questions as lines: the question, then an answer a line, the right one with a + before it."""

    questions = forms.CharField(
        label=_("Questions"),
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=20_000,
        help_text=_(
            "A question on a line, below it each answer on a line that begins with -, the right one with +. "
            "A blank line between questions."
        ),
    )

    def clean_questions(self) -> list[tuple[str, list[str], int]]:
        """Read the questions, each with its answers and the place of the right one."""
        asked = []
        for block in self.cleaned_data["questions"].replace("\r", "").split("\n\n"):
            lines = [line.strip() for line in block.split("\n") if line.strip()]
            if not lines:
                continue
            marks = [line[0] for line in lines[1:]]
            if len(marks) < 2 or set(marks) - set("+-") or marks.count("+") != 1:
                raise forms.ValidationError(
                    _("“%(text)s” needs two answers or more, one of them with a + before it."),
                    params={"text": lines[0]},
                )
            asked.append((lines[0], [line[1:].strip() for line in lines[1:]], marks.index("+")))
        return asked


def questions_text(questions: Any) -> str:
    """Give questions as the form takes them."""
    return "\n\n".join(
        "\n".join(
            [
                one.text,
                *(f"{'+' if place == one.right else '-'} {text}" for place, text in enumerate(one.answers)),
            ]
        )
        for one in questions
    )
