"""Rows of the bank of `bench.console` as DuckDB statements; statements read the tables made before them.

Chances are hashes of the row's number, so that every filling gives the same bank.
"""

from __future__ import annotations

_OWNER = """
         'B' || lpad((c % {outlets})::VARCHAR, 4, '0') AS institution_id,
         'S' || lpad((c % {managers})::VARCHAR, 5, '0') AS manager_id,
         'C' || lpad(c::VARCHAR, 9, '0') AS customer_id,
         '客户 ' || lpad(c::VARCHAR, 9, '0') AS customer_name"""

PUBLISHED = {
    "customer": """
  SELECT 'C' || lpad(i::VARCHAR, 9, '0') AS customer_id,
         'B' || lpad((i % {outlets})::VARCHAR, 4, '0') AS institution_id,
         'S' || lpad((i % {managers})::VARCHAR, 5, '0') AS manager_id,
         '客户 ' || lpad(i::VARCHAR, 9, '0') AS name,
         ['farmer', 'individual', 'small_business', 'corporate'][1 + chance(i) % 4] AS kind,
         'R' || (i % 90) AS region_id, '乡镇 ' || (i % 90) AS region,
         'I' || (i % 20) AS industry_id, '行业 ' || (i % 20) AS industry,
         DATE '2020-01-01' AS since,
         10000000 + i * 13 % 9000000 AS exposure, 0 AS overdue, 0 AS worst_dpd, 1 AS open_loans,
         CASE WHEN i < {warnings}
              THEN ['red', 'orange', 'yellow', 'blue'][1 + chance(i + 7) % 4] END AS colour,
         CASE WHEN i < {warnings} THEN 4 - chance(i + 7) % 4 ELSE 0 END::BIGINT AS colour_rank
  FROM range({customers}) AS numbers(i)
""",
    "warning": """
  SELECT 'customer:' || customer_id || ':2026-06-01' AS episode_id,
         institution_id, manager_id, 'customer' AS subject_kind, customer_id AS subject_id, customer_id,
         name AS customer_name, kind AS customer_kind, exposure, colour, colour_rank,
         chance(customer_id) % 900 AS score,
         DATE '2026-06-30' - (chance(customer_id) % 200)::INTEGER AS opened_on,
         DATE '2026-06-01' AS colour_since,
         '[{{"code":"ACC02","severity":"orange"}},{{"code":"REP02","severity":"yellow"}}]' AS reasons,
         '[]' AS new_kinds, 'orange' AS rule_id, 'customer_manager' AS owner_role, manager_id AS owner_id
  FROM customer WHERE colour IS NOT NULL
""",
    "signal": """
  SELECT 'customer:' || customer_id || ':' || code AS signal_id, 'customer' AS subject_kind,
         customer_id AS subject_id, code, customer_id, 'fired' AS state,
         severity, '0.42' AS value, '0.50' AS threshold_fixed, '0.50' AS threshold_applied,
         DATE '2026-06-30' - (chance(customer_id) % 200)::INTEGER AS opened_on, '{{}}' AS evidence
  FROM customer, (VALUES ('ACC02', 'orange'), ('REP02', 'yellow')) AS codes(code, severity)
  WHERE colour IS NOT NULL
""",
    "coverage": """
  SELECT code, {customers} AS subjects, {warnings} AS fired, 0 AS suppressed,
         {customers} - {warnings} AS clear, 0 AS not_measurable, '[]' AS missing
  FROM (VALUES ('ACC02'), ('REP02')) AS codes(code)
""",
    "measure": """
  SELECT 'M21:customer:' || customer_id || ':2026-06-01' AS measure_id, 'M21' AS measure_code,
         'customer' AS level, customer_id, name AS customer_name, institution_id, manager_id,
         CASE WHEN chance(customer_id) % 2 = 0 THEN 'duty' ELSE 'option' END AS nature,
         'customer_manager' AS owner_role, manager_id AS owner_id, DATE '2026-06-01' AS opened_on,
         DATE '2026-07-01' + (chance(customer_id) % 60)::INTEGER AS due_on, '[]' AS blocks,
         '["M21.1"]' AS rule_ids, '{{}}' AS because
  FROM customer WHERE colour IS NOT NULL
""",
    "clock": """
  SELECT 'limitation:' || customer_id AS clock_id, 'limitation' AS kind, customer_id, institution_id,
         manager_id, DATE '2026-04-01' AS starts_on, DATE '2029-04-01' AS ends_on, 'running' AS state,
         '{{}}' AS evidence
  FROM customer WHERE colour = 'red'
""",
    "loan_tally": """
  SELECT row_number() OVER ()::VARCHAR AS tally_id, *
  FROM (SELECT institution_id, currency, scheme_id, class_previous, class_final, five_level,
               CASE WHEN days_past_due = 0 THEN 0 WHEN days_past_due <= 30 THEN 1
                    WHEN days_past_due <= 90 THEN 2 WHEN days_past_due <= 180 THEN 3 ELSE 4 END AS band,
               count(*) AS loans, sum(balance)::BIGINT AS balance
        FROM loan GROUP BY ALL)
""",
    "customer_tally": """
  SELECT row_number() OVER ()::VARCHAR AS tally_id, *
  FROM (SELECT institution_id, colour, count(*) AS customers, sum(exposure)::BIGINT AS exposure,
               sum(overdue)::BIGINT AS overdue
        FROM customer GROUP BY ALL)
""",
    "colour_change": """
  SELECT i + 1 AS id, 'C' || lpad((i * 7919 % {customers})::VARCHAR, 9, '0') AS customer_id,
         DATE '2026-06-30' - (i % 1000)::INTEGER AS as_of, 'yellow' AS "before", 'red' AS after
  FROM range({closed}) AS numbers(i)
""",
}

_OPEN_STATES = (
    "['new', 'new', 'new', 'claimed', 'claimed', 'in_progress', 'in_progress', 'in_progress', "
    "'waiting', 'submitted']"
)
_DECIDERS = "['risk_department', 'risk_department', 'credit_department', 'branch_head']"
_COLOURS = "['red', 'orange', 'yellow', 'blue']"

# Open work is due from ten days ago to forty days ahead, and is raised from half of its time on.
_CLOCK = """
         opened_at AS clock_from, opened_at + (due_at - opened_at) / 2 AS half_at, due_at,
         CASE WHEN closed_at IS NOT NULL THEN 0 WHEN due_at < {now} THEN 2
              WHEN opened_at + (due_at - opened_at) / 2 < {now} THEN 1 ELSE 0 END AS escalation_level,
         CASE WHEN closed_at IS NOT NULL THEN '' WHEN due_at < {now} THEN 'credit_department'
              WHEN opened_at + (due_at - opened_at) / 2 < {now} THEN 'branch_head' ELSE '' END AS raised_to,
         closed_at, CASE WHEN closed_at IS NOT NULL THEN 'RD0001' END AS closed_by,
         CASE WHEN state = 'submitted' THEN opened_at + INTERVAL 1 DAY END AS submitted_at,
         CASE WHEN state <> 'new' THEN opened_at + INTERVAL 1 HOUR END AS claimed_at,
         state, 'system' AS opened_by, opened_at"""

WORK = {
    "case": """
  WITH numbered AS (
    SELECT i + 1 AS id, i AS c, NULL::TIMESTAMP AS closed_at,
           {now} - to_minutes(chance(i + 1) % 86400) AS opened_at,
           {now} - INTERVAL 10 DAY + to_minutes(chance(i + 2) % 72000) AS due_at,
           """
    + _OPEN_STATES
    + """[1 + chance(i + 3) % 10] AS state,
           """
    + _COLOURS
    + """[1 + chance(i + 7) % 4] AS colour,
           """
    + _DECIDERS
    + """[1 + chance(i + 7) % 4] AS decider_role
    FROM range({warnings}) AS open_ones(i)
    UNION ALL
    SELECT {warnings} + i + 1, i * 7919 % {customers},
           {now} - INTERVAL 30 DAY - to_minutes(chance(i) % 1500000),
           {now} - INTERVAL 60 DAY - to_minutes(chance(i) % 1500000),
           {now} - INTERVAL 40 DAY - to_minutes(chance(i) % 1500000),
           'closed', 'orange', 'risk_department'
    FROM range({closed}) AS closed_ones(i))
  SELECT id,"""
    + _OWNER
    + ","
    + _CLOCK
    + """,
         CASE WHEN chance(id) % 50 > 0 THEN manager_id END AS owner_id, 'customer_manager' AS owner_role,
         decider_role, 'customer' AS subject_kind, 'C' || lpad(c::VARCHAR, 9, '0') AS subject_id,
         'customer:C' || lpad(c::VARCHAR, 9, '0') || ':' ||
           CASE WHEN closed_at IS NULL THEN '2026-06-01' ELSE id::VARCHAR END AS episode_id,
         colour, 4 - chance(c + 7) % 4 AS colour_rank, colour AS colour_now,
         10000000 + c * 13 % 9000000 AS exposure, '[{{"code":"ACC02","severity":"orange"}}]' AS reasons,
         due_at AS plan_due_at, CASE WHEN closed_at IS NOT NULL THEN 'real' ELSE '' END AS label,
         CASE WHEN chance(id + 9) % 20 = 0 AND closed_at IS NULL
              THEN CAST({now} AS DATE) + 5 END AS snoozed_until
  FROM numbered
""",
    "task": """
  WITH numbered AS (
    SELECT i + 1 AS id, i AS c, NULL::TIMESTAMP AS closed_at, i + 1 AS case_id,
           {now} - to_minutes(chance(i + 11) % 86400) AS opened_at,
           {now} - INTERVAL 10 DAY + to_minutes(chance(i + 12) % 72000) AS due_at,
           """
    + _OPEN_STATES
    + """[1 + chance(i + 13) % 10] AS state
    FROM range({warnings}) AS open_ones(i) WHERE chance(i) % 2 = 0
    UNION ALL
    SELECT {warnings} + i + 1, i * 7919 % {customers},
           {now} - INTERVAL 35 DAY - to_minutes(chance(i) % 1500000), {warnings} + i + 1,
           {now} - INTERVAL 60 DAY - to_minutes(chance(i) % 1500000),
           {now} - INTERVAL 45 DAY - to_minutes(chance(i) % 1500000), 'closed'
    FROM range({closed}) AS closed_ones(i))
  SELECT id, case_id,"""
    + _OWNER
    + ","
    + _CLOCK
    + """,
         manager_id AS owner_id, 'customer_manager' AS owner_role,
         CASE WHEN chance(id) % 3 = 0 THEN 'branch_head' ELSE '' END AS decider_role,
         'measure' AS kind, 'M21:customer:' || customer_id || ':' || id AS measure_id, 'M21' AS measure_code,
         CAST(due_at AS DATE) AS due_on, '["checklist"]' AS needs, 1 AS is_asked,
         CASE WHEN closed_at IS NOT NULL THEN 'done' ELSE '' END AS result,
         CASE WHEN closed_at IS NOT NULL THEN 'looked at it' ELSE '' END AS finding
  FROM numbered
""",
    "timeline": """
  SELECT row_number() OVER () AS id, * FROM (
    SELECT id AS case_id, NULL::BIGINT AS task_id, opened_at AS "at", 'system' AS actor, 'open' AS action,
           '{{}}' AS details FROM "case"
    UNION ALL
    SELECT id, NULL, claimed_at, manager_id, 'claim', '{{}}' FROM "case" WHERE claimed_at IS NOT NULL
    UNION ALL
    SELECT case_id, id, opened_at, 'system', 'open', '{{}}' FROM task
    UNION ALL
    SELECT id, NULL, closed_at, 'RD0001', 'close', '{{}}' FROM "case" WHERE closed_at IS NOT NULL)
""",
    "evidence": """
  SELECT id, id AS case_id, 'visit' AS kind, customer_id, opened_at + INTERVAL 2 DAY AS happened_at,
         'the machines ran' AS text, 'V02' AS visit_kind, 'normal' AS visit_result, manager_id AS added_by,
         opened_at + INTERVAL 2 DAY AS added_at
  FROM "case" WHERE closed_at IS NOT NULL
""",
    "closing": """
  SELECT id, id AS case_id, closed_at, 'RD0001' AS closed_by, 'real' AS result,
         CAST(closed_at AS DATE) AS done_on, owner_id, 1 AS has_evidence
  FROM "case" WHERE closed_at IS NOT NULL
""",
    "effect": """
  SELECT row_number() OVER () AS id, id AS case_id, owner_id, days,
         CAST(closed_at AS DATE) + days::INTEGER AS due_on,
         CASE WHEN closed_at + to_days(days::INTEGER) < {now} - INTERVAL 3 DAY
              THEN closed_at + to_days(days::INTEGER) END AS done_at,
         CASE WHEN closed_at + to_days(days::INTEGER) < {now} - INTERVAL 3 DAY THEN owner_id END AS done_by
  FROM "case", (VALUES (30), (60), (90)) AS spans(days) WHERE closed_at IS NOT NULL AND id % 2 = 0
""",
    "watch": """
  WITH numbered AS (SELECT i + 1 AS id, i * 37 % {customers} AS c, i FROM range({warnings} // 10) AS w(i))
  SELECT id,"""
    + _OWNER
    + """,
         CASE WHEN i < {warnings} // 40 THEN 'listed' ELSE 'left' END AS state, manager_id AS owner_id,
         'colour' AS entry_criterion, 'orange for ninety days' AS entry_reason, 'collect' AS action_plan,
         'BH0001' AS proposed_by, {now} - INTERVAL 90 DAY AS proposed_at
  FROM numbered
""",
    "classification": """
  SELECT loan_id || '.1' AS number, loan_id, customer_id, institution_id, manager_id,
         CASE WHEN i % 20 > 0 THEN 'settled' WHEN i % 100 = 0 THEN 'returned'
              WHEN i % 40 = 0 THEN 'rated' ELSE 'determined' END AS state,
         scheme_id, '03' AS level_code, 'normal' AS five_level, '02' AS standing, '02' AS machine,
         0 AS is_upgrade, 0 AS is_loss, 1 + i % 3 AS determination_level, 2 + i % 3 AS approval_level,
         manager_id AS rated_by, {now} - to_minutes((i % 300000)::BIGINT) AS opened_at,
         {now} - to_minutes((i % 300000)::BIGINT) AS moved_at, 'cn_rural-0' AS policy_version,
         DATE '2026-06-30' AS as_of
  FROM (SELECT *, row_number() OVER () - 1 AS i FROM loan WHERE chance(loan_id) % 4 = 0)
""",
    "step": """
  SELECT row_number() OVER () AS id, number AS classification_id, action, level_code, five_level,
         rated_by AS "by", opened_at AS "at"
  FROM classification, (VALUES ('rate'), ('determine')) AS steps(action)
""",
}

AUDIT = """
  SELECT row_number() OVER (ORDER BY "at", id) AS seq, "at", actor, action, 'case' AS object_kind,
         case_id::VARCHAR AS object_id, sha256(id::VARCHAR) AS hash
  FROM timelineentry
"""
