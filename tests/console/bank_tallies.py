"""What a publication works out of the rows of the small bank, by the publication's own rules."""

from __future__ import annotations

from postloan.console.publishing import models as m
from postloan.console.publishing.selectors import current
from postloan.console.publishing.tables import customer_tallies, loan_tallies, with_reasons
from postloan.console.words import policy_of
from postloan.engine import Field, open_engine

_LOAN = (
    *(
        Field(name, "string")
        for name in (
            *("loan_id", "institution_id", "currency", "scheme_id", "class_previous", "class_final"),
            *("class_machine", "class_decided", "five_level"),
        )
    ),
    Field("balance", "integer"),
    Field("days_past_due", "integer"),
    Field("decided_on", "date"),
)
_CUSTOMER = (
    Field("institution_id", "string"),
    Field("colour", "string"),
    Field("exposure", "integer"),
    Field("overdue", "integer"),
)


def work_out() -> None:
    """Mark what is to be rated and what moved, and count the tallies anew."""
    run = current()
    assert run is not None
    m.LoanTally.objects.all().delete()
    m.CustomerTally.objects.all().delete()
    with open_engine(threads=1, memory="256MiB") as engine:
        rows = list(m.Loan.objects.values(*(field.name for field in _LOAN)))
        told = engine.from_rows(rows, _LOAN, "loan")
        loans = with_reasons(told, policy_of(run.policy_version, run.as_of), run.as_of)
        for row in engine.rows(loans.select("loan_id", "rate_rank", "class_moved")):
            m.Loan.objects.filter(pk=row.pop("loan_id")).update(**row)
        m.LoanTally.objects.bulk_create(m.LoanTally(**row) for row in engine.rows(loan_tallies(loans)))
        people = list(m.Customer.objects.values(*(field.name for field in _CUSTOMER)))
        customers = customer_tallies(engine.from_rows(people, _CUSTOMER, "customer"))
        m.CustomerTally.objects.bulk_create(m.CustomerTally(**row) for row in engine.rows(customers))
