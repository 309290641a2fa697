"""The application as a web server calls it."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from postloan.console.texts import compile_texts

if not os.environ.get("POSTLOAN_SECRET_KEY"):
    # The key that settings fall back to stands in the program for everybody to read.
    raise ImproperlyConfigured("set POSTLOAN_SECRET_KEY, or start the console with: postloan serve")
compile_texts()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postloan.console.settings")
application = get_wsgi_application()
