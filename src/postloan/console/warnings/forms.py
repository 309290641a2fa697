"""What people send about their lists."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class FilterForm(forms.Form):
    """A name for the filters that hold."""

    name = forms.CharField(label=_("Name"), max_length=60, strip=True)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
