"""Runs all engines in turn, checks that they agree, and keeps medians: `python run.py PEERS_PYTHON NODE_FOLDER`."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import stream
from flow import ALWAYS, OUTCOME, REVIEW, STRENGTH, THRESHOLD, encounters

HERE = Path(__file__).parent
OURS = ["reference", "durable"]
FULLER = ["reference, both verdicts", "durable, both verdicts", "reference, whole JSON", "durable_rules alone"]
OWN = ["reference, judge", "durable, judge", "reference, json", "durable, json"]
PEERS = ["zen-engine", "clipspy", "json-rules-engine"]
ROUNDS = 3
TIMEOUT = 400  # seconds of one run


def run(
    engine: str,
    peers: str,
    nodes: str,
    *,
    rules: int = 10,
    lines: int = 1,
    seconds: float = 1.0,
    memory: int = 0,
    on: str = "",
) -> dict[str, Any]:
    """One process of one engine."""
    if engine == "json-rules-engine":
        flow = {"always": ALWAYS, "threshold": THRESHOLD, "review": REVIEW, "strength": STRENGTH, "outcome": OUTCOME}
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump({**flow, "claims": encounters(300, lines)}, file)
        command = ["node", str(HERE / "json_rules.js"), file.name, str(rules), str(seconds), str(memory)]
        env = {**os.environ, "NODE_PATH": str(Path(nodes) / "node_modules")}
    else:
        python = peers if engine in PEERS else sys.executable
        command = [python, str(HERE / "worker.py"), engine, "--rules", str(rules), "--lines", str(lines),
                   "--seconds", str(seconds), "--memory", str(memory), "--on", on]  # fmt: skip
        env = dict(os.environ)
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=TIMEOUT)
    if done.returncode:
        raise SystemExit(f"{engine}: {done.stderr[-800:]}")
    text = next(line for line in done.stdout.splitlines() if line.startswith("{"))  # CLIPS adds remarks of its own
    found: dict[str, Any] = json.loads(text)
    return found


def main() -> None:
    """Measure everything and write results.json."""
    peers, nodes = sys.argv[1:3]
    before = round(os.getloadavg()[0], 1)
    flow: dict[str, list[dict[str, Any]]] = {engine: [] for engine in [*OURS, *FULLER, *PEERS]}
    for _ in range(ROUNDS):  # in turn, so that a slower minute of the machine falls on all of them
        for engine, runs in flow.items():
            runs.append(run(engine, peers, nodes))
    wanted = flow["reference"][0]["results"]
    for engine in [*OURS, *PEERS]:
        got = [[[o, sorted(f)] for o, f in lines] for lines in flow[engine][0]["results"]]
        if got != [[[o, sorted(f)] for o, f in lines] for lines in wanted]:
            place = next(i for i, (one, two) in enumerate(zip(got, wanted, strict=True)) if one != two)
            raise SystemExit(f"{engine} differs from reference at encounter {place}: {got[place]} and {wanted[place]}")
    found: dict[str, Any] = {"flow": {}, "rules": {}, "lines": {}, "memory": {}, "medicare": {}}
    for engine, runs in flow.items():
        found["flow"][engine] = strip(middle(runs))
    for rules in (10, 100, 300, 1000):
        found["rules"][rules] = {e: strip(run(e, peers, nodes, rules=rules)) for e in [*OURS, *PEERS]}
    for lines in (1, 3, 10, 25, 50):
        found["lines"][lines] = {e: strip(run(e, peers, nodes, lines=lines)) for e in [*OURS, *PEERS]}
    for engine, count in (
        ("reference", 100_000),
        ("durable", 100_000),
        ("zen-engine", 20_000),
        ("clipspy", 20_000),
        ("json-rules-engine", 20_000),
    ):
        try:
            grown = run(engine, peers, nodes, memory=count)["memory_kb"]
        except subprocess.TimeoutExpired:
            grown = None
        found["memory"][engine] = {"encounters": count, "kb": grown}
    found["stream"] = stream.main()
    for on in ("forty rules", "Medicare policy"):
        of: dict[str, list[dict[str, Any]]] = {engine: [] for engine in OWN}
        for _ in range(ROUNDS):
            for engine, runs in of.items():
                runs.append(run(engine, peers, nodes, on=on))
        verdicts = of[OWN[0]][0]["results"]
        if any(one["results"] != verdicts for runs in of.values() for one in runs):
            raise SystemExit(f"the runtimes count different verdicts on the {on}")
        found["medicare"][on] = {
            "verdicts": [sum(column) / len(verdicts) for column in zip(*verdicts, strict=True)],
            "engines": {engine: strip(middle(runs)) for engine, runs in of.items()},
        }
    found["machine"] = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    found["load"] = [before, round(os.getloadavg()[0], 1)]
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / "results.json").write_text(json.dumps(found, indent=1))


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The run with the median throughput of several."""
    return sorted(runs, key=lambda r: r["per_second"])[len(runs) // 2]


def strip(one: dict[str, Any]) -> dict[str, Any]:
    """A run without its results."""
    return {key: value for key, value in one.items() if key != "results"}


if __name__ == "__main__":
    main()
