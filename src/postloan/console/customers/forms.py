"""What people send about customers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class NoteForm(forms.Form):
    """A note on a customer."""

    text = forms.CharField(
        label=_("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )
    is_sensitive = forms.BooleanField(
        label=_("tells of the household or of what was heard in the village"), required=False
    )


class ReasonForm(forms.Form):
    """Why somebody needs to see sensitive rows."""

    reason = forms.CharField(label=_("Reason"), min_length=4, max_length=500, strip=True)
