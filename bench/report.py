"""Writes docs/performance.md from results/results.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CROWDED = (
    " **So many wanted to run here that cells above some hundred times, in the tables of growth, tell more of the machine than of the engine**: "
    "run it on a calm one before an engine is judged by them."
)
PEERS = ("zen-engine", "clipspy", "json-rules-engine")


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ratio(one: float, other: float) -> str:
    """One as a multiple of the other."""
    return f"{one / other:.2f} x"


def main() -> None:
    """Write the page."""
    found: dict[str, Any] = json.loads((HERE / "results" / "results.json").read_text())
    flow = found["flow"]
    best = max(PEERS, key=lambda name: flow[name]["per_second"])
    fastest = flow[best]["per_second"]
    rows = [
        [
            name,
            f"{r['per_second']:,.0f}",
            ratio(r["per_second"], fastest),
            f"{r['p50_us']:.0f}",
            f"{r['p99_us']:.0f}",
            f"{r['compile_ms']:.0f}",
        ]
        for name, r in flow.items()
    ]
    parts = [
        "# Performance",
        "`make bench` makes this page: one run, one machine, every engine in a process of its own and in turn, medians of three rounds (growth "
        "and memory: one round), one encounter at a time after a warm-up. All ratios are of the median time of an encounter (p50), which other work on "
        f"the machine touches least; encounters per second are what that time comes to, and p99 is mostly other work. The machine "
        f"({found['machine']}) is shared: {found['load'][0]} processes "
        f"wanted to run when this began, {found['load'][1]} when it ended. With more processes than cores, whatever takes longer than a turn of the "
        "scheduler (some milliseconds: many lines, json) is stretched further."
        + (CROWDED if max(found["load"]) > 4 else "")
        + (f" {found['note']}" if found.get("note") else ""),
        "## The ten-rule flow",
        "Three rules derive, seven read what was derived; one line an encounter. Before anything is timed, the outcomes and fired rules of 300 "
        "encounters are checked to be equal in all five engines. The first two rows judge once and keep the verdict of every rule, as the peers do "
        "(zen-engine with its trace on); *both verdicts* is the whole correction loop, *whole JSON* also renders every reason; *durable_rules alone* "
        "asserts again what the durable runtime asserted, and drives it to its end: what durable_rules itself takes, which nothing of ours can lower.",
        table(["engine", "encounters/s", f"to {best}", "p50 µs", "p99 µs", "compile ms"], rows),
        "## Growth with rules",
        "The same rules fire; the others are about other codes. Time of an encounter as a multiple of the time with ten rules.",
        growth(found["rules"], "rules", "10"),
        "## Growth with lines",
        "Time of an encounter as a multiple of the time with one line.",
        growth(found["lines"], "lines", "1"),
        "## Memory",
        "Growth after a fifth as many encounters to warm up.",
        table(
            ["engine", "encounters", "growth"],
            [[n, f"{m['encounters']:,}", grown_text(m["kb"])] for n, m in found["memory"].items()],
        ),
        streamed(found["stream"]),
        "## Medicare",
        "Our own runtimes on three lines an encounter, one fact in sixteen unknown: forty Medicare-like rules (bench/rules40.yaml) and the Medicare "
        "policy that ships. Encounters are read beforehand. *judge* keeps the verdict of every rule, once; *json* is the whole decision as text: the "
        "correction loop, both verdicts, and the full trace with the reason of every rule. The runtimes are checked to count the same verdicts. Times "
        "are of the processor here: they are longer than a turn of the scheduler, which other work would stretch.",
        medicare(found["medicare"]),
        "## Against the aims",
        "\n".join(aims(found, best, fastest)),
    ]
    (HERE.parent / "docs" / "performance.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def medicare(found: dict[str, Any]) -> str:
    """The table of our own runtimes on Medicare's rules."""
    rows = []
    for on, one in found.items():
        every, fired, unknown = one["verdicts"]
        about = f"{on} ({every:.0f} verdicts, {fired:.0f} fired, {unknown:.0f} not evaluated)"
        for name, r in one["engines"].items():
            rows.append(
                [
                    about,
                    name,
                    f"{r['per_second']:,.0f}",
                    f"{r['p50_us']:.0f}",
                    f"{r['p99_us']:.0f}",
                    f"{r['compile_ms']:.0f}",
                ]
            )
    return table(
        ["policy", "runtime", "encounters/s", "p50 µs", "p99 µs", "compile ms, all shipped policies read"], rows
    )


def grown_text(kilobytes: float | None) -> str:
    """How much memory grew."""
    return "not through in the time of a run (400 s)" if kilobytes is None else f"{kilobytes / 1024:.1f} MB"


def streamed(found: dict[str, Any]) -> str:
    """What the command itself takes."""
    each = found["seconds"] / found["encounters"] * 1e6
    return (
        f"`payerrules decide` from NDJSON to NDJSON, every decision whole: {found['encounters']:,} encounters take {found['kb'] / 1024:.1f} MB more "
        f"than {found['from']:,} do, {found['whole_kb'] / 1024:.0f} MB in all, and {each:.0f} µs of processor time each (reading, deciding, every "
        "reason in words, writing). What it keeps of each is its id, to tell those that come twice."
    )


def growth(found: dict[str, Any], what: str, first: str) -> str:
    """A table of times as multiples of the first row's."""
    engines = list(found[first])
    rows = [
        [n, *(ratio(found[first][e]["per_second"], runs[e]["per_second"]) for e in engines)]
        for n, runs in found.items()
    ]
    return table([what, *engines], rows)


def aims(found: dict[str, Any], best: str, fastest: float) -> list[str]:
    """Each aim, what was measured, and whether it is met."""
    flow, rules, memory = found["flow"], found["rules"], found["memory"]

    def line(aim: str, measured: str, met: bool) -> str:
        return f"- {aim}: {measured}: **{'met' if met else 'not met'}**."

    durable, reference = flow["durable"]["per_second"] / fastest, flow["reference"]["per_second"] / fastest
    said = [
        line(f"durable no slower than the fastest of the three ({best})", f"{durable:.2f} times as fast", durable >= 1),
        line("reference at least five times as fast", f"{reference:.2f} times as fast", reference >= 5),
    ]
    for name in ("reference", "durable"):
        slower = rules["10"][name]["per_second"] / rules["100"][name]["per_second"]
        said.append(line(f"ten times the rules at most twice the time ({name})", f"{slower:.2f} times", slower <= 2))
    for name in ("reference", "durable"):
        grown = memory[name]["kb"] / 1024
        said.append(line(f"memory flat over 100,000 encounters ({name})", f"{grown:.1f} MB more", grown < 5))
    grown = found["stream"]["kb"] / 1024
    said.append(line("memory flat over 100,000 encounters (`payerrules decide`)", f"{grown:.1f} MB more", grown < 20))
    thousand = rules["1000"]["durable"]["per_second"]
    said.append(
        line(
            "1,000 rules without a fault",
            f"durable decides {thousand:,.0f} encounters/s with 1,000 rules",
            thousand > 0,
        )
    )
    return said


if __name__ == "__main__":
    main()
