"""A realistic draft on the Czech bank: heavy cash withdrawals watched from a fifth of the income."""

from __future__ import annotations

import pytest

from postloan.run.impact import Request, impact

pytestmark = pytest.mark.real_data

DRAFT = """\
- code: ACC04
  name: {en: Heavy cash withdrawals, zh: 大额取现}
  family: account
  subject: customer
  fact: customer.cash_out_share_30d
  grades: {orange: ">= 0.5", yellow: ">= 0.2"}
  when: customer.has_open_loan and customer.cash_out_30d_amt >= 20000
  needs: [account, entry]
  suppress_days: 30
  effort_minutes: 15
  overrides: watch cash earlier
"""


def test_more_customers_are_watched_and_none_less(berka, tmp_path):
    (tmp_path / "signals").mkdir()
    (tmp_path / "pack.yaml").write_text("id: our_draft\nextends: cn_rural\ncurrency: CNY\n", encoding="utf-8")
    (tmp_path / "signals" / "own.yaml").write_text(DRAFT, encoding="utf-8")
    told = impact(Request(str(tmp_path), berka.store))
    (day,) = told["days"]
    assert (day["proven"], day["loans"]) == (True, 38)
    colours = {row["colour"]: row["new"] - row["old"] for row in day["colours"]}
    assert colours == {"red": 0, "orange": 8, "yellow": -2, "blue": 0, "none": -6}
    (signal,) = [row for row in day["signals"] if row["gained"] or row["lost"] or row["regraded"]]
    assert signal["code"] == "ACC04"
    assert [one["customer_id"] for one in day["sample"]][:3] == ["1286", "7914", "13687"]
