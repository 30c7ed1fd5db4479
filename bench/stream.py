"""The memory of `payerrules decide` on NDJSON, by how many encounters go through it; every decision is written whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from engines import money, policy
from flow import encounters

FEW, MANY = 2_000, 100_000


def measured(count: int, folder: Path) -> dict[str, Any]:
    """One run of the command on so many encounters of the flow: its highest memory, and how many decisions it wrote."""
    rules, given, made = folder / "flow.yaml", folder / "given.ndjson", folder / "made.ndjson"
    rules.write_text(json.dumps(policy(10)), encoding="utf-8")
    with given.open("w", encoding="utf-8") as file:
        for number, one in enumerate(encounters(count, 1)):
            lines = [
                {**{key: line[key] for key in ("line", "code", "modifiers", "units")}, "date": "2026-05-11",
                 "schedule_amount": money(line["used"] + line["allowed"])}
                for line in one["lines"]
            ]  # fmt: skip
            claim = {"encounter": f"S-{number}", "payer": {"id": "bench"}, "patient": {"id": "P-1"}, "history": [],
                     "provider": {"role": one["role"]}, "lines": lines}  # fmt: skip
            file.write(json.dumps(claim) + "\n")
    command = [sys.executable, "-m", "payerrules", "decide", str(given), "--policies", str(rules), "--out", str(made)]
    done = subprocess.Popen(command)
    _, status, used = os.wait4(done.pid, 0)
    if status:
        raise SystemExit(f"payerrules decide ended with {os.waitstatus_to_exitcode(status)}")
    with made.open(encoding="utf-8") as file:
        written = sum(1 for _ in file)
    if written != count:
        raise SystemExit(f"{written} decisions of {count} encounters")
    return {"encounters": count, "kb": used.ru_maxrss, "seconds": used.ru_utime + used.ru_stime}


def main() -> dict[str, Any]:
    """A few encounters and many, each in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        few, many = (measured(count, Path(name)) for count in (FEW, MANY))
    return {**many, "kb": many["kb"] - few["kb"], "from": few["encounters"], "whole_kb": many["kb"]}


if __name__ == "__main__":
    print(json.dumps(main()))
