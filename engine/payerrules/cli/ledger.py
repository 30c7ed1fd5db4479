"""The commands of the ledger: show, review, rebuild, export, verify.

What keeps the ledger is imported when a command needs it: the other commands start without a database library.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from payerrules.cli.common import (
    DONE,
    FINDINGS,
    LEDGER,
    Assume,
    KnownOn,
    Policies,
    Runtime,
    Without,
    bar,
    check_out,
    err,
    opened,
    out,
    stop,
    tell,
    write,
)
from payerrules.cli.tables import COLOURS
from payerrules.decide.engine import Engine
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter

if TYPE_CHECKING:
    from payerrules.ledger.history import Difference
    from payerrules.ledger.ledger import Ledger

app = typer.Typer(no_args_is_help=True, help="What was decided before: shown, reviewed, verified.")
Url = Annotated[str, typer.Option("--ledger", help="The ledger: a file, or a URL of SQLAlchemy.", show_default=False)]
Patient = Annotated[str, typer.Option("--patient", help="Only this patient.")]


class Format(StrEnum):
    """What the commands write."""

    TABLE = "table"
    JSON = "json"


As = Annotated[Format, typer.Option("--format", help="table or json.")]


@contextmanager
def ledger_at(url: str, *, make: bool = False) -> Iterator[Ledger]:
    """A ledger, opened; what is wrong with it ends the command with code 4."""
    from payerrules.ledger.faults import LedgerError
    from payerrules.ledger.ledger import Ledger

    try:
        with Ledger(url, make=make) as found:
            yield found
    except LedgerError as error:
        tell([error.diagnostic])
        raise typer.Exit(LEDGER) from None


class Entered:
    """Decisions by a ledger, made as they are asked for, so many recorded together; then `kept` says whether it kept them all.

    Where the ledger fails, what it kept until then is given: it stays, and the same command goes on after it.
    """

    def __init__(self, engine: Engine, url: str, batch: int) -> None:
        self.engine = engine
        self.url = url
        self.batch = batch
        self.notes: list[Diagnostic] = []
        self.late: list[str] = []
        self.aside: list[str] = []
        self.given = 0
        self.kept = True

    def decide(self, encounters: Iterable[Encounter]) -> Iterator[tuple[Encounter, Decision]]:
        """Each encounter with its decision."""
        from payerrules.ledger.faults import LedgerError
        from payerrules.ledger.ledger import Ledger

        waiting: deque[Encounter] = deque()

        def taken() -> Iterator[Encounter]:
            for encounter in encounters:
                waiting.append(encounter)
                yield encounter

        try:
            with Ledger(self.url) as ledger:
                for entry in ledger.decide_all(self.engine, taken(), self.batch):
                    decision = entry.decision
                    self.notes += entry.notes
                    self.late += [decision.encounter] if entry.late else []
                    if decision.ledger and decision.ledger["set_aside"]:
                        self.aside.append(decision.encounter)
                    self.given += 1
                    yield waiting.popleft(), decision
        except LedgerError as error:
            self.notes.append(error.diagnostic)
            self.kept = False

    @contextmanager
    def told_to_stop(self) -> Iterator[None]:
        """Say what has become of the claims where a person stops a run, as with Ctrl-C."""
        try:
            yield
        except KeyboardInterrupt:
            err.print(
                f"stopped: {self.given} claims were decided and are in the ledger, the others are not. "
                "The same command goes on from there.",
                markup=False,
            )
            raise

    def tell(self) -> None:
        """Say what a person should know, once all is decided."""
        tell([*self.notes, *in_sum(self.late, self.aside)])


def in_sum(late: list[str], aside: list[str]) -> list[Diagnostic]:
    """What is said once of a whole run: which claims came late, and whose word on the past was set aside."""
    found = []
    if late:
        message = f"{named(late)} came after later dates of service of the same patient were decided"
        hint = "`payerrules ledger review` lists the decisions that would now differ."
        found.append(Diagnostic("ledger-late", message, None, hint, Severity.WARNING))
    if aside:
        message = (
            f"the history or counters that {named(aside)} gave are set aside: the ledger has an account of the patient"
        )
        hint = "Only the first that is known of a patient's past opens the account; `payerrules ledger show` prints it."
        found.append(Diagnostic("ledger-set-aside", message, None, hint, Severity.WARNING))
    return found


def named(ids: list[str]) -> str:
    """Claims by name, the first of them where they are many.

    >>> named(["E-1", "E-2", "E-3", "E-4", "E-5"])
    'E-1, E-2, E-3 and 2 more'
    """
    shown = ", ".join(ids[:3])
    return shown if len(ids) <= 3 else f"{shown} and {len(ids) - 3} more"


@app.command()
def show(
    patient: Annotated[str, typer.Argument(help="The patient's id.", show_default=False)],
    ledger: Url,
    format: As = Format.TABLE,
) -> None:
    """Show what a patient has used: the opening, the claims as they were received, what each of them counts."""
    from payerrules.ledger.history import accounts_of
    from payerrules.ledger.reading import shown_account

    with ledger_at(ledger) as kept, kept.store.reading() as connection:
        found = [shown_account(connection, one) for one in accounts_of(connection, touched=False, patient=patient)]
    if not found:
        stop(f"the ledger holds no claim of patient {patient}")
    if format is Format.JSON:
        write(json.dumps(found, indent=1), None)
    else:
        for one in found:
            out.print(account_table(one))
            for line in account_words(one):
                out.print(line, markup=False)
    raise typer.Exit(DONE)


def account_table(said: dict[str, Any]) -> Table:
    """The services of an account as a table."""
    table = Table(title=f"{said['patient']}, {said['payer']}", title_justify="left")
    for name in ("receipt", "encounter", "line", "date", "billed as", "outcome", "units", "allowed", ""):
        table.add_column(name, justify="right" if name in ("receipt", "line", "units", "allowed") else "left")
    opening = said["opening"] or {}
    for service in opening.get("history") or ():
        table.add_row("", "before the ledger", *service_cells(service), "")
    for claim in said["claims"]:
        undone = f"undone by {claim['undone_by']}" if claim["undone_by"] else ""
        for place, service in enumerate(claim["services"] or [None]):
            first = (str(claim["receipt"]), claim["encounter"]) if not place else ("", "")
            table.add_row(*first, *(service_cells(service) if service else [""] * 6), undone if not place else "")
    return table


def service_cells(service: dict[str, Any]) -> list[str | Text]:
    """A service as cells of a table."""
    outcome = service["outcome"] or "pay"
    units = "" if service["units"] is None else str(service["units"])
    return [
        str(service["line"]),
        service["date"],
        "-".join((service["code"], *service["modifiers"])),
        Text(outcome, style=COLOURS.get(outcome, "")),
        units,
        service["allowed"] or "",
    ]


def account_words(said: dict[str, Any]) -> list[str]:
    """What else there is to say of an account."""
    found = []
    opening = said["opening"]
    if opening is None:
        found.append("nothing is known of the time before the ledger")
    elif opening["presumed"]:
        found.append("it is presumed that there was nothing before the ledger")
    for one in (opening or {}).get("counters", ()):
        found.append(f"opened with {one['limit']} {one['used']} as of {one['as_of']}")
    stands = said["stands"]
    found.append(
        f"paid: {counted(stands['services'], 'service')}, {counted(stands['units'], 'unit')}, {stands['allowed']} allowed"
    )
    if said["touched"]:
        found.append("a claim came late or was undone: see payerrules ledger review")
    return found


@app.command("review")
def review_command(
    ledger: Url,
    patient: Patient = "",
    every: Annotated[
        bool, typer.Option("--all", help="Also patients for whom nothing came late and nothing was undone.")
    ] = False,
    format: As = Format.TABLE,
    policies: Policies = None,
    known_on: KnownOn = "",
    runtime: Runtime = "",
    assume_history: Assume = None,
    without: Without = None,
) -> None:
    """List the decisions that would now be others, before and after. Changes nothing; exit code 1 where there are any."""
    from payerrules.ledger.history import accounts_of, review

    engine = opened(policies, runtime, known_on, assume_history, without)
    found: list[Difference] = []
    with ledger_at(ledger) as kept:
        with kept.store.reading() as connection:
            accounts = accounts_of(connection, touched=not every, patient=patient)
        for differences in bar(review(kept, engine, accounts), len(accounts), "reviewing"):
            found += differences
    if format is Format.JSON:
        write(json.dumps([one.to_dict() for one in found], indent=1), None)
    elif found:
        out.print(difference_table(found))
    err.print(f"{counted(len(accounts), 'account')} looked at, {counted(len(found), 'decision')} would now differ")
    raise typer.Exit(FINDINGS if found else DONE)


def difference_table(found: list[Difference]) -> Table:
    """The decisions that differ as a table: what was said of a line before, and what would be said now."""
    table = Table(show_lines=True)
    for name in ("patient", "encounter", "line", "before", "now"):
        table.add_column(name, justify="right" if name == "line" else "left")
    for one in found:
        for line in one.lines:
            table.add_row(
                one.patient, one.encounter, str(line["line"]), verdicts(line["before"]), verdicts(line["after"])
            )
    return table


def verdicts(said: dict[str, Any] | None) -> str:
    """A decision on a line in few words: how it is billed, and both verdicts with their codes."""
    if said is None:
        return "no such line"
    found = [said["billed_as"]]
    for name in ("as_submitted", "as_corrected"):
        one = said[name]
        codes = ", ".join(f"{a['group']} {a['carc']}".strip() for a in one["adjustments"])
        units = one["units"].get("payable")
        words = [
            one["outcome"],
            codes,
            "" if units is None else counted(units, "unit"),
            f"{one['allowed'] or 'unknown'} allowed",
        ]
        found.append(f"{name.replace('_', ' ')}: {', '.join(word for word in words if word)}")
    return "\n".join(found)


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "account"), counted(2, "decision")
    ('1 account', '2 decisions')
    """
    return f"{number} {noun}{'s' * (number != 1)}"


@app.command("rebuild")
def rebuild_command(
    ledger: Url,
    patient: Patient = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    policies: Policies = None,
    known_on: KnownOn = "",
    runtime: Runtime = "",
    assume_history: Assume = None,
    without: Without = None,
) -> None:
    """Decide every claim that stands anew, in the order of receipt, and record that instead of what was recorded."""
    from payerrules.ledger.history import accounts_of, rebuild

    engine = opened(policies, runtime, known_on, assume_history, without)
    with ledger_at(ledger) as kept:
        with kept.store.reading() as connection:
            accounts = accounts_of(connection, touched=False, patient=patient)
        asked = f"Decide the claims of {counted(len(accounts), 'account')} of {kept.store.name} anew, and keep only what comes out?"
        if not yes and not confirmed(asked):
            stop("nothing was changed", DONE)
        changed = 0
        for differences in bar(rebuild(kept, engine, accounts), len(accounts), "rebuilding"):
            changed += len(differences)
    out.print(f"rebuilt {counted(len(accounts), 'account')}; {counted(changed, 'decision')} changed")
    raise typer.Exit(DONE)


def confirmed(question: str) -> bool:
    """Whether a person says yes; where nobody can be asked, the answer is no."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        return False


@app.command("export")
def export_command(
    ledger: Url,
    patient: Patient = "",
    out_path: Annotated[
        Path | None, typer.Option("--out", help="Write to this file instead of standard output.")
    ] = None,
) -> None:
    """Write everything the ledger holds as NDJSON: each account, then its claims by receipt with what each of them uses."""
    from payerrules.ledger.history import accounts_of
    from payerrules.ledger.reading import exported

    check_out(out_path)
    with ledger_at(ledger) as kept, kept.store.reading() as connection:
        accounts = accounts_of(connection, touched=False, patient=patient)
        with out_path.open("w", encoding="utf-8") if out_path else nullcontext(sys.stdout) as file:
            for one in bar(accounts, len(accounts), "exporting"):
                for record in exported(connection, one):
                    file.write(json.dumps(record) + "\n")
    raise typer.Exit(DONE)


@app.command("verify")
def verify_command(ledger: Url, patient: Patient = "") -> None:
    """Count everything anew from the decisions, and compare with what is recorded. Exit code 1 on a difference."""
    from payerrules.ledger.history import accounts_of
    from payerrules.ledger.reading import claims_of, verified

    with ledger_at(ledger) as kept, kept.store.reading() as connection:
        accounts = accounts_of(connection, touched=False, patient=patient)
        found = [
            wrong for one in bar(accounts, len(accounts), "verifying") for wrong in verified(kept, connection, one)
        ]
        claims = sum(len(claims_of(connection, one)) for one in accounts)
    tell(found)
    said = f"{counted(len(accounts), 'account')}, {counted(claims, 'claim')}: "
    out.print(said + (f"{counted(len(found), 'difference')}" if found else "everything agrees"))
    raise typer.Exit(FINDINGS if found else DONE)
