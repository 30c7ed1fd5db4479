"""Counting, held against a second way of counting that knows nothing of spans, bounds or events: where all is known, both agree."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from payerrules.formats.encounter_reader import encounter_from_dict
from tests.fuzz.pairs import engines

START = date(2024, 11, 1)
DAYS = 560  # over a leap day and two turns of the year
ANCHOR = date(2024, 2, 29)
EVENT = date(2025, 3, 20)
CODES = ("92507", "92508", "92526")


def added(day: date, months: int, rounding: str) -> date:
    """A day so many months away, written out the long way."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        year, month = (year + 1, 1) if month > 12 else (year - 1, 12) if month < 1 else (year, month)
    try:
        return date(year, month, day.day)
    except ValueError:
        first_of_next = date(year + month // 12, month % 12 + 1, 1)
        return first_of_next if rounding == "up" else first_of_next - timedelta(1)


def year_of(day: date, month: int, first: int) -> int:
    return day.year if (day.month, day.day) >= (month, first) else day.year - 1


def block_of(day: date, months: int) -> int:
    number = 0
    while added(ANCHOR, (number + 1) * months, "up") <= day:
        number += 1
    return number


def after_event(day: date) -> bool:
    return 0 < (day - EVENT).days <= 30


PERIODS: list[tuple[Any, Any]] = [
    ("day", lambda d, e: d == e),
    ({"week": "sunday"}, lambda d, e: (d + timedelta(1)).isocalendar()[:2] == (e + timedelta(1)).isocalendar()[:2]),
    ({"week": "wednesday"}, lambda d, e: (d - timedelta(2)).isocalendar()[:2] == (e - timedelta(2)).isocalendar()[:2]),
    ("calendar_month", lambda d, e: (d.year, d.month) == (e.year, e.month)),
    ("calendar_year", lambda d, e: d.year == e.year),
    ({"fiscal_year": "07-01"}, lambda d, e: year_of(d, 7, 1) == year_of(e, 7, 1)),
    ("benefit_year", lambda d, e: block_of(d, 12) == block_of(e, 12)),
    ({"rolling": {"days": 30}}, lambda d, e: 0 <= (d - e).days < 30),
    ({"rolling": {"months": 1, "rounding": "down"}}, lambda d, e: added(d, -1, "down") < e <= d),
    ({"rolling": {"months": 3, "rounding": "up"}}, lambda d, e: added(d, -3, "up") < e <= d),
    ({"blocks": {"days": 45, "from": "coverage.benefit_year_start"}}, lambda d, e: (d - ANCHOR).days // 45 == (e - ANCHOR).days // 45),
    ({"blocks": {"months": 5, "rounding": "up", "from": "coverage.benefit_year_start"}}, lambda d, e: block_of(d, 5) == block_of(e, 5)),
    ({"since": "coverage.discharged_on"}, lambda d, e: e >= EVENT),
    ({"following": {"event": "coverage.discharged_on", "days": 30}}, lambda d, e: after_event(e)),
]  # fmt: skip
REACHES = {"since": lambda d: d >= EVENT, "following": after_event}
COUNTS = ["allowed_amount", "visits", "encounters", "treatment_days", "services", "units", "minutes"]
ONE_PER = ("visits", "encounters", "treatment_days")


def service(random: Random, day: date) -> dict[str, Any]:
    units = random.choice([1, 2, 3])
    cents = random.randint(1, 9999)
    return {
        "date": day.isoformat(),
        "code": random.choice(CODES),
        "discipline": random.choice(["SLP", "OT"]),
        "units": units,
        "minutes": units * random.choice([10, 15]),
        "allowed": f"{cents // 100}.{cents % 100:02}",
    }


def size(counts: str, one: dict[str, Any]) -> int:
    if counts == "allowed_amount":
        return int(one["allowed"].replace(".", ""))
    return int({"units": one["units"], "minutes": one["minutes"]}.get(counts, 1))


def used(counts: str, services: list[dict[str, Any]]) -> int:
    if counts in ONE_PER:
        return len({(one["date"], one["discipline"]) for one in services})
    return sum(size(counts, one) for one in services)


def expected(case: dict[str, Any], counts: str, period: Any, alike: Any, bound: int, by_date: bool) -> dict[int, str]:
    """The outcome of every line, counted line by line from the services themselves."""
    reaches = next((REACHES[key] for key in REACHES if isinstance(period, dict) and key in period), lambda day: True)
    paid = list(case["history"])
    found: dict[int, str] = {}
    for line in sorted(case["lines"], key=lambda one: (one["date"], one["line"])):
        day = date.fromisoformat(line["date"])
        before = [
            one
            for one in paid
            if one["discipline"] == line["discipline"]
            and alike(day, date.fromisoformat(one["date"]))
            and not (by_date and one["date"] > line["date"])
        ]
        beyond = reaches(day) and used(counts, [*before, line]) > bound
        found[line["line"]] = "deny" if beyond else "pay"
        if not beyond:
            paid.append(line)
    return found


@pytest.mark.parametrize("place", range(len(PERIODS)))
def test_both_ways_of_counting_agree(place: int) -> None:
    period, alike = PERIODS[place]
    random = Random(place)
    denied = paid = 0
    for counts in COUNTS:
        by_date = random.random() < 0.5
        bound = {"allowed_amount": 15000, "minutes": 60, "units": 4}.get(counts, 2)
        limit = {
            "title": "A limit", "counts": counts, "of": {"line.discipline": "present"}, "per": ["patient", "line.discipline"],
            "period": period, "order": "date_of_service" if by_date else "receipt", "source": "manual",
            "steps": {"cap": {"beyond": "150.00" if counts == "allowed_amount" else bound, "then": {"deny": {"group": "CO", "carc": "119"}}}},
        }  # fmt: skip
        if counts in ONE_PER:
            limit["one_per"] = ["line.date", "line.discipline"]
        if counts in ("allowed_amount", "units", "minutes"):
            limit["crossing"] = "whole"
        engine = engines(
            {
                "policy": "example/oracle", "edition": "1", "title": "An example", "applies_to": {"payer": "example"},
                "effective": {"from": "2020-01-01", "through": "2027-12-31"}, "published": "2019-12-01",
                "sources": {"manual": {"title": "A manual", "status": "primary"}}, "limits": {"some": limit},
            }
        )[-1]  # fmt: skip
        for number in range(12):
            near = START + timedelta(random.randint(0, DAYS))
            days = [
                near + timedelta(random.choice([0, 0, 1, 2, 5, 7, 28, 30, 31, 45, 90, 365, -1, -30])) for _ in range(14)
            ]
            case = {
                "encounter": f"E-{number}",
                "payer": {"id": "example"},
                "patient": {"id": "P-1"},
                "coverage": {"benefit_year_start": ANCHOR.isoformat(), "discharged_on": EVENT.isoformat()},
                "history": [service(random, day) for day in days[:8]],
                "lines": [{"line": n, **service(random, day)} for n, day in enumerate(days[8:], 1)],
            }  # fmt: skip
            decision = engine.decide(encounter_from_dict(case, engine.vocabulary))
            came = {line.line: line.as_submitted.outcome for line in decision.lines}
            assert came == expected(case, counts, period, alike, bound, by_date), case
            denied += sum(outcome == "deny" for outcome in came.values())
            paid += sum(outcome == "pay" for outcome in came.values())
    assert denied and paid
