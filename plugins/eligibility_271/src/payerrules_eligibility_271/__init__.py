"""Eligibility answers: what a payer said in an X12 271 fills what an encounter leaves unknown of the coverage.

The environment variable PAYERRULES_271 names a file or a folder of answers, PAYERRULES_271_PAYERS a list of payers other than the
one in the package. Without PAYERRULES_271 the plugin says nothing.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from payerrules import hookimpl
from payerrules_eligibility_271.answers import Answer
from payerrules_eligibility_271.matching import Patient, answer_for
from payerrules_eligibility_271.reading import Gap, read

HERE = Path(__file__).parent
PREFIX = "eligibility_271"
ENDINGS = (".271", ".edi", ".x12")
SHOWN = 2
"""So many places at which an answer may be missing are told."""
COUNT = {"type": "count", "unit": "visits"}
FACTS = {
    "active": ({"type": "yes/no"}, "The payer answered that the patient is covered"),
    "plan": ({"type": "text"}, "Name of the plan, as the payer answered"),
    "authorization_required": ({"type": "yes/no"}, "The payer answered that speech therapy has to be authorized"),
    "visits_limit": (COUNT, "Speech visits of the year, where the answer gives no purpose"),
    "visits_used": (COUNT, "Speech visits used by the day of the answer, where it gives no purpose"),
    "visits_left": (COUNT, "Speech visits left on the day of the answer, where it gives no purpose"),
}


@hookimpl
def payerrules_vocabulary() -> Mapping[str, Any]:
    """Facts of our own; the others are the engine's."""
    rest = {"from": "plugin", "if_missing": "unknown", "seen_by": "payer"}
    return {
        "vocabulary": PREFIX,
        "facts": {f"{PREFIX}.{name}": {**kind, **rest, "meaning": says} for name, (kind, says) in FACTS.items()},
    }


@hookimpl
def payerrules_policies() -> Iterable[Path]:
    """The example policy."""
    return [HERE / "policies"]


@hookimpl
def payerrules_add_facts(encounter: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the latest answer says that is not after the first date of service; nothing where there is none."""
    place = os.environ.get("PAYERRULES_271")
    days = [line["date"] for line in encounter["lines"]]
    if not place or not days:
        return None
    first, payer, patient = min(days), encounter["payer"].get("id"), Patient.of(encounter)
    answers, gaps = answers_in(Path(place))
    those = [one for id_ in dict.fromkeys((patient.id, patient.subscriber)) for one in answers.get(id_, ())]
    answer = answer_for(patient, [one for one in those if one.on <= first and payer_of(one) == payer])
    since = answer.on if answer else ""
    missing = [
        one.text for one in gaps if may_concern(one, payer) and (since < one.on <= first or not (since or one.on))
    ]
    if missing:
        more = f", and at {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        later = f"a later answer than that of {since}" if since else "the patient's answer"
        raise ValueError(f"{later} may be missing: {'; '.join(missing[:SHOWN])}{more}")
    if answer is not None and answer.wrong:
        raise ValueError(f"the answer of {answer.on} {answer.wrong}")
    return facts_of(answer) if answer else None


def may_concern(gap: Gap, payer: str | None) -> bool:
    """Whether the answer that may be missing may be one of the payer's."""
    return not gap.payer_id or payer_of(gap) == payer


def facts_of(answer: Answer) -> dict[str, Any]:
    """An answer as facts and counters."""
    own = {"active": answer.active, "plan": answer.plan or None, "authorization_required": answer.authorization}
    unnamed = answer.visits.get("")
    if unnamed:
        own |= {"visits_limit": unnamed.limit, "visits_used": unnamed.used, "visits_left": unnamed.left}
    found = {f"{PREFIX}.{name}": value for name, value in own.items() if value is not None}
    if answer.year_start:
        found["coverage.benefit_year_start"] = answer.year_start
    if answer.copay:
        found["coverage.copay"] = answer.copay
    counters = []
    for kind, visits in sorted(answer.visits.items()):
        if kind and visits.limit is not None:
            found[f"coverage.{kind}_visit_limit"] = visits.limit
        limit = f"{kind}_visits" if kind else payers().get(answer.payer_id, ("", ""))[1]
        if limit and visits.used is not None:
            counters.append({"limit": limit, "used": visits.used, "as_of": answer.on})
    return {**found, **({"counters": counters} if counters else {})}


def payer_of(answer: Answer | Gap) -> str:
    """The payer of an answer, as encounters call it: of our list, else as 837P claims are told."""
    listed = payers().get(answer.payer_id)
    return listed[0] if listed else directory().payer(answer.payer_id, "", answer.state)["id"]


@cache
def answers_in(place: Path) -> tuple[dict[str, list[Answer]], list[Gap]]:
    """The answers of a file or folder, by the patient's id or else the subscriber's, and where one may be missing.

    Raises OSError for what cannot be read.
    """
    files = sorted(p for p in place.iterdir() if p.suffix.lower() in ENDINGS) if place.is_dir() else [place]
    found: dict[str, list[Answer]] = {}
    missing: list[Gap] = []
    for path in files:
        answers, gaps = read(path.read_bytes(), path.name)
        missing += gaps
        for answer in answers:
            found.setdefault(answer.id, []).append(answer)
    return found, missing


@cache
def payers() -> dict[str, tuple[str, str]]:
    """Our list of payers: the id in answers, to the id in encounters and the limit of visits without a name.

    Raises ValueError where a column is missing.
    """
    path = Path(os.environ.get("PAYERRULES_271_PAYERS") or HERE / "payers.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := sorted({"payer_id", "payer", "limit"} - set(rows.fieldnames or ())):
            raise ValueError(f"{path.name} has no column {missing[0]}")
        return {row["payer_id"]: (row["payer"], row["limit"]) for row in rows}


@cache
def directory() -> Any:
    """Which payer a claim belongs to, by the list that ships."""
    from payerrules.formats.payer_lists import payer_directory
    from payerrules.library.shipped import shipped_policies

    return payer_directory([shipped_policies()])
