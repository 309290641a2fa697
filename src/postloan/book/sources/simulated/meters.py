"""What meters, the tax office, surveys and accountants say of customers."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.constants import BULLET, CORPORATE, FARMER, INDIVIDUAL, SMALL
from postloan.book.sources.simulated.draws import Floats, Ints, yuan
from postloan.book.sources.simulated.ids import constant, one_of
from postloan.book.sources.simulated.ledger import NULL
from postloan.book.sources.simulated.parties import Parties

_OPINIONS = ("unqualified", "qualified")


class Meters:
    """Makes indicators and statements of customers; each comes some days after its period."""

    def __init__(self, parties: Parties) -> None:
        self.parties, self.life, self.branch = parties, parties.life, parties.branch
        self.writer, self.world, self.ids = parties.writer, parties.world, parties.ids
        self.start, self.last, self.months = parties.start, parties.last, parties.months
        span = slice(self.start, self.last + 1)
        force = self.life.stress.of_cause(self.branch, "rerouted")[span]
        self.pinch = self.life.pinch[span]  # how many bills of life and trade stay unpaid
        path = self.life.stress.path[span]
        self.path = path
        self.sales = (self.life.first[span] + self.life.second[span]) / (1 - force * (path > 0.2))

    def write(self) -> None:
        """Write indicators and statements."""
        self._firms()
        self._farms()
        self._persons()
        self._statements()

    def _rows(self, name: str, mine: Ints, months: Ints, values: Floats, delay: int = 12) -> None:
        """Write an indicator: `values` by month (from the first written) and customer; NaN is left out."""
        month, customer = np.nonzero(mine & months[:, None] & ~np.isnan(values))
        end = self.world.calendar.end(month + self.start)
        self.writer.add(
            "customer_indicator",
            end + delay + customer % 5,
            customer_id=self.ids.customer(customer),
            indicator=constant(name, len(customer)),
            period=end,
            value=np.round(values[month, customer], 4),
        )

    def _every(self, step: int, at: int = 0) -> Ints:
        return self.world.calendar.of_year(self.months) % step == at % step

    def _in(self, *calendar_months: int) -> Ints:
        return np.isin(self.world.calendar.of_year(self.months) + 1, calendar_months)

    def _firms(self) -> None:
        branch, luck = self.branch, self.parties.luck
        firm = branch.kind >= SMALL
        always, quarter, yearly = self._every(1), self._every(3, 2), self._in(4)
        usual = branch.income * branch.seasons[self.world.calendar.of_year(self.months)]
        activity = np.clip(self.sales / np.maximum(usual, 1), 0.02, 3)
        seen = 1 - 0.85 * self.parties.see["meters"] * self.path
        solar = self.parties.draws.uniform("solar", branch.customers)
        drop = np.where((self.months[:, None] > solar * 2000) & (solar < 0.03), 0.5, 1.0)
        noise = np.exp(0.09 * (luck("kwh") - 0.5) * 3.4)
        self._rows("kwh", firm, always, usual / 100 * 0.02 * activity**0.5 * seen * drop * noise)
        self._rows("water_m3", firm, quarter, usual / 100 * 0.001 * activity**0.5 * seen * noise)
        shift = np.exp(0.25 * (luck("vat") - 0.5))
        vat = self.sales / 100 * 0.82 * seen**0.3 * shift
        self._rows("vat_sales", firm, always, vat)
        self._rows(
            "vat_red_invoices",
            firm,
            quarter,
            vat * 0.12 * luck("red") ** 3 + vat * 0.15 * self.path * luck("red"),
        )
        strained = self.life.distress[self.start : self.last + 1]
        unpaid = np.where((self.pinch > 0.3) & (luck("tax") < 0.7), usual / 100 * 0.03, 0.0)
        self._rows("tax_arrears", firm, quarter, unpaid)
        self._rows(
            "tax_rating", firm, yearly, np.clip(np.floor(1 + luck("grade") * 1.6 + 2 * strained), 1, 4)
        )
        heads = np.maximum(np.rint(branch.income / 60_000_000 * 8) + 2, 2)
        self._rows(
            "insured_heads",
            firm,
            quarter,
            np.rint(heads * np.clip(1 - 0.6 * strained + 0.1 * luck("heads"), 0.2, 1.1)),
        )
        self._rows(
            "insurance_arrears_months",
            firm,
            quarter,
            np.where(self.pinch > 0.4, np.floor(luck("si") * 5), 0.0),
        )
        self._rows(
            "utility_arrears_days",
            firm,
            quarter,
            np.where(self.pinch > 0.25, np.floor(luck("util") * 120), np.floor(luck("util") ** 8 * 40)),
        )
        self._rows(
            "order_book",
            branch.kind == CORPORATE,
            quarter,
            usual / 100 * 2.5 * (1 - 0.8 * self.path * self.parties.see["meters"]) * noise,
        )

    def _farms(self) -> None:
        """Write fields, herds, insurance, what harvest and subsidies should bring; break-even prices."""
        branch, luck = self.branch, self.parties.luck
        farmer = branch.kind == FARMER
        names = self.world.constants.industries
        crops = farmer & (branch.industry != names.index("pigs"))
        herd = farmer & (branch.industry == names.index("pigs"))
        grain = farmer & (branch.industry == names.index("grain"))
        yearly = branch.income / 100 * 12
        flat = np.ones(self.sales.shape)
        drought = self.life.stress.drought[self.start : self.last + 1]
        area = np.maximum(np.round(yearly / 1800, 1), 1.0) * flat
        self._rows("declared_area", crops, self._in(3), area)
        short = np.where(luck("sown") < 0.03, 0.6, 1.0) * (0.94 + 0.08 * luck("sown"))
        self._rows("sown_area", crops, self._in(5), area * short)
        self._rows(
            "ndvi_z",
            crops,
            self._in(4, 5, 6, 7, 8, 9),
            0.7 * (luck("ndvi") + luck("cloud") - 1) * 2.2 - 2.4 * drought,
        )
        heads = np.maximum(np.rint(yearly / 2400), 5) * flat
        sold = 1 - 0.6 * self.path
        self._rows("head_count_recorded", herd, self._every(6, 5), heads)
        self._rows(
            "head_count", herd, self._every(6, 5), np.rint(heads * sold * (0.93 + 0.12 * luck("count")))
        )
        self._rows("breakeven_price", farmer, self._in(3), (0.66 + 0.2 * luck("breakeven")) * flat)
        self._rows("expected_harvest_inflow", grain, self._in(5), branch.income / 100 * 3.5 * flat)
        self._rows("expected_subsidy", grain, self._in(5), area * 110)
        self._rows("crop_insured_share", crops, self._in(4), np.clip(1.4 * luck("insured"), 0, 1))
        self._rows(
            "input_credit", farmer, self._in(6), yearly * 0.08 * luck("input") + yearly * 0.1 * self.path
        )

    def _persons(self) -> None:
        branch, luck = self.branch, self.parties.luck
        person = branch.kind == INDIVIDUAL
        self._rows("wage_income", person, self._every(3, 2), self.sales / 100)
        every = np.ones(branch.customers, bool)
        worth = (self.life.wealth + self.life.balance - self.life.debt)[self.start : self.last + 1] / 100
        house = branch.by_owner(branch.amount) / 100 * 0.8
        self._rows(
            "net_worth", every, self._in(12), np.maximum(worth + house, 0) * (0.8 + 0.4 * luck("worth"))
        )
        given = np.broadcast_to(self.parties.guaranteed / 100, worth.shape)
        self._rows("guaranteed_amount", every & (self.parties.guaranteed > 0), self._in(6, 12), given)

    # statements

    def _statements(self) -> None:
        """Write quarterly statements of companies and some small firms: flows count from January."""
        branch, life = self.branch, self.life
        reports = (branch.kind == CORPORATE) | (
            (branch.kind == SMALL) & (self.parties.draws.uniform("reports", branch.customers) < 0.25)
        )
        month, customer = np.nonzero(reports & self._every(3, 2)[:, None])
        at, of_year = month + self.start, self.world.calendar.of_year(month + self.start)
        total = np.cumsum(life.first + life.second, axis=0)
        before = at - of_year - 1
        whole = before >= 0
        sales = total[at, customer] - np.where(whole, total[np.maximum(before, 0), customer], 0)
        months = np.where(whole, of_year + 1, at + 1)
        luck, path = self.parties.luck("books")[month, customer], life.stress.path[at, customer]
        revenue = yuan(
            sales * (1 + 0.05 * (luck - 0.5) + 0.5 * (path > 0.5) * (luck > 0.8))
        )  # some are dressed up
        fixed = branch.fixed[customer] * months
        goods = yuan(revenue * branch.variable[customer] + fixed * 0.3)
        debt = life.owed[at, customer] + life.debt[at, customer]
        interest = debt * 48 // 1000 * months // 12
        ebit = revenue - goods - yuan(fixed * 0.6)
        short = np.where(
            branch.by_owner(np.where(branch.method == BULLET, branch.amount, 0))[customer] > 0,
            debt,
            debt // 3,
        )
        year = revenue * 12 // np.maximum(months, 1)
        cash = life.balance[at, customer] + life.wealth[at, customer] // 2
        receivables = yuan(year * (0.12 + 0.1 * luck + 0.2 * path))
        stock = yuan(year * (0.10 + 0.08 * (1 - luck) + 0.1 * path))
        other = yuan(year * (0.02 + 0.06 * path * luck))
        current = cash + receivables + stock + other
        plant = yuan(branch.income[customer] * 12 * 0.35 + debt * 0.4)
        payables = yuan(year * 0.1)
        items = {
            "revenue": revenue,
            "cost_of_sales": goods,
            "profit_before_tax": ebit - interest,
            "ebit": ebit,
            "ebitda": ebit + plant * months // 120,
            "ebitda_forecast": yuan(
                (ebit + plant * months // 120) * (0.95 + 0.2 * luck) + revenue * 0.05 * path
            ),
            "interest_expense": interest,
            "debt_service": interest + debt * months // 60,
            "cash": cash,
            "receivables": receivables,
            "receivables_over_1y": yuan(receivables * (0.03 + 0.2 * path)),
            "inventory": stock,
            "other_receivables": other,
            "other_receivables_related": yuan(other * 0.4),
            "current_assets": current,
            "total_assets": current + plant,
            "short_term_debt": short,
            "long_term_debt": debt - short,
            "current_liabilities": short + payables,
            "total_liabilities": debt + payables,
            "equity": current + plant - debt - payables,
            "operating_cash_flow": ebit - interest - yuan(year * 0.08 * path),
            "capex": yuan(year * 0.03 * luck),
            "new_long_term_funds": yuan(year * 0.02 * luck),
        }
        end = self.world.calendar.end(at)
        late = self.parties.luck("late books")[month, customer]
        received = end + 12 + (late * 25).astype(np.int64) + (70 * path * (late > 0.6)).astype(np.int64)
        annual = of_year == 11
        audited = annual & (branch.kind[customer] == CORPORATE)
        for name, value in items.items():
            self.writer.add(
                "statement",
                received,
                customer_id=self.ids.customer(customer),
                period_end=end,
                item=constant(name, len(customer)),
                value=value,
                due_on=end + 30,
                received_on=received,
                audited=audited,
                opinion=one_of(_OPINIONS, np.where(audited, (path > 0.5).astype(np.int64), -1)),
            )


__all__ = ["NULL", "Meters"]
