"""A million pairs, made up: how long importing, loading and looking up take, and how much memory. Run: make -C bench tables."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROWS = 1_000_000
HEAD = "Column 1\tColumn 2\t*=in existence\tEffective Date\tDeletion Date\tModifier\tPTP Edit Rationale\r\n"
POLICY = """policy: bench/pairs
edition: 1
title: Pairs
applies_to: {payer: bench}
about: {line.code: present}
effective: {from: 2018-01-01, through: 2027-12-31}
published: 2025-11-21
sources: {made-up: {title: Made up, url: "https://example.org/manual", status: primary}}
tables:
  pairs:
    for_each: pair_of_lines
    inputs: [other.code, line.code]
    outputs: [pair.indicator]
    from: FILE
    columns: {other.code: column1, line.code: column2, pair.indicator: modifier_indicator}
    otherwise: none
    source: made-up
rules:
  - id: bundled
    title: Bundled
    for_each: pair_of_lines
    stage: bundle
    when: {other.date: line.date, pair.indicator: 0, other.stands: yes}
    then: {deny: {group: CO, carc: 236}}
    source: made-up
"""


def make(folder: Path) -> tuple[list[Path], tuple[str, str]]:
    """Four zips of a million pairs between them, and one pair that is in them."""
    dice = random.Random(1)
    codes = [f"{number:05}" for number in range(10_000, 100_000, 7)]
    pairs = list({(dice.choice(codes), dice.choice(codes)): None for _ in range(ROWS + 10_000)})[:ROWS]
    paths = []
    for part in range(4):
        rows = [
            f"{one}\t{two}\t\t{dice.randint(1996, 2025)}{dice.choice(('0101', '0401', '0701', '1001'))}\t*\t0\tMade up\r\n"
            for one, two in pairs[part::4]
        ]
        path = folder / f"ccipra-v322r0-f{part + 1}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{path.stem}.txt", HEAD + "".join(rows))
        paths.append(path)
    return paths, pairs[0]


def look_up(folder: Path, one: str, two: str) -> None:
    """Load the table and look pairs up; runs in a process of its own, so that the memory is its."""
    from payerrules.decide.engine import Engine
    from payerrules.formats.native import read_native

    def megabytes() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    engine = Engine.open([folder], "reference", plugins=False)
    line = {"date": "2026-05-01", "units": 1, "allowed": "10.00"}
    claim = {
        "encounter": "E",
        "payer": {"id": "bench"},
        "patient": {"id": "P"},
        "history": [],
        "lines": [{"line": 1, "code": one, **line}, {"line": 2, "code": two, **line}],
    }
    encounter = next(read_native(json.dumps(claim), "bench.json", engine.vocabulary))
    before, started = megabytes(), time.perf_counter()
    assert engine.decide(encounter).outcome == "deny"
    print(f"load: {time.perf_counter() - started:.1f} s, {megabytes() - before} MB more than without the table")
    started = time.perf_counter()
    for _ in range(1_000):
        engine.decide(encounter)
    print(f"decide two lines, both ways looked up: {(time.perf_counter() - started):.2f} ms each")


def main() -> None:
    """Make, import, load, look up."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths, (one, two) = make(folder)
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "payerrules", "import", "ncci", *map(str, paths), "--data", name], check=True
        )
        print(f"import: {time.perf_counter() - started:.1f} s")
        (folder / "pairs.yaml").write_text(POLICY.replace("FILE", "ncci_ptp_practitioner.csv"), encoding="utf-8")
        subprocess.run([sys.executable, __file__, name, one, two], check=True)


if __name__ == "__main__":
    look_up(Path(sys.argv[1]), *sys.argv[2:]) if len(sys.argv) > 1 else main()
