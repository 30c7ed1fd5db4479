"""One engine in a process of its own: compiles, warms up, decides one encounter at a time, and prints what it measured."""

from __future__ import annotations

import argparse
import json
import resource
import time

from engines import ENGINES
from flow import encounters


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("--rules", type=int, default=10)
    parser.add_argument("--lines", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--memory", type=int, default=0)
    asked = parser.parse_args()
    claims = encounters(300, asked.lines)
    start = time.perf_counter()
    decide = ENGINES[asked.engine](asked.rules)
    decide(claims[0])
    compiled = time.perf_counter() - start
    results = [decide(claim) for claim in claims]
    times = []
    end = time.perf_counter() + asked.seconds
    while time.perf_counter() < end:
        for claim in claims[:100]:
            begin = time.perf_counter()
            decide(claim)
            times.append(time.perf_counter() - begin)
    times.sort()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(asked.memory):
        decide(claims[number % 300])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({
        "compile_ms": compiled * 1000, "per_second": len(times) / sum(times), "p50_us": times[len(times) // 2] * 1e6,
        "p99_us": times[int(len(times) * 0.99)] * 1e6, "memory_kb": grown, "results": results,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
