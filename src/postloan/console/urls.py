"""Every address of the console."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns = [
    path("", include("postloan.console.home.urls")),
    path("warnings/", include("postloan.console.warnings.urls")),
    path("customers/", include("postloan.console.customers.urls")),
    path("desk/", include("postloan.console.desk.urls")),
    path("runs/", include("postloan.console.runs.urls")),
    path("audit/", include("postloan.console.audit.urls")),
    path("administration/", include("postloan.console.administration.urls")),
    path("work/", include("postloan.console.work.urls")),
    path("policies/", include("postloan.console.policies.urls")),
    path("signals/", include("postloan.console.signals.urls")),
    path("help/", include("postloan.console.help.urls")),
    path("account/", include("postloan.console.people.urls")),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
]
if settings.HAS_OIDC:
    from postloan.console.people.directory import begin

    directory: list[URLPattern | URLResolver] = [
        path("oidc/<str:provider_id>/login/", begin),  # goes before allauth's own, which it calls
        path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    ]
    urlpatterns.append(path("account/", include(directory)))
handler404 = "postloan.console.errors.absent"
handler403 = "postloan.console.errors.absent"
handler500 = "postloan.console.errors.broken"
