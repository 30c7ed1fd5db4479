"""Each installed plugin has a process of its own: what one does to it touches no other, and what it takes is bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from payerrules.payers.isolation import MEMORY
from payerrules.payers.wire import encoded
from tests.payers.made import Install, decided, installed_engine, needs, plain_engine

HOOK = "@hookimpl\ndef payerrules_add_facts(encounter, facts):\n    "
POLICIES = "@hookimpl\ndef payerrules_policies():\n    return {!r}\n"
SPOILT = "import builtins, json\nbuiltins.SPOILT = json.dumps = None\n"
WHOLE = "import builtins\n    assert not hasattr(builtins, 'SPOILT')\n    return {'documentation.skilled': 'yes'}"


def test_what_a_plugin_spoils_is_its_own(install: Install) -> None:
    install("aaa", SPOILT + HOOK + "return {}")
    install("zzz", HOOK + WHOLE)
    found = decided(installed_engine())
    assert found["plugin_facts"] == {"documentation.skilled": "zzz"}
    assert "zzz" not in needs(found)


def test_a_plugin_that_takes_memory_without_end_pends_and_is_named(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MEMORY, "400")
    install("made", HOOK + "return [bytearray(50_000_000) for _ in range(100)]")
    found = decided(installed_engine())
    assert found["outcome"] == "pend"
    assert "of the plugin made raised MemoryError" in needs(found)


def test_maps_that_stand_in_each_other_without_end_are_refused(install: Install) -> None:
    install("made", HOOK + "found = {}\n    for _ in range(60): found = {'a': found}\n    return found")
    assert "more than 50 deep in each other" in needs(decided(installed_engine()))


def test_a_plugin_may_add_codes_and_change_none(install: Install, tmp_path: Path) -> None:
    codes = tmp_path / "brought" / "codes"
    codes.mkdir(parents=True)
    (codes / "modifiers.yaml").write_text(
        "catalogue: modifiers\nsources: {own: {title: Own, url: 'https://example.org/manual', status: primary}}\n"
        "codes:\n  GN: {label: Anything, source: own}\n  Q9: {label: A new one, source: own}\n"
    )
    install("made", POLICIES.format([str(tmp_path / "brought")]))
    engine = installed_engine()
    found = decided(engine)
    assert found["outcome"] == "pend"
    assert "the plugin made: `GN` is already a code of codes/modifiers.yaml" in needs(found)
    assert engine.library.modifiers["GN"] == plain_engine().library.modifiers["GN"]
    assert "Q9" in engine.library.modifiers


def test_a_process_whose_engine_is_gone_ends_without_a_word() -> None:
    command = [sys.executable, "-P", "-m", "payerrules.payers.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        assert worker.stderr is not None
        worker.stdout.close()
        worker.stdin.write(encoded({"do": "load", "plugin": "not-there", "limit": 5, "number": 1}))
        worker.stdin.close()
        assert worker.stderr.read() == b""
        assert worker.wait(timeout=30) == 0


@pytest.mark.parametrize("said", ["no", "0", "-5", "inf"])
def test_a_setting_of_memory_that_is_none_is_told(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEMORY, said)
    with pytest.raises(ValueError, match=f"{MEMORY}={said} is no number of megabytes"):
        installed_engine()
