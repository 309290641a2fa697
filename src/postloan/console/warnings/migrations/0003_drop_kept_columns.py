"""What people kept of columns was moved to their saved filters."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("warnings", "0002_columns_stand_in_the_address")]
    operations: ClassVar = [migrations.DeleteModel("ListColumns")]
