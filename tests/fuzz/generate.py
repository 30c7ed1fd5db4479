"""Generated policies and encounters: everything the language can say, at random, from one seed."""

from __future__ import annotations

import json
from random import Random
from typing import Any

CODES = ["92507", "92508", "92523", "92526", "97110", "97129", "99213"]
MODIFIERS = ["GN", "GO", "GP", "KX", "59", "GA", "GZ", "96", "97", "95"]
ROLES = ["slp", "slpa", "pt", "ot", "physician"]
CO = {"group": "CO", "carc": "4"}
SOURCE = {"manual": {"title": "A manual", "status": "primary"}}


def policy(random: Random) -> dict[str, Any]:
    """A policy with rules of every kind that the language has."""
    rules = [rule(random, n) for n in range(random.randint(2, 14))]
    made: dict[str, Any] = {
        "policy": "fuzz/policy",
        "edition": "1",
        "title": "Generated",
        "applies_to": {"payer": "fuzz"},
        "effective": {"from": "2025-01-01", "through": "2026-12-31"},
        "sources": SOURCE,
        "defaults": {"wrong_modifier": {"return": CO}, "no_authorization": {"deny": CO}, "over_limit": {"deny": CO}},
        "parameters": {
            "threshold": {"type": "money", "by": ["line.kx_pool"], "values": [
                {"line.kx_pool": "speech", "from": "2025-01-01", "through": "2025-12-31", "value": "150.00", "source": "manual"},
                {"line.kx_pool": "speech", "from": "2026-03-01", "through": "2026-12-31", "value": "200.00", "source": "manual"},
            ]},
            "waiting_days": {"type": "count", "values": [{"from": "2026-01-01", "through": "2026-12-31", "value": 40, "source": "manual"}]},
        },
        "value_sets": {"speech": {"codes": ["92507", "92508", "92521-92524"], "source": "manual"}},
        "tables": {
            "discipline": {"inputs": ["provider.role"], "outputs": ["line.discipline"], "hit": random.choice(["unique", "first"]),
                           "rows": [[{"in": ["slp", "slpa"]}, "SLP"], ["pt", "PT"], ["ot", "OT"]], "otherwise": "none", "source": "manual"},
            "pool": {"inputs": ["line.discipline"], "outputs": ["line.kx_pool"], "hit": random.choice(["unique", "any"]),
                     "rows": [["SLP", "speech"], [{"in": ["PT", "OT"]}, "other"]], "otherwise": "none", "source": "manual"},
        },
        "derive": {
            "line.is_evaluation": {"line.code": {"in": ["92523"]}},
            "line.is_group": condition(random, 1, "line"),
            "patient.is_epsdt": {"patient.age": {"below": random.choice([18, 21])}},
            "other_payer.pays_first": [
                {"value": True, "when": {"other_payer.has_decided": True, "other_payer.rank": "primary"}},
                {"value": False, "when": {"coverage.relationship": "self"}},
            ],
            "other_payer.has_decided": {"other_payer.status": {"in": ["paid", "denied"]}},
            "line.third_party_paid": {"sum_other_payer": {"of": "other_payer.paid", "where": {"other_payer.pays_first": True}}},
            "line.discipline_modifier": [{"value": "GN", "when": {"line.discipline": "SLP"}}, {"value": "GP", "when": condition(random, 1, "line")}],
        },
        "unit_rules": {"quarters": {"of": {"line.code": {"in": ["97110", "97129"]}}, "minutes_per_unit": 15, "last_unit_from": 8,
                                    "minutes_of": random.choice(["line", "day", "code_on_day"]), "source": "manual"}},
        "limits": limits(random),
        "rules": rules,
        "modifier_order": ["GN", "KX", "*", "95"],
    }  # fmt: skip
    if random.random() < 0.4:
        made["about"] = {"line.code": {"not_in": ["99213"]}}
    if random.random() < 0.3:
        made["must_know"] = ["documentation.distinct_sessions"]
    if random.random() < 0.3:
        step = {"step.outcome": "deny", "patient.is_epsdt": True}
        effect = {"instead": {"require_authorization": "approved", "if_missing": "pend"}}
        made["rules"].append(
            {
                "id": "spare",
                "title": "Spared",
                "for_each": "limit_step",
                "when": step,
                "then": effect,
                "source": "manual",
            }
        )
    return made


PERIODS: list[Any] = [
    "day", "calendar_month", "calendar_year", "benefit_year", "authorization", {"week": "sunday"}, {"fiscal_year": "07-01"},
    {"rolling": {"days": 60}}, {"rolling": {"months": 2, "rounding": "down"}}, {"rolling": {"days": "parameter.waiting_days"}},
    {"blocks": {"months": 2, "rounding": "up", "from": "first_service"}}, {"blocks": {"days": 45, "from": "coverage.benefit_year_start"}},
    {"since": "spell_of_illness.from"}, {"following": {"event": "coverage.discharged_on", "days": 30}},
]  # fmt: skip
ONE_PER = [["line.date"], ["line.date", "line.discipline"], ["line.date", "provider"]]
POOLS = [["patient"], ["patient", "line.discipline"], ["patient", "line.code"], ["patient", "provider"]]
BOUNDS: dict[str, list[Any]] = {
    "allowed_amount": ["100.00", "150.00", "parameter.threshold"],
    "minutes": [30, 45, 90],
}


def limits(random: Random) -> dict[str, Any]:
    """A limit of money and one of visits, each as likely to be there as not, and up to two of any kind."""
    found: dict[str, Any] = {}
    if random.random() < 0.6:
        kx = {
            "require_modifier": "KX",
            "if_missing": {"deny": {"group": "CO", "carc": "119"}},
            "add_when": condition(random, 0, "line"),
        }
        steps: dict[str, Any] = {
            "kx": {"beyond": "parameter.threshold", "then": kx},
            "review": {"beyond": "400.00", "then": {"flag": "review"}},
        }
        found["money"] = {"title": "Money", "counts": "allowed_amount", "of": {"line.kx_pool": "present"}, "per": ["patient", "line.kx_pool"],
                          "period": "calendar_year", "crossing": "whole", "report_as": "{line.kx_pool}_money", "steps": steps, "source": "manual"}  # fmt: skip
    if random.random() < 0.5:
        step = {
            "beyond": random.choice([1, 2, "coverage.habilitative_visit_limit"]),
            "then": {"deny": {"group": "PR", "carc": "119"}},
        }
        found["visits"] = {"title": "Visits", "counts": "visits", "one_per": ["line.date", "line.discipline"], "of": {"line.is_evaluation": False},
                           "per": ["patient"], "period": "calendar_year", "steps": {"cap": step}, "source": "manual"}  # fmt: skip
    for number in range(random.randint(0, 2)):
        found[f"limit_{number}"] = limit(random, number)
    return found


def limit(random: Random, number: int) -> dict[str, Any]:
    """A limit of any count, period, pool, crossing and order."""
    counts = random.choice(["allowed_amount", "visits", "encounters", "treatment_days", "services", "units", "minutes"])
    made: dict[str, Any] = {
        "title": f"Limit {number}",
        "counts": counts,
        "of": random.choice(
            [{"line.code": {"in": "speech"}}, {"line.is_evaluation": False}, condition(random, 1, "line")]
        ),
        "per": random.choice(POOLS),
        "period": random.choice(PERIODS),
        "source": "manual",
    }
    if counts in ("visits", "encounters", "treatment_days"):
        made["one_per"] = random.choice(ONE_PER)
    if counts in ("allowed_amount", "units", "minutes"):
        made["crossing"] = random.choice(["whole", "split"])
    if counts == "units" and random.random() < 0.4:
        made["unit"] = {"minutes": random.choice([15, 60])}
    if random.random() < 0.3:
        made["stops"] = {"line.is_evaluation": False}
    if random.random() < 0.3:
        made["order"] = random.choice(["receipt", "date_of_service"])
    if random.random() < 0.2:
        made["counts_from"] = random.choice(["2026-02-01", "coverage.benefit_year_start"])
    outcome: dict[str, Any] = random.choice([{"deny": {"group": "PR", "carc": "119"}}, {"pend": {}}])
    then: Any = outcome
    if random.random() < 0.2:
        then = {"require_authorization": "approved", "if_missing": outcome}
    cap: dict[str, Any] = {"beyond": random.choice(BOUNDS.get(counts, [1, 2, 3])), "then": then}
    if random.random() < 0.3:
        cap["unless"] = condition(random, 0, "line")
    if random.random() < 0.4:
        cap["say"] = (
            f"Last {{limit.limit_{number}.last_date}}, next {{limit.limit_{number}.free_on}}, {{limit.limit_{number}.reached_on}}"
        )
    made["steps"] = {"cap": cap}
    return made


def rule(random: Random, number: int) -> dict[str, Any]:
    """One rule: its range, condition and effect."""
    for_each = random.choices(
        ["line", "pair_of_lines", "encounter", "authorization", "pair_of_diagnoses"], [10, 3, 2, 1, 1]
    )[0]
    made: dict[str, Any] = {"id": f"rule-{number}", "title": f"Rule {number}", "source": "manual"}
    when = condition(random, random.randint(0, 2), for_each)
    if for_each != "line":
        made["for_each"] = for_each
    if for_each == "pair_of_lines":
        when = {"other.date": "line.date", "all": [when]}
        if random.random() < 0.5:
            when["other.stands"] = True
            made["stage"] = random.choice(["bundle", "depend"])
    if random.random() < 0.9 or for_each != "line":
        made["when"] = when
    if random.random() < 0.2:
        made["unless"] = condition(random, 0, for_each)
    if random.random() < 0.15:
        made["in_force"] = {"from": "2026-01-01"}
    if random.random() < 0.1:
        made["found_on"] = "review"
    made["then"] = [effect(random, for_each, number) for _ in range(random.choice([1, 1, 2]))]
    return made


def effect(random: Random, for_each: str, number: int) -> dict[str, Any]:
    """One effect."""
    outcome = {
        random.choice(["deny", "return"]): {
            "group": random.choice(["CO", "PR"]),
            "carc": random.choice(["4", "50", "97"]),
        }
    }
    choices: list[dict[str, Any]] = [
        outcome,
        outcome,
        {"pend": {}},
        {"flag": f"flag_{number}", "say": "Line {line.code}"},
        {"ask": {"do": "review", "say": "Look"}},
    ]
    if for_each in ("line", "pair_of_lines"):
        choices += [
            {"require_modifier": random.choice(MODIFIERS)},
            {
                "require_modifier": {"one_of": ["96", "97"]},
                "choose": [{"add": "96", "when": condition(random, 0, for_each)}, {"add": "97"}],
            },
            {"require_modifier": {"any_of": ["GN", "GO"]}, "choose": "line.discipline_modifier", "position": [1, 2]},
            {"forbid_modifiers": random.sample(MODIFIERS, 2), "remove_when": condition(random, 0, for_each)},
            {
                "forbid_together": [["KX", ["GA", "GZ"]]],
                "ask": {"do": "review", "say": "{modifier} or {other_modifier}"},
            },
            {"at_most_one_of": ["95", "59", "96"]},
            {"replace_modifier": {"from": random.choice(["GO", "GP"]), "to": "GN"}},
            {"limit_units": random.choice([1, 2, "line.units_from_minutes"]), "rest": outcome},
            {
                "require_document": random.choice(["documentation.order_signed", "documentation.skilled"]),
                "if_missing": "pend",
            },
        ]
    if for_each == "line":
        choices += [
            {"require_authorization": random.choice(["approved", "requested"])},
            {
                "require_line": {"other.code": {"in": ["92507", "97129"]}, "other.date": "line.date"},
                "if_missing": outcome,
            },
            {"price": {"amount": {"percent": 80, "of": "line.charge"}, "round": random.choice(["unit", "line"])}},
            {"pay": {"least_of": ["line.charge", "line.allowed"]}},
            {"pay": {"minus": ["line.allowed", "line.third_party_paid"]}},
            {"pay": {"sum_line": {"of": "other.charge", "where": {"other.date": "line.date"}}}},
            {"pay": {"sum_service": {"of": {"plus": ["other.charge", "1.00"]}, "where": {"other.code": "line.code"}}}},
        ]
    return random.choice(choices)


def condition(random: Random, depth: int, for_each: str) -> dict[str, Any]:
    """A condition, nested so deep."""
    if depth and random.random() < 0.6:
        word = random.choice(["all", "any", "not"])
        if word == "not":
            return {"not": condition(random, depth - 1, for_each)}
        return {word: [condition(random, depth - 1, for_each) for _ in range(random.randint(1, 3))]}
    choices: list[dict[str, Any]] = [
        {"provider.role": random.choice(ROLES)},
        {"documentation.skilled": random.choice([True, False])},
        {"patient.age": {random.choice(["below", "at_least"]): random.choice([18, 21, 65])}},
        {"hospice.elected": {"on_or_before": "2026-02-01"}},
        {"coverage.habilitative_benefit": random.choice([True, False])},
    ]
    if for_each != "pair_of_diagnoses":
        choices.append({"exists_diagnosis": {"diagnosis": {"in": ["F80.-"]}}})
    if for_each != "authorization":
        choices.append({"exists_authorization": {"authorization.status": "approved"}})
    if for_each in ("line", "pair_of_lines"):
        choices += [
            {"line.code": {random.choice(["in", "not_in"]): random.sample(CODES, 2)}},
            {"line.code": {"in": "speech"}},
            {"line.modifiers": {random.choice(["has_any", "has_none"]): random.sample(MODIFIERS, 2)}},
            {"line.modifiers": {"has": random.choice(MODIFIERS)}},
            {"line.units": {"above": random.choice([0, 1])}},
            {"line.place_of_service": random.choice(["11", "02"])},
            {"line.diagnoses": {"has_any": ["F80.-", "I69.320"]}},
            {"documentation.order_signed": {"within": {"days": 30, "before": "line.date"}}},
            {"line.is_evaluation": True},
            {"line.discipline": random.choice(["SLP", "PT", "none"])},
            {"line.charge": {"between": ["50.00", "100.00"]}},
        ]
    if for_each == "line":
        choices += [
            {"exists_line": {"other.code": random.choice(CODES), "other.date": "line.date"}},
            {"exists_service": {"other.code": "line.code", "other.date": {"before": "line.date"}}},
            {
                "count_service": {
                    "where": {"other.code": "line.code"},
                    random.choice(["at_least", "below"]): random.choice([1, 2]),
                }
            },
            {"line.kx_pool": random.choice(["present", "absent"])},
            {
                "exists_other_payer": {
                    "other_payer.pays_first": True,
                    "other_payer.has_decided": random.choice([True, False]),
                }
            },
            {"line.third_party_paid": {"above": "10.00"}},
        ]
    if for_each == "pair_of_lines":
        choices += [
            {"other.code": random.choice(CODES)},
            {"other.modifiers": {"has_any": ["59", "95"]}},
            {"other.provider": "line.provider"},
        ]
    return random.choice(choices)


def encounter(random: Random, number: int) -> dict[str, Any]:
    """An encounter of that payer; about a fifth of all facts are left out."""

    def maybe(value: Any, chance: float = 0.8) -> Any:
        return value if random.random() < chance else None

    def payer(name: str) -> dict[str, Any]:
        return {
            "id": name,
            "rank": maybe(random.choice(["primary", "secondary"])),
            "status": maybe(random.choice(["paid", "denied", "pending"])),
            "paid": maybe(random.choice(["0.00", "20.00"])),
        }

    def line(place: int) -> dict[str, Any]:
        return {
            "line": place,
            "date": random.choice(["2026-03-02", "2026-03-02", "2026-03-09", "2025-12-30", "2026-01-15"]),
            "code": random.choice(CODES),
            "modifiers": random.sample(MODIFIERS, random.randint(0, 3)),
            "units": maybe(random.choice([1, 1, 2, 3])),
            "minutes": maybe(random.choice([8, 15, 22, 30, 45])),
            "charge": maybe(random.choice(["60.00", "110.00"])),
            "allowed": maybe(random.choice(["40.00", "74.00", "150.00"]), 0.6),
            "provider": maybe({"npi": "1999999984", "role": random.choice(ROLES)}, 0.2),
            "diagnoses": maybe([1], 0.3),
            "paid_by_others": maybe([payer("a")], 0.2),
        }

    def past() -> dict[str, Any]:
        return {
            **line(1),
            "outcome": random.choice(["pay", "deny", "pend"]),
            "date": random.choice(["2026-01-05", "2026-02-10", "2025-03-03", "2026-03-02"]),
            "authorization": maybe(random.choice(["A1", "A2"]), 0.3),
        }

    authorization = {
        "id": "A1",
        "status": maybe("approved", 0.7),
        "from": "2026-01-01",
        "through": maybe("2026-03-05", 0.5),
        "visits": maybe(random.choice([1, 2]), 0.5),
        "units": maybe(3, 0.3),
        "minutes": maybe(60, 0.2),
        "used": maybe(1, 0.4),
        "as_of": maybe("2026-01-31", 0.5),
    }
    second = {**authorization, "id": "A2", "from": "2026-02-01"}
    coverage = {
        "habilitative_benefit": True,
        "habilitative_visit_limit": maybe(2),
        "relationship": maybe("self", 0.5),
        "other_payers": maybe([payer(name) for name in random.sample("ab", random.randint(0, 2))], 0.5),
        "authorizations": maybe(random.choice([[authorization], [authorization, second]]), 0.7),
        "benefit_year_start": maybe("2025-12-01"),
        "discharged_on": maybe("2026-02-10", 0.5),
        "spell_of_illness": maybe({"from": "2026-01-10"}, 0.5),
    }
    return {
        "encounter": f"F-{number}",
        "payer": {"id": "fuzz"},
        "patient": {"id": "P-1", "birth_date": maybe(random.choice(["2010-05-05", "1950-01-01"]))},
        "provider": maybe({"npi": maybe("1999999976"), "role": random.choice(ROLES)}),
        "place_of_service": maybe(random.choice(["11", "02"])),
        "diagnoses": maybe(random.sample(["F80.0", "I69.320", "R13.12"], 2)),
        "documentation": maybe({"skilled": maybe(True), "order_signed": maybe("2026-02-20"), "distinct_sessions": maybe(True)}),
        "hospice": maybe({"elected": "2026-01-20"}, 0.2),
        "coverage": maybe(coverage),
        "history": maybe([past() for _ in range(random.randint(0, 4))], 0.7),
        "history_known_from": maybe("2026-02-01", 0.2),
        "counters": maybe([{"limit": "speech_money", "used": "140.00", "as_of": maybe("2026-02-05", 0.7)}, {"limit": "visits", "used": 1, "as_of": "2026-02-05"}, {"limit": "limit_0", "used": random.choice([1, 2]), "as_of": maybe("2026-02-05", 0.7)}], 0.4),  # noqa: E501  (a table reads best in one piece)
        "lines": [line(place) for place in range(1, random.randint(1, 4) + 1)],
    }  # fmt: skip


def text(data: dict[str, Any]) -> str:
    """A policy as a file would hold it; JSON is YAML."""
    return json.dumps(data, indent=1)
