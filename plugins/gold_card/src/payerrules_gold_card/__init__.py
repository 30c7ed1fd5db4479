"""Gold cards: a provider on the payer's list needs no prior authorization for the listed codes, until the card ends.

The list is a CSV file beside this module (payer, npi, codes, from, through, source), or the one that the environment variable
PAYERRULES_GOLD_CARDS names. The plugin tells policies whether a provider has a card (`gold_card.holder`), ships an example
policy, and lifts a denial for a missing authorization (CARC 197) where a card covers the code on the date of service.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from payerrules import hookimpl

MISSING_AUTHORIZATION = "197"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Card:
    """A gold card: whose it is, who holds it, for which codes, between which dates, and who says so."""

    payer: str
    npi: str
    codes: frozenset[str]
    first: date
    last: date
    source: str

    def held(self, payer: str, npi: str, day: date) -> bool:
        """Whether the provider holds this payer's card on a day."""
        return self.payer == payer and self.npi == npi and self.first <= day <= self.last

    def covers(self, payer: str, npi: str, code: str, day: date) -> bool:
        """Whether the card lets this provider give this service to this payer's patients on this day without authorization."""
        return code in self.codes and self.held(payer, npi, day)


def cards() -> list[Card]:
    """The cards of the list."""
    path = Path(os.environ.get("PAYERRULES_GOLD_CARDS") or HERE / "gold_cards.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Card(
                row["payer"],
                row["npi"],
                frozenset(row["codes"].split()),
                date.fromisoformat(row["from"]),
                date.fromisoformat(row["through"]),
                row["source"],
            )
            for row in csv.DictReader(file)
        ]


@hookimpl
def payerrules_vocabulary() -> Mapping[str, Any]:
    """One fact of our own."""
    meaning = "The provider holds a gold card on the first date of service"
    entry = {"type": "yes/no", "from": "plugin", "if_missing": "no", "seen_by": "payer", "meaning": meaning}
    return {"vocabulary": "gold_card", "facts": {"gold_card.holder": entry}}


@hookimpl
def payerrules_policies() -> Iterable[Path]:
    """The example policy."""
    return [HERE / "policies"]


@hookimpl
def payerrules_add_facts(encounter: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Say whether the provider holds a card; nothing where no provider is named, or the payer has no cards."""
    npi, days = facts.get("provider.npi"), [line["date"] for line in encounter["lines"]]
    payer = encounter["payer"].get("id")
    if npi is None or not days or payer not in {card.payer for card in cards()}:
        return None
    first = date.fromisoformat(min(days))
    return {"gold_card.holder": any(card.held(payer, npi, first) for card in cards())}


@hookimpl
def payerrules_override(encounter: Mapping[str, Any], decision: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Pay a line that is denied for want of an authorization alone, where a card covers it; the list is the reason."""
    payer, npi = encounter["payer"].get("id", ""), encounter["facts"].get("provider.npi")
    given = {line["line"]: line for line in encounter["lines"]}
    found = []
    for line in decision["lines"]:
        for verdict in ("as_submitted", "as_corrected"):
            carcs = {one["carc"] for one in line[verdict]["adjustments"]}
            if line[verdict]["outcome"] != "deny" or carcs != {MISSING_AUTHORIZATION} or line["line"] not in given:
                continue
            day = date.fromisoformat(given[line["line"]]["date"])
            card = next((card for card in cards() if npi and card.covers(payer, npi, line["code"], day)), None)
            if card is not None:
                reason = f"gold card of {npi} through {card.last.isoformat()}: {card.source}"
                found.append({"line": line["line"], "verdict": verdict, "outcome": "pay", "reason": reason})
    return found
