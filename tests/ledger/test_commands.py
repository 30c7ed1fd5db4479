"""The commands of the ledger: what goes to which stream, and how they end."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from payerrules.cli.main import app
from tests.ledger.claims import POLICY, claim, replacing


class Desk:
    """A folder with a ledger, and files of claims to decide by it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = str(folder / "claims.db")

    def run(self, *arguments: str, ask: str = "") -> Result:
        """A command on the ledger."""
        decides = {"decide", "review", "rebuild"} & set(arguments)
        policies = ["--policies", str(POLICY)] if decides else []
        return CliRunner().invoke(app, [*arguments, "--ledger", self.url, *policies], input=ask, env={"COLUMNS": "200"})

    def decide(self, *claims: dict[str, Any], more: tuple[str, ...] = ()) -> Result:
        """Decide claims, as JSON."""
        path = self.folder / "claims.ndjson"
        path.write_text("\n".join(json.dumps(one) for one in claims))
        return self.run("decide", str(path), "--assume-history", "none", "--format", "json", *more)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


BEYOND = [claim("E-1", allowed="2400.00"), claim("E-2", allowed="100.00")]
VOID = claim("V-1", **replacing("E-1", "8"))


def test_decide_keeps_what_it_decides_and_the_same_file_again_gives_the_same(desk: Desk) -> None:
    first, again = desk.decide(*BEYOND), desk.decide(*BEYOND)
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == again.stdout
    assert [one["lines"][0]["as_submitted"]["outcome"] for one in json.loads(first.stdout)] == ["pay", "deny"]


def test_a_table_says_what_a_claim_takes_the_place_of_and_what_was_set_aside(desk: Desk) -> None:
    path = desk.folder / "claims.json"
    path.write_text(json.dumps([BEYOND[0], {**VOID, "history": []}]))
    done = desk.run("decide", str(path), "--assume-history", "none")
    assert ("takes the place of E-1" in done.stdout, "set aside: history" in done.stdout) == (True, True)
    assert "warning[ledger-set-aside]: the history or counters that V-1 gave are set aside" in done.stderr


def test_what_comes_late_or_is_undone_is_said_and_reviewed(desk: Desk) -> None:
    desk.decide(*BEYOND)
    late = desk.decide(claim("E-3", "2026-01-05", allowed="1.00"), VOID)
    assert "warning[ledger-late]: E-3 came after later dates of service" in late.stderr
    done = desk.run("ledger", "review")
    assert (done.exit_code, done.stderr) == (1, "1 account looked at, 1 decision would now differ\n")
    found = json.loads(desk.run("ledger", "review", "--format", "json").stdout)
    assert [(one["encounter"], one["lines"][0]["after"]["as_submitted"]["outcome"]) for one in found] == [
        ("E-2", "pay")
    ]


def test_review_ends_with_0_where_nothing_differs(desk: Desk) -> None:
    desk.decide(*BEYOND)
    done = desk.run("ledger", "review", "--all")
    assert (done.exit_code, done.stderr) == (0, "1 account looked at, 0 decisions would now differ\n")


def test_rebuild_asks_first(desk: Desk) -> None:
    desk.decide(*BEYOND, VOID)
    for answer in ("n\n", ""):
        done = desk.run("ledger", "rebuild", ask=answer)
        assert (done.exit_code, "nothing was changed" in done.stderr) == (0, True)
    assert desk.run("ledger", "review").exit_code == 1
    done = desk.run("ledger", "rebuild", "--yes")
    assert (done.exit_code, done.stdout) == (0, "rebuilt 1 account; 1 decision changed\n")
    assert desk.run("ledger", "review").exit_code == 0


def test_show_prints_an_account_as_it_stands(desk: Desk) -> None:
    desk.decide(*BEYOND, VOID)
    done = desk.run("ledger", "show", "P-1")
    assert done.exit_code == 0
    assert "undone by V-1 (frequency 8)" in done.stdout
    assert "it is presumed that there was nothing before the ledger" in done.stdout
    found = json.loads(desk.run("ledger", "show", "P-1", "--format", "json").stdout)
    assert found[0]["stands"] == {"services": 0, "units": 0, "allowed": "0.00"}


def test_show_of_a_patient_who_is_not_there_is_wrong_use(desk: Desk) -> None:
    desk.decide(*BEYOND)
    done = desk.run("ledger", "show", "P-9")
    assert (done.exit_code, done.stderr) == (2, "the ledger holds no claim of patient P-9\n")


def test_export_writes_each_account_and_its_claims_by_receipt(desk: Desk, tmp_path: Path) -> None:
    desk.decide(*BEYOND)
    lines = [json.loads(line) for line in desk.run("ledger", "export").stdout.splitlines()]
    assert [one.get("encounter") for one in lines] == [None, "E-1", "E-2"]
    assert desk.run("ledger", "export", "--out", str(tmp_path / "all.ndjson")).stdout == ""
    assert len((tmp_path / "all.ndjson").read_text().splitlines()) == 3
    assert desk.run("ledger", "export", "--out", str(tmp_path / "no" / "all.ndjson")).exit_code == 2


def test_verify_ends_with_1_where_something_does_not_agree(desk: Desk) -> None:
    desk.decide(*BEYOND)
    assert desk.run("ledger", "verify").stdout == "1 account, 2 claims: everything agrees\n"
    with sqlite3.connect(desk.url) as raw:
        raw.execute("UPDATE service SET allowed = 0 WHERE claim = 1")
    raw.close()
    done = desk.run("ledger", "verify")
    assert (done.exit_code, done.stdout) == (1, "1 account, 2 claims: 1 difference\n")
    assert "error[ledger-differs]: patient P-1, plan: the services of encounter E-1" in done.stderr


@pytest.mark.parametrize("command", [["show", "P-1"], ["review"], ["rebuild", "--yes"], ["export"], ["verify"]])
def test_a_command_on_a_ledger_that_is_not_there_ends_with_4(desk: Desk, command: list[str]) -> None:
    done = desk.run("ledger", *command)
    assert (done.exit_code, "error[ledger-unreachable]" in done.stderr) == (4, True)
    assert not Path(desk.url).exists()


def test_a_ledger_that_fails_ends_decide_with_4_and_what_was_kept_is_written(desk: Desk) -> None:
    desk.decide(claim("E-0"))
    with sqlite3.connect(desk.url) as raw:
        raw.execute(
            "CREATE TRIGGER stop BEFORE INSERT ON claim WHEN NEW.encounter = 'E-2' BEGIN UPDATE ledger_meta SET engine = '99.0'; END"
        )
    raw.close()
    done = desk.decide(*BEYOND, claim("E-3"), claim("E-4"), more=("--batch", "2"))
    assert done.exit_code == 4
    assert "error[ledger-newer]" in done.stderr
    assert [one["encounter"] for one in json.loads(done.stdout)] == ["E-1", "E-2"]


def test_no_word_of_a_person_reaches_the_streams(desk: Desk) -> None:
    desk.decide(*BEYOND, VOID)
    for done in (desk.decide(*BEYOND, VOID), desk.run("ledger", "review"), desk.run("ledger", "verify")):
        assert "1950" not in done.stderr
        assert "R47" not in done.stderr


def test_a_claim_file_of_837p_is_replaced_by_its_ref_f8(desk: Desk) -> None:
    root = Path(__file__).parents[2]
    text = (root / "tests/formats/x12/siblings.837").read_text()
    path = desk.folder / "claims.837"
    path.write_text(text.replace("ORIG-9", "F-1"))
    done = desk.run("decide", str(path), "--assume-history", "none")
    assert "warning[ledger-moved]: encounter F-2 (frequency 7) takes the place of F-1" in done.stderr


HEEDING = """import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs tests beside it has Ctrl-C ignored
from payerrules.cli.main import run
run()
"""


def test_a_run_that_a_person_stops_says_what_is_kept_and_goes_on_when_given_again(desk: Desk) -> None:
    claims = [claim(f"E-{number}", allowed="10.00") for number in range(1, 4)]
    path, pipe = desk.folder / "claims.ndjson", desk.folder / "pipe.ndjson"
    path.write_text("\n".join(json.dumps(one) for one in claims))
    os.mkfifo(pipe)
    more = ["--ledger", desk.url, "--policies", str(POLICY), "--assume-history", "none", "--format", "ndjson"]
    command = [sys.executable, "-c", HEEDING, "decide", str(pipe), *more, "--batch", "1"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running,
        os.fdopen(os.open(pipe, os.O_RDWR), "w") as claims_sent,
    ):
        claims_sent.write(json.dumps(claims[0]) + "\n" + json.dumps(claims[1]) + "\n")
        claims_sent.flush()
        assert running.stdout is not None
        first = json.loads(running.stdout.readline())  # it waits for more now, or decides the second
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert (first["encounter"], running.returncode) == ("E-1", 130)
    assert "are in the ledger, the others are not. The same command goes on from there." in " ".join(told.split())
    assert desk.decide(*claims).exit_code == 0
    lines = map(json.loads, desk.run("ledger", "export").stdout.splitlines())
    assert [one["encounter"] for one in lines if "encounter" in one] == ["E-1", "E-2", "E-3"]
