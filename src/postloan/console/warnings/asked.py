"""What a person asks of the list of warnings: filters and order, out of the query and as a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from postloan.console import words
from postloan.console.customers.masking import Sight, sensitive_codes
from postloan.console.customers.selectors import places_of
from postloan.console.listing import Chip, chips, whole
from postloan.console.people.models import Staff
from postloan.console.people.rights import MANAGER, Scope
from postloan.console.publishing.models import RANKS, Coverage, Publication
from postloan.console.warnings.columns import FILTERS, WARNINGS

_MOST_DAYS, _MOST_AMOUNT, _MOST_OWNERS = 36_500, 10**13, 300


def asked_of(query: QueryDict) -> dict[str, str]:
    """Give the filters, the order and the columns of a query in one form, without what is not understood."""
    told = {name: query.get(name, "").replace("\x00", "").strip() for name in FILTERS}
    wanted = {one for several in query.getlist("colour") for one in several.split(",")}
    told["colour"] = ",".join(one for one in RANKS if one in wanted)
    for name, most in (("age", _MOST_DAYS), ("least", _MOST_AMOUNT)):
        number = whole(told[name], most)
        if told[name] != "new":
            told[name] = str(number) if number else ""
    if told["least"] == "new":
        told["least"] = ""
    return {name: value for name, value in {**told, **WARNINGS.kept(query)}.items() if value}


@dataclass(frozen=True)
class Choices:
    """What the filters offer: (code, words) pairs."""

    owners: Sequence[tuple[str, str]]
    places: Sequence[tuple[str, str]]
    signals: Sequence[tuple[str, str]]


def choices(scope: Scope, sight: Sight, run: Publication | None) -> Choices:
    """Give owners and outlets of the part of the tree that a person sees, and signals that fired."""
    places = places_of(scope)
    owners: list[tuple[str, str]] = []
    if scope.sees_all or scope.institutions:
        staff = Staff.objects.filter(roles__role=MANAGER, left_on__isnull=True)
        if not scope.sees_all:
            staff = staff.filter(institution_id__in=scope.institutions)
        owners = list(staff.distinct().order_by("staff_id").values_list("pk", "name")[:_MOST_OWNERS])
    hidden = frozenset() if sight.places or sight.managers else sensitive_codes(run)
    codes = Coverage.objects.filter(fired__gt=0).order_by("code").values_list("code", flat=True)
    signals = [(code, f"{code} {words.name('signal', code, run)}") for code in codes if code not in hidden]
    return Choices(owners, places, signals)


def sentence(asked: Mapping[str, str], offered: Choices) -> list[Chip]:
    """Give the filters that hold as chips, which read as one sentence before the word for warnings."""
    told: dict[str, str] = {}
    if "colour" in asked:
        names = [words.word("colour", one) for one in asked["colour"].split(",")]
        told["colour"] = gettext(" or ").join(names)
    if asked.get("owner") == "me":
        told["owner"] = gettext("owned by me")
    elif "owner" in asked:
        told["owner"] = gettext("owned by %(name)s") % {
            "name": dict(offered.owners).get(asked["owner"], asked["owner"])
        }
    if "place" in asked:
        told["place"] = gettext("of %(place)s") % {
            "place": dict(offered.places).get(asked["place"], asked["place"])
        }
    if asked.get("age") == "new":
        told["age"] = gettext("new today")
    elif "age" in asked:
        days = int(asked["age"])
        told["age"] = ngettext("open for %(days)s day or more", "open for %(days)s days or more", days) % {
            "days": days
        }
    if "least" in asked:
        told["least"] = gettext("with an exposure of %(amount)s or more") % {
            "amount": number_format(int(asked["least"]), force_grouping=True)
        }
    if "signal" in asked:
        told["signal"] = gettext("with the signal %(signal)s") % {
            "signal": dict(offered.signals).get(asked["signal"], asked["signal"])
        }
    if "search" in asked:
        told["search"] = gettext("“%(text)s” in name or number") % {"text": asked["search"]}
    return chips(asked, told)
