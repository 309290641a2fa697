"""What the page of legal clocks says of the engine's own part, in English and Chinese."""

from __future__ import annotations

Both = tuple[str, str]

STARTS: dict[str, Both] = {
    "debt_limitation": (
        "the day on which the whole debt fell due: the last instalment, or a proven acceleration",
        "全部债权到期日：最后一期到期，或有证据的提前到期",
    ),
    "guarantee_period": (
        "the day on which the whole debt fell due; an agreed last day stands as it is",
        "全部债权到期日；有约定的按约定的届满日",
    ),
    "guarantee_limitation": (
        (
            "the claim that kept the guarantor bound; of a general guarantee, enforcement that ended without "
            "success"
        ),
        "保证期间内的主张；一般保证为强制执行终结",
    ),
    "security_exercise": (
        "with the limitation of the debt, and once judged with the time to enforce",
        "随主债权诉讼时效；判决后随申请执行时效",
    ),
    "enforcement_application": (
        (
            "the last day to perform the judgment, else the day on which it took effect; for each person "
            "whom a judgment binds, until enforcement against that person is applied for"
        ),
        "判决履行期限届满日，未载明的为生效日；对各被执行人分别计算，至对其申请执行为止",
    ),
    "preservation": ("the day on which the court took the measure", "保全措施采取之日"),
    "payment_order": ("the day on which the order reached the debtor", "支付令送达之日"),
    "bankruptcy_claim": ("acceptance; the court sets the last day", "受理之日；届满日由法院确定"),
    "clawback_security": (
        "registration of a security for a debt that was there already",
        "为既有债务补充担保的登记之日",
    ),
    "clawback_payment": ("back from acceptance of the bankruptcy", "自破产受理之日倒推"),
    "taken_over_asset": ("the day on which the bank took it", "取得抵债资产之日"),
    "security_registration": ("registration; its last day stands in the book", "登记之日；届满日按登记"),
    "bureau_consent": ("consent; its last day stands in the book", "授权之日；届满日按授权"),
    "negative_record": ("the day on which the last arrears were made good", "最近一次逾期清偿之日"),
}
"""From what each kind is counted."""

NEEDS: dict[str, str] = {
    "debt_limitation": "due or position, notice, payment, proceeding, event",
    "guarantee_period": "guarantee, loan.matures_on, notice, proceeding, restructuring",
    "guarantee_limitation": "guarantee, notice, proceeding",
    "security_exercise": "collateral, collateral_link, and those of the debt",
    "enforcement_application": "proceeding, notice, payment, event",
    "preservation": "proceeding",
    "payment_order": "event (payment_order_served, payment_order_objected)",
    "bankruptcy_claim": "proceeding.claim_deadline_on",
    "clawback_security": "collateral.registered_on, proceeding, customer.kind",
    "clawback_payment": "payment, proceeding, customer.kind",
    "taken_over_asset": "event (asset_taken_over, asset_disposed), collateral",
    "security_registration": "collateral.registered_until",
    "bureau_consent": "customer.bureau_consent_until",
    "negative_record": "due, payment, customer.kind",
}
"""Tables and columns of the book that each kind is counted from."""

CAUSES: dict[str, Both] = {
    "demand": ("demand", "催收"),
    "acknowledgement": ("acknowledgement", "债务确认"),
    "acceleration": ("acceleration", "宣布提前到期"),
    "suit": ("suit", "起诉"),
    "claim_on_guarantor": ("claim on the guarantor", "向保证人主张"),
    "payment": ("payment by the debtor", "债务人还款"),
}

STATES: dict[str, Both] = {
    "running": (
        "the days left count down to the last day, which still counts",
        "剩余天数递减，届满日当日仍有效",
    ),
    "suspended": (
        (
            "a suit of the bank is open, or a proven obstacle of the last months lasts; there is no last "
            "day, only "
            "one before which it cannot end"
        ),
        "本行诉讼未结或时效最后阶段的障碍仍存续；没有届满日，仅有最早届满日",
    ),
    "satisfied": ("what had to be done was done in time, and is named", "已在期限内完成，并列明依据"),
    "expired": ("what it threatens has come about", "已届满或后果已发生"),
    "not_measurable": (
        "the book lacks what it is counted from; what is missing is named, and the run tells it as a finding",
        "账簿缺少计算所需数据；列明所缺项并作为批处理发现提示",
    ),
}

INTRO: Both = (
    (
        "A legal clock is a period that the law or a contract sets against the bank, such as the three "
        "years to sue. "
        "Each is counted every day for every loan that it runs for, with the documents of the book that "
        "moved it. "
        "The engine knows how each kind is counted; lengths, articles and causes are the pack's "
        "(`clocks.yaml`), and "
        "a pack without that file has no clocks. `postloan explain STORE --loan ID` shows the clocks of "
        "a loan."
    ),
    (
        "法律时限是法律或合同对银行行使权利规定的期间，如三年诉讼时效。系统逐日对每笔贷款计算，并列明账簿中使其变动的文件。"
        "每类时限的计算方法在引擎中，期限、条文与事由在策略包 `clocks.yaml` 中；没有该文件的策略包没有时限。"
    ),
)

COUNTING: tuple[Both, ...] = (
    (
        "The day of the event is not counted; the first day of the period is the day after.",
        "事件当日不计入，自次日起算。",
    ),
    (
        (
            "A period of years or months ends on the day of that number, where the month has none on its "
            "last day: "
            "six months after 31 August end on 28 or 29 February, and a year after 29 February on 28 "
            "February."
        ),
        "以年、月计算的，到期月的对应日为末日；没有对应日的为该月最后一日。",
    ),
    (
        (
            "Where the last day is a day off by the pack's calendar, it is the next working day; of a "
            "year whose "
            "holidays are not known, weekends alone count and the clock says so. A last day that was agreed "
            "or that "
            "a court set stands as it is."
        ),
        "末日为休息日的，顺延至下一工作日；节假日未公布的年份仅按周末顺延并注明。约定或法院确定的末日不顺延。",
    ),
    (
        (
            "A cause counts up to and with the last day. One that came later changes nothing, unless it "
            "revives the "
            "debt (an acknowledgement that the debtor signed). A notice counts only with a receipt or the "
            "number of "
            "the document. What moved nothing is listed as not counted, with the reason: it came too late, "
            "has no proof, or was about another person."
        ),
        (
            "届满日当日的事由有效，其后的无效，但债务人签字确认可使债权恢复。催收须有回执或文书编号。"
            "未使时限变动的列为未计入并注明原因：逾期、无凭证或涉及他人。"
        ),
    ),
)

SUIT: Both = (
    "While a suit of the bank is open the limitation stands still, and runs anew in full when it ends.",
    "本行诉讼未结期间时效停止，终结后重新计算。",
)
"""What a suit does where the pack lets the time run anew from it."""

SUIT_IN_TIME: Both = (
    (
        "While a suit of the bank that was filed in time is open the limitation stands still; where it ends "
        "without a judgment, the time counts as if it had not been filed."
    ),
    "本行按期提起的诉讼未结期间时效停止；未经判决而终结的，视同未起诉。",
)
"""What a suit does where it is no cause for the time to run anew."""

OBSTACLE: Both = (
    (
        "An obstacle in the last six months (events `limitation_obstacle` and `limitation_obstacle_ended`, "
        "with proof) leaves six months from its end. In that time causes still count, and so does a further "
        "obstacle."
    ),
    "最后六个月内有证据的障碍，自消除之日起满六个月届满；在此期间事由仍有效，再次发生的障碍同样中止。",
)
"""What stops a clock that the pack lets be suspended."""

GUARANTEES: Both = (
    "Guarantee periods know neither suits nor obstacles.",
    "保证期间不中止、不中断、不延长。",
)

NO_CLOCKS: Both = (
    "This pack holds no legal clocks, so none is counted: legal periods may be running out unseen.",
    "本策略包未设法律时限，系统未予计时：权利可能因期限届满而丧失。",
)

OLDEST_UNPAID: Both = (
    "the due date of the oldest unpaid instalment, as each has a time of its own",
    "最早一期未还款项的到期日，各期分别计算",
)
"""From what the limitation of a debt is counted where the pack counts each instalment by itself."""

LIMITS: tuple[tuple[str, Both], ...] = (
    (
        "guarantee_period",
        (
            (
                "After an extension to which the guarantor did not agree, the period counts from the "
                "maturity before it, which the book does not hold: not measurable, unless a last day was "
                "agreed (Civil Code art. 695)."
            ),
            "未经保证人同意的展期，期间按原到期日计算，账簿无此数据：无法计量（约定届满日的除外）。",
        ),
    ),
    (
        "guarantee_period",
        (
            (
                "A maximum-amount guarantee is counted like any other, from each loan's due date: never too "
                "late, sometimes early, as its period runs from when the claims are determined."
            ),
            "最高额保证按各笔贷款到期日计算，只早不晚。",
        ),
    ),
    (
        "negative_record",
        (
            (
                "That a guarantor was told of a transfer (art. 696), that an individual was told before a "
                "negative record, and what a lawyer knows of an unmatured claim have no place in the book."
            ),
            "债权转让通知保证人、报送不良信息前告知本人等，账簿没有对应数据。",
        ),
    ),
    (
        "guarantee_period",
        (
            "Contracts from before the Civil Code are counted by its rules.",
            "民法典施行前的合同按民法典规则计算。",
        ),
    ),
)
"""What is not counted, by the kind of clock without which it does not arise."""
