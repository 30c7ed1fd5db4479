"""Plugins that misbehave, by what they give and by command: nothing is paid for it, nothing ends in a traceback, and they are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from payerrules.cli.main import app
from payerrules.payers import formats
from payerrules.payers.manager import LIMIT, WITHOUT
from tests.payers.made import CLAIM, INSTALLED, Install, decided, engine_of, needs

ESCAPE = "\x1b[31m"
UNKNOWN_PAST = {key: value for key, value in CLAIM.items() if key != "history"}
BODIES = {
    "raises": f"raise ValueError('{{[/bold]}} {ESCAPE} \\n and more')",
    "hangs": "while True: pass",
    "ends": "import os; os._exit(0)",
    "number": "return 7",
    "steers": f"return {{'a{ESCAPE}': '[/b]', 'lines': [{ESCAPE!r}]}}",
    "half": "return {'\\ud800': '\\ud800'}",
    "long": "return {'documentation.skilled': 'x' * 50_000_000}",
    "many": "return [{'line': 1, 'outcome': 'pay', 'reason': str(n)} for n in range(40_000)]",
    "forges": 'import os\n    for fd in range(3, 20):\n        try: os.write(fd, b\'{"result": {}, "fault": "", "number": 9}\\n\')\n'
    "        except OSError: pass",
}
COMMANDS = {
    "table": ("decide", "{claim}", "--assume-history", "none"),
    "ledger": ("decide", "{claim}", "--assume-history", "none", "--ledger", "{folder}/claims.db"),
    "explain": ("explain", "{claim}", "--line", "1", "--assume-history", "none"),
    "test": ("test", "{folder}"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "claims"
    made.mkdir()
    (made / "claim.json").write_text(json.dumps(UNKNOWN_PAST))
    case = {"name": "pays", "encounter": UNKNOWN_PAST, "expect": {"lines": {1: {"as_submitted": "pay"}}}}
    (made / "one.golden.yaml").write_text(json.dumps({"golden": [case]}))
    monkeypatch.setenv(LIMIT, "1")
    monkeypatch.setattr(formats, "FILE_SECONDS", 1)
    monkeypatch.setenv(WITHOUT, ",".join(INSTALLED))
    return made


def run(folder: Path, *arguments: str) -> Result:
    filled = [one.format(claim=folder / "claim.json", folder=folder) for one in arguments]
    return CliRunner().invoke(app, filled, env={"COLUMNS": "200"})


CALLS = [
    *(("add_facts(encounter)", body, ("table",)) for body in BODIES),
    *(
        (hook, body, tuple(COMMANDS))
        for hook in ("add_facts(encounter)", "override(encounter)")
        for body in ("steers", "hangs")
    ),
    *(("history(patient)", body, ("table", "ledger")) for body in ("number", "ends", "many")),
    ("override(encounter)", "many", ("table",)),
]


@pytest.mark.parametrize(("hook", "body", "commands"), CALLS)
def test_no_command_pays_by_it_or_fails(
    install: Install, folder: Path, hook: str, body: str, commands: tuple[str, ...]
) -> None:
    install("made", f"@hookimpl\ndef payerrules_{hook}:\n    {BODIES[body]}")
    for name in commands:
        done = run(folder, *COMMANDS[name])
        assert done.exit_code == (1 if name == "test" else 0), (name, done.output, done.exception)
        shown = " ".join(done.output.split())
        assert ("plugin made" in shown, " pay " in done.stdout, "\x1b" in shown, len(shown) < 20_000) == (
            True,
            False,
            False,
            True,
        ), (name, shown)


@pytest.mark.parametrize("body", ["raises", "hangs", "number", "steers"])
def test_a_reader_and_a_writer_that_misbehave_are_named(install: Install, folder: Path, body: str) -> None:
    source = (
        "@hookimpl\ndef payerrules_formats():\n    return {'made': {'endings': ['.made'], 'read': way, 'write': way}}"
    )
    install("made", f"def way():\n    {BODIES[body]}\n{source}")
    (folder / "a.made").write_text("x")
    reads = run(folder, "decide", str(folder / "a.made"), "{claim}", "--assume-history", "none", "--format", "json")
    assert (reads.exit_code, "plugin made" in reads.output) == (3, True), (
        reads.output,
        reads.exception,
    )
    writes = run(folder, "decide", "{claim}", "--format", "made")
    assert (writes.exit_code, "plugin made" in writes.stderr, writes.stdout) == (1, True, ""), (
        writes.output,
        writes.exception,
    )


@pytest.mark.parametrize("id_", ["[/x] [red]a[/red]", f"{ESCAPE}a", "\ud800"])
def test_what_an_encounter_is_called_neither_marks_up_nor_steers(folder: Path, id_: str) -> None:
    (folder / "claim.json").write_text(json.dumps({**CLAIM, "encounter": id_}))
    table = run(folder, "decide", "{claim}", "--limits")
    assert (table.exit_code, "\x1b" in table.output, " pay " in table.stdout) == (0, False, True), table.exception
    written = run(folder, "decide", "{claim}", "--format", "json")
    assert (written.exit_code, json.loads(written.stdout)["encounter"]) == (0, id_), written.exception


def many(thing: Any) -> Any:
    return [thing] * 2_000


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        (
            {"add_facts": lambda encounter: {"counters": many({"limit": "a", "used": 1})}},
            "gave more than 1,000 counters",
        ),
        ({"add_facts": lambda encounter: {f"a.{n}": 1 for n in range(2_000)}}, "and 1990 more such faults"),
        ({"add_facts": lambda encounter: ["a"] * 200_000}, "it gave more than 200,000 values"),
        ({"add_facts": lambda encounter: {"payer.plan": "a" * 100_001}}, "it gave a text of 100,001 characters"),
        ({"override": lambda encounter: many({})}, "gave more than 1,000 overrides"),
        ({"history": lambda patient: many({})}, "and 3990 more such faults"),
        ({"policies": lambda: many("/nowhere")}, "ships policies at more than 1,000 places"),
        ({"vocabulary": lambda: {str(n): "a" * 90_000 for n in range(20)}}, "has more than 1,000,000 characters"),
    ],
)
def test_more_than_there_can_be_is_refused(hooks: dict[str, Any], said: str) -> None:
    assert said in needs(decided(engine_of(**hooks), history=None))
