"""Django's settings, read from the environment; `postloan serve` fills it in for one machine.

POSTLOAN_STORE       the store whose runs are shown
POSTLOAN_BOOK        the book that they were made from, for rows and for runs from the console
POSTLOAN_POLICY      the pack, where it is not the one that the run names
DATABASE_URL         the database; SQLite in the store when empty
POSTLOAN_SECRET_KEY  the key of sessions; made once in the store when empty
POSTLOAN_HOSTS       host names to answer to, with commas; loopback always
POSTLOAN_SECURE      1 behind TLS: cookies go over HTTPS only
POSTLOAN_PROXY       the address from which the proxy before it comes; 127.0.0.1 when empty

Sign-in by the bank's own directory, each where it is set:
POSTLOAN_OIDC_SERVER, POSTLOAN_OIDC_CLIENT, POSTLOAN_OIDC_SECRET   OpenID Connect
POSTLOAN_OIDC_CLAIM  the claim that holds the staff number; preferred_username when empty
POSTLOAN_OIDC_SIGN_IN   the origin of its page of sign-in, where that is not the server's own
POSTLOAN_LDAP_SERVER, POSTLOAN_LDAP_USER_DN   LDAP (extra `ldap`): ldaps://host, uid=%(user)s,ou=staff,dc=bank
POSTLOAN_LDAP_START_TLS   1 where an ldap:// server is spoken to under TLS
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import SELF, UNSAFE_INLINE

from postloan.console.directories import origin, safe

HERE = Path(__file__).parent
STORE = Path(os.environ.get("POSTLOAN_STORE", "store"))
BOOK = os.environ.get("POSTLOAN_BOOK", "")
POLICY = os.environ.get("POSTLOAN_POLICY", "")
EVIDENCE = STORE / "console" / "evidence"

SECRET_KEY = os.environ.get("POSTLOAN_SECRET_KEY", "only-to-read-settings")
DEBUG = False
SECURE = os.environ.get("POSTLOAN_SECURE") == "1"
PROXY = os.environ.get("POSTLOAN_PROXY") or "127.0.0.1"
ALLOWED_HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    *filter(None, os.environ.get("POSTLOAN_HOSTS", "").split(",")),
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if SECURE else []

PARTS = (
    "audit",
    "people",
    "publishing",
    "work",
    "desk",
    "policies",
    "home",
    "warnings",
    "customers",
    "signals",
    "runs",
    "administration",
    "help",
)
INSTALLED_APPS = [
    # First, since where two know a text the first one's Chinese is shown: allauth's "Note" is another word.
    *(f"postloan.console.{part}" for part in PARTS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "postloan.console.people.middleware.DeviceRights",
    "allauth.account.middleware.AccountMiddleware",
    "postloan.console.people.middleware.SessionLimits",
    "postloan.console.people.middleware.SignedIn",
    "postloan.console.administration.middleware.OwnPassword",
    "postloan.console.administration.middleware.SecondFactor",
]
ROOT_URLCONF = "postloan.console.urls"
WSGI_APPLICATION = "postloan.console.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "postloan.console.templatetags.console",
                "postloan.console.help.templatetags.help",
                "django.templatetags.i18n",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "postloan.console.context.console",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    found: Any = dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{STORE.absolute() / 'console' / 'console.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
    if found["ENGINE"].endswith("sqlite3"):
        # Writers queue instead of failing, and readers are never in their way.
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
        }
    return dict(found)


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "console_cache"}}
FORMAT_MODULE_PATH = ["postloan.console.formats"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
OIDC_CLAIM = os.environ.get("POSTLOAN_OIDC_CLAIM") or "preferred_username"
OIDC_SERVER = safe("POSTLOAN_OIDC_SERVER", "https", os.environ.get("POSTLOAN_OIDC_SERVER", ""))
OIDC_SIGN_IN = origin(os.environ.get("POSTLOAN_OIDC_SIGN_IN") or OIDC_SERVER)
HAS_OIDC = bool(OIDC_SERVER)
if HAS_OIDC:
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    SOCIALACCOUNT_ADAPTER = "postloan.console.people.adapter.DirectoryAdapter"
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "bank",
                    "name": "bank",
                    "client_id": os.environ.get("POSTLOAN_OIDC_CLIENT", ""),
                    "secret": os.environ.get("POSTLOAN_OIDC_SECRET", ""),
                    "settings": {"server_url": OIDC_SERVER},
                }
            ],
        }
    }
if os.environ.get("POSTLOAN_LDAP_SERVER"):
    # A directory says who somebody is; who works here and may do what stays with administration.
    AUTHENTICATION_BACKENDS.insert(0, "postloan.console.people.ldap.StaffLDAPBackend")
    AUTH_LDAP_START_TLS = os.environ.get("POSTLOAN_LDAP_START_TLS") == "1"
    AUTH_LDAP_SERVER_URI = os.environ["POSTLOAN_LDAP_SERVER"]
    if not AUTH_LDAP_START_TLS:
        safe("POSTLOAN_LDAP_SERVER", "ldaps", AUTH_LDAP_SERVER_URI)
    AUTH_LDAP_USER_DN_TEMPLATE = os.environ["POSTLOAN_LDAP_USER_DN"]
    AUTH_LDAP_CONNECTION_OPTIONS = {0x5005: 5, 0x5002: 5}  # seconds to connect, and to wait for an answer
    AUTH_LDAP_NO_NEW_USERS = True
    AUTH_LDAP_ALWAYS_UPDATE_USER = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "postloan.console.administration.validators.AnotherPassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "postloan.console.people.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "staff_id"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/300s/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Postloan"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE

SESSION_IDLE_MINUTES = 30
SESSION_ABSOLUTE_HOURS = 10
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Charts and the table editor set styles on what they draw; scripts come from our own files alone.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],  # a voice note is heard before it is sent
        "font-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        # A browser holds a form to this on the way to the bank's own page of sign-in too.
        "form-action": [SELF, *([OIDC_SIGN_IN] if HAS_OIDC else [])],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [HERE / "locale"]
FORMAT_MODULE_PATH = ["postloan.console.formats"]
USE_I18N = True
USE_TZ = False  # times are the bank's own civil time, as everywhere in the book
TIME_ZONE = os.environ.get("TZ") or "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 << 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 << 20
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING"}},
}
