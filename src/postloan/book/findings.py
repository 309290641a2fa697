"""What the quality gate found, in codes for programs and in words for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that somebody should look at.

    Args:
        code: a stable identifier in snake_case.
        table: the table it is about, or empty.
        file: the file or files it is about, or empty.
        rows: how many rows it touches.
        message: what was found, in words.
        mend: what can be done about it.
    """

    code: str
    table: str
    file: str
    rows: int
    message: str
    mend: str = ""

    def as_dict(self) -> dict[str, object]:
        """Give the finding as the object that `--json` prints."""
        return asdict(self)


MEND: dict[str, str] = {
    "malformed_row": "make the row as long as the header; put text that holds the separator in quotes, "
    "and close every quote",
    "wrong_type": "write the value in the form named",
    "not_a_number": "put the true number, or leave the cell empty if it is not known",
    "missing_value": "fill the cell in",
    "unknown_code": "use one of the allowed values, or translate yours in the mapping: "
    "values: {table: {column: {yours: ours}}}",
    "negative_amount": "amounts here are not below zero; a reversal is a row of its own with reverses_id",
    "out_of_range": "put a value inside the range",
    "implausible_date": "put the true date; where there is none, leave the cell empty "
    "instead of a year like 9999",
    "dates_reversed": "look which of the two dates is wrong",
    "after_as_of": "look whether the date is right; rows of a later day belong in a later delivery",
    "duplicate_row": "the row was there already and was counted once; see that no file is delivered twice",
    "duplicate_key": "keep the right row of those named; a correction needs a later known_on",
    "orphan": "deliver the row it refers to, or correct the number; then import with --resume-quarantine",
}
"""How a quarantined row of each reason can be mended."""

WORDS: dict[str, str] = {
    "malformed_row": "rows with too many or too few columns",
    "wrong_type": "values of the wrong type",
    "not_a_number": "amounts that are not numbers (NaN)",
    "missing_value": "required values missing",
    "unknown_code": "codes that are not in the closed list",
    "negative_amount": "negative amounts",
    "out_of_range": "values out of range",
    "implausible_date": "dates that cannot be true",
    "dates_reversed": "dates in the wrong order",
    "after_as_of": "dates after the as-of date",
    "duplicate_row": "rows that came twice",
    "duplicate_key": "different rows with one key",
    "orphan": "rows that refer to something that is not there",
}
"""Each reason for quarantine in words."""
