"""Sign-in by LDAP, with the extra `ldap`: the directory checks the password, the number finds the person."""

from __future__ import annotations

from typing import Any

from django_auth_ldap.backend import LDAPBackend

from postloan.console.people.models import Staff


class StaffLDAPBackend(LDAPBackend):  # type: ignore[misc]
    """Finds staff by the number as it is written, or by the only one that differs in case alone."""

    def get_or_build_user(self, username: str, _ldap_user: Any) -> tuple[Staff, bool]:
        """Give the person of a number and whether they are new, which the settings refuse."""
        found = Staff.objects.filter(pk=username).first()
        if found is None:
            alike = list(Staff.objects.filter(pk__iexact=username)[:2])
            found = alike[0] if len(alike) == 1 else None
        return (found, False) if found is not None else (Staff(staff_id=username), True)
