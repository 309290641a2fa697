"""Forms for a decision table: the DMN that the editor makes, and the cells of one rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postloan.console.policies import sheets
from postloan.console.policies.forms import ReasonForm
from postloan.policy.model import DecisionTable, Rule

_LARGEST = 2 << 20
_CELL = {"spellcheck": "false", "autocomplete": "off", "class": "code"}


class TableForm(ReasonForm):
    """A table as the editor of the page gives it."""

    xml = forms.CharField(max_length=_LARGEST, strip=False, widget=forms.HiddenInput())
    field_order = ("xml", "reason")


class RuleForm(ReasonForm):
    """One rule: a field for each cell, in the order of the columns; a new one has a name of its own."""

    rule_id = forms.CharField(
        label=gettext_lazy("Name of the new rule"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Only for a rule that is added below."),
    )

    def __init__(self, *args: Any, table: DecisionTable, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table, self.held = table, rule
        self.columns: dict[str, str] = {}
        for place, (column, text) in enumerate(zip(table.inputs, rule.tests, strict=True)):
            self._cell(f"test{place}", sheets.name_of(column), column.expression, text, column.allowed)
        for place, (output, text) in enumerate(zip(table.outputs, rule.entries, strict=True)):
            self._cell(f"entry{place}", sheets.name_of(output), output.name, text, output.values)
        for place, name in enumerate(table.annotations):
            note = (*rule.annotations, *("",) * len(table.annotations))[place]
            self.fields[f"note{place}"] = forms.CharField(
                label=name, max_length=2000, required=False, initial=note
            )
        notes = [f"note{place}" for place in range(len(table.annotations))]
        self.order_fields([*self.columns, *notes, "reason", "rule_id"])

    def _cell(self, field: str, label: str, technical: str, text: str, allowed: str) -> None:
        self.columns[field] = technical
        told = technical if not allowed else f"{technical} · {_('one of')} {allowed}"
        self.fields[field] = forms.CharField(
            label=label,
            max_length=2000,
            required=False,
            initial=text,
            help_text=told if told != label else "",
            widget=forms.TextInput(attrs=_CELL),
        )

    def cells(self) -> list[str]:
        """Give the names of the fields of cells that are on the form."""
        return list(self.columns)

    def rule(self, *, is_new: bool) -> Rule:
        """Give the rule as it was typed; an empty condition is met by everything."""
        said = self.cleaned_data
        return Rule(
            said["rule_id"] if is_new else self.held.id,
            tuple(said[f"test{place}"] or "-" for place in range(len(self.table.inputs))),
            tuple(said[f"entry{place}"] for place in range(len(self.table.outputs))),
            tuple(said[f"note{place}"] for place in range(len(self.table.annotations))),
        )
