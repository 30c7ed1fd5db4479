"""A managed-care plan of Texas Medicaid: its policy lies over the state's, and its CSV files are read and written."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from payerrules import hookimpl

HERE = Path(__file__).parent
EXTRACT = "PAYERRULES_TX_MCO_EXTRACT"
PAYER = {"id": "medicaid", "state": "TX", "program": "mco", "plan": "tx_mco_example"}
COLUMNS = [
    "claim",
    "patient",
    "birth_date",
    "npi",
    "role",
    "date",
    "code",
    "modifiers",
    "units",
    "charge",
    "authorization",
]
NEEDED = ("claim", "patient", "date", "code")
WRITTEN = ["claim", "line", "billed_as", "as_submitted", "as_corrected", "carc", "allowed"]


@hookimpl
def payerrules_policies() -> Iterable[Path]:
    """The plan's policies."""
    return [HERE / "policies"]


@hookimpl
def payerrules_formats() -> Mapping[str, Mapping[str, Any]]:
    """The plan's CSV files."""
    says = "The example plan's claims, one row a service line"
    return {"tx_mco_csv": {"says": says, "endings": [".mco.csv"], "read": read, "write": write}}


@hookimpl
def payerrules_history(patient: str, period: Sequence[str]) -> list[dict[str, Any]] | None:
    """Earlier services of a patient, of the plan's extract; nothing where there is no extract, or the patient is not in it."""
    place = os.environ.get(EXTRACT)
    if not place:
        return None
    first, last = period
    rows = [row for _, row in rows_of(Path(place).read_bytes()) if row.get("patient") == patient]
    if not rows:
        return None
    return [service(row) for row in rows if first <= row["date"] <= last]


def read(content: bytes, name: str) -> Iterator[dict[str, Any]]:
    """The claims of a file: rows of one claim are its lines."""
    claims: dict[str, dict[str, Any]] = {}
    spoilt: set[str] = set()
    for number, row in rows_of(content):
        missing = [column for column in NEEDED if not row.get(column)]
        if missing or None in row:
            what = f"the row has no {missing[0]}" if missing else "the row has more cells than the header"
            hint = f"The columns are {','.join(COLUMNS)}; the claim is not decided without this row."
            yield {"problem": what, "line": number, "hint": hint}
            spoilt.add(row.get("claim") or "")
            continue
        claim = claims.setdefault(row["claim"], encounter(row))
        claim["lines"].append({"line": len(claim["lines"]) + 1, **service(row)})
    yield from (claim for id_, claim in claims.items() if id_ not in spoilt)


def rows_of(content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a CSV file, with the lines they end on."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""))
    for row in rows:
        yield rows.line_num, row


def encounter(row: Mapping[str, str]) -> dict[str, Any]:
    """A claim of the plan, without its lines."""
    patient = {"id": row["patient"], "birth_date": row.get("birth_date") or None}
    provider = {"npi": row.get("npi") or None, "role": row.get("role") or None}
    authorizations = [{"id": row["authorization"], "status": "approved"}] if row.get("authorization") else []
    return {
        "encounter": row["claim"],
        "payer": PAYER,
        "patient": patient,
        "provider": provider,
        "coverage": {"authorizations": authorizations},
        "lines": [],
    }


def service(row: Mapping[str, str]) -> dict[str, Any]:
    """A row as a service line."""
    found = {"date": row["date"], "code": row["code"], "modifiers": (row.get("modifiers") or "").split()}
    return found | {name: row[name] for name in ("units", "charge", "allowed", "authorization") if row.get(name)}


def write(decisions: Sequence[Mapping[str, Any]]) -> str:
    """One row a line: how to bill it, both verdicts, and why it is not paid."""
    out = io.StringIO()
    rows = csv.DictWriter(out, WRITTEN, lineterminator="\n")
    rows.writeheader()
    for decision in decisions:
        for line in decision["lines"]:
            verdicts = {name: line[name]["outcome"] for name in ("as_submitted", "as_corrected")}
            carc = " ".join(one["carc"] for one in line["as_submitted"]["adjustments"])
            own = {"claim": decision["encounter"], "line": line["line"], "billed_as": line["billed_as"]}
            rows.writerow({**own, **verdicts, "carc": carc, "allowed": line["allowed"] or ""})
    return out.getvalue()
