"""Forms for entries of a draft: a parameter by the kind of its value, a measure, a calendar, a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postloan.book.tables.bank import ROLES
from postloan.console import words
from postloan.console.policies import folders
from postloan.console.policies.forms import ReasonForm
from postloan.errors import PolicyError
from postloan.policy import parameter_range
from postloan.policy.calendar import CalendarYear
from postloan.policy.entries import Measure, Parameter

_LARGEST = 100_000
Names = Mapping[str, str]


def _code(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "class": "code", "spellcheck": "false", "autocomplete": "off"})


class ValueForm(ReasonForm):
    """Another value of a parameter: one field, or one for each part of a mapping, by its kind."""

    def __init__(self, *args: Any, parameter: Parameter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameter = parameter
        self.parts = dict(_parts(parameter.value))
        for part, value in self.parts.items():
            self.fields[_field(part)] = _field_of(parameter, part, value)
            self.initial.setdefault(_field(part), _initial(value))
        self.order_fields([*(_field(part) for part in self.parts), "reason"])

    def clean(self) -> dict[str, Any]:
        """Read the parts that are lists or nested, which no single field reads."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for part, value in self.parts.items():
            if _field(part) in said:
                try:
                    said[_field(part)] = _read(value, said[_field(part)])
                except PolicyError as error:
                    self.add_error(_field(part), error.message)
        return said

    def value(self) -> str:
        """Give the value as packs write it."""
        if list(self.parts) == [""]:
            return folders.as_text(self.cleaned_data[_field("")])
        return folders.as_text({part: self.cleaned_data[_field(part)] for part in self.parts})


def _field(part: str) -> str:
    return f"value.{part}" if part else "value"


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | Decimal | str | date)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Give the parts that have a field each: of a mapping of plain values its keys, else the whole."""
    flat = isinstance(value, Mapping) and all(_is_plain(one) for one in value.values())
    if flat and all(isinstance(key, str) for key in value):
        yield from value.items()
    else:
        yield "", value


def _field_of(parameter: Parameter, part: str, value: Any) -> forms.Field:
    label: Any = part or gettext_lazy("New value")
    if isinstance(value, bool):
        return forms.BooleanField(label=label, required=False)
    if isinstance(value, int | Decimal):
        allowed = parameter_range.allowed(parameter.name, value, part)
        assert allowed is not None
        return forms.DecimalField(
            label=label,
            min_value=allowed.least,
            max_value=allowed.most,
            max_digits=18,
            decimal_places=0 if isinstance(value, int) and allowed.whole else 6,
            help_text=range_said(allowed),
            widget=forms.NumberInput(attrs={"step": "1" if isinstance(value, int) else "any"}),
        )
    if isinstance(value, date):
        return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if isinstance(value, str):
        return forms.CharField(label=label, max_length=500)
    if _is_list(value):
        return forms.CharField(label=label, help_text=_("One value on a line."), widget=_code(8))
    return forms.CharField(
        label=label,
        help_text=_("As packs write it: a name, a colon and a value on each line."),
        max_length=_LARGEST,
        widget=_code(16),
    )


def range_said(allowed: parameter_range.Range) -> str:
    """Say in words what a number may be."""
    whole = _("a whole number") if allowed.whole else _("a number")
    if allowed.most is None:
        return _("Allowed: %(kind)s from %(least)s on.") % {"kind": whole, "least": allowed.least}
    told = {"kind": whole, "least": allowed.least, "most": allowed.most}
    return _("Allowed: %(kind)s from %(least)s to %(most)s.") % told


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(_is_plain(one) and not isinstance(one, bool) for one in value)


def _initial(value: Any) -> Any:
    if _is_plain(value):
        return format(value, "f") if isinstance(value, Decimal) else value
    if _is_list(value):
        return "\n".join(one if isinstance(one, str) else folders.as_text(one) for one in value)
    return folders.as_lines(value)


def _read(value: Any, said: Any) -> Any:
    """Read what stands in a field, as the kind of value that stood there."""
    if isinstance(value, int) and not isinstance(value, bool) and isinstance(said, Decimal):
        return int(said) if said == int(said) else said
    if _is_plain(value) or not isinstance(said, str):
        return said
    if _is_list(value):
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        return (
            lines if all(isinstance(one, str) for one in value) else [folders.value_of(one) for one in lines]
        )
    return folders.value_of(said)


class TextForm(ReasonForm):
    """An entry or a file as text."""

    text = forms.CharField(label=gettext_lazy("Text"), max_length=_LARGEST, strip=False, widget=_code(24))
    field_order = ("text", "reason")


class MeasureForm(ReasonForm):
    """A measure, field by field; what has no field here is kept as it is."""

    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=200)
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=200)
    nature = forms.ChoiceField(label=gettext_lazy("Nature"))
    level = forms.ChoiceField(label=gettext_lazy("Applies to"))
    owner_role = forms.ChoiceField(label=gettext_lazy("Who does it"))
    approver_role = forms.ChoiceField(label=gettext_lazy("Who approves it"), required=False)
    choice_group = forms.CharField(
        label=gettext_lazy("One choice with"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("Of measures that name the same group one is enough."),
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One kind on a line."),
    )
    effort_minutes = forms.IntegerField(label=gettext_lazy("Effort, minutes"), min_value=0, max_value=10_000)
    field_order = (
        "name_en",
        "name_zh",
        "nature",
        "level",
        "owner_role",
        "approver_role",
        "choice_group",
        "evidence",
        "effort_minutes",
        "reason",
    )

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(one, words.word("role", one)) for one in ROLES.split()]
        self._choose("nature", [(one, words.word("nature", one)) for one in ("duty", "option", "guard")])
        self._choose(
            "level",
            [("loan", words.word("subject", "loan")), ("customer", words.word("subject", "customer"))],
        )
        self._choose("owner_role", roles)
        self._choose("approver_role", [("", _("no approval")), *roles])
        kept = {one: getattr(measure, one) for one in self.field_order if hasattr(measure, one)}
        told = {"name_en": measure.name.get("en", ""), "name_zh": measure.name.get("zh", "")}
        self.initial = {**kept, **told, "evidence": "\n".join(measure.evidence)}

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def text(self, raw: Mapping[str, Any]) -> str:
        """Give the entry as packs write it; `raw` is the one that stands, without what it says of itself."""
        said = self.cleaned_data
        entry = dict(raw)
        entry["name"] = {**_names(raw), "en": said["name_en"], "zh": said["name_zh"]}
        entry["evidence"] = [line.strip() for line in said["evidence"].splitlines() if line.strip()]
        for name in ("nature", "level", "owner_role", "approver_role", "choice_group", "effort_minutes"):
            entry[name] = said[name]
        kept = {key: value for key, value in entry.items() if value not in ("", [], None)}
        return folders.as_lines(kept)


def _names(raw: Mapping[str, Any]) -> Names:
    name = raw.get("name")
    return name if isinstance(name, Mapping) else {}


class CalendarForm(ReasonForm):
    """The working days of a year: days off, and weekend days that are worked, one on a line."""

    source = forms.CharField(label=gettext_lazy("Source"), max_length=500)
    holidays = forms.CharField(
        label=gettext_lazy("Days off"),
        required=False,
        widget=_code(16),
        help_text=gettext_lazy("One day on a line, as 2027-01-01; weekends need not be named."),
    )
    extra_workdays = forms.CharField(
        label=gettext_lazy("Weekend days that are worked"),
        required=False,
        widget=_code(6),
        help_text=gettext_lazy("One day on a line."),
    )
    field_order = ("source", "holidays", "extra_workdays", "reason")

    def __init__(self, *args: Any, year: int, known: CalendarYear | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        if known is not None:
            self.initial = {
                "source": known.source,
                "holidays": "\n".join(map(str, sorted(known.holidays))),
                "extra_workdays": "\n".join(map(str, sorted(known.extra_workdays))),
            }

    def clean_holidays(self) -> list[date]:
        """Read the days off."""
        return self._days("holidays")

    def clean_extra_workdays(self) -> list[date]:
        """Read the weekend days that are worked."""
        return self._days("extra_workdays")

    def _days(self, name: str) -> list[date]:
        found = []
        for number, line in enumerate(self.cleaned_data[name].splitlines(), 1):
            text = line.strip()
            if not text:
                continue
            try:
                day = date.fromisoformat(text)
            except ValueError:
                day = date.min
            if day.year != self.year:
                told = {"line": number, "text": text[:40], "year": self.year}
                raise forms.ValidationError(
                    _("Line %(line)s: “%(text)s” is no day of %(year)s."), params=told
                )
            found.append(day)
        return sorted(set(found))

    def text(self) -> str:
        """Give the file as packs write it."""
        said = self.cleaned_data
        whole = {"year": self.year, "source": said["source"], "status": "P"}
        days = {name: said[name] for name in ("holidays", "extra_workdays")}
        return folders.as_lines({**whole, **days}, is_spread=True)
