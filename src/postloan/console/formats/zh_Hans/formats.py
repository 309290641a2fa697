"""Figures with a comma at the thousands, as Chinese banks write them; Django's own format has none."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
DECIMAL_SEPARATOR = "."
