"""One engine in a process of its own: compiles, warms up, decides one encounter at a time, and prints what it measured."""

from __future__ import annotations

import argparse
import gc
import json
import resource
import time
from collections.abc import Callable
from typing import Any

from engines import ENGINES
from flow import encounters
from medicare import prepare

BATCH = 100


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("--rules", type=int, default=10)
    parser.add_argument("--lines", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--memory", type=int, default=0)
    parser.add_argument("--on", default="", help="forty rules, or Medicare policy: instead of the flow")
    asked = parser.parse_args()
    start = time.perf_counter()
    if asked.on:
        runtime, _, way = asked.engine.partition(", ")
        decide, counted = prepare(asked.on, runtime, way)
        claims: list[Any] = list(range(300))
    else:
        claims = encounters(300, asked.lines)
        start = time.perf_counter()
        decide = ENGINES[asked.engine](asked.rules)
    decide(claims[0])
    compiled = time.perf_counter() - start
    results = [decide(claim) for claim in claims] if not asked.on else [counted(claim) for claim in claims]
    # what takes longer than a turn of the scheduler is told in processor time, which other work does not stretch
    clock = time.process_time if asked.on else time.perf_counter
    found = measured(decide, claims[:BATCH], asked.seconds, clock)
    for number in range(asked.memory // 5):  # until what is remembered, and what C has set aside, is there
        decide(claims[number % 300])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(asked.memory):
        decide(claims[number % 300])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"compile_ms": compiled * 1000, **found, "memory_kb": grown, "results": results}))


def measured(
    decide: Callable[[Any], Any], claims: list[Any], seconds: float, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """The latency of each call; throughput is what the median comes to, as other work on the machine touches it least."""
    times: list[float] = []
    gc.collect()
    end = clock() + seconds
    while clock() < end:
        for claim in claims:
            begin = clock()
            decide(claim)
            times.append(clock() - begin)
    times.sort()
    median = times[len(times) // 2]
    return {"per_second": 1 / median, "p50_us": median * 1e6, "p99_us": times[int(len(times) * 0.99)] * 1e6}


if __name__ == "__main__":
    main()
