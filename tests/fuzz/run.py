"""The long run: `python -m tests.fuzz.run --pairs 10000` compares the runtimes on so many policies and encounters."""

from __future__ import annotations

import argparse
import sys
import time

from tests.fuzz.pairs import differences

PER_POLICY = 8


def main() -> int:
    """Run, tell the figures, and fail where a pair differed or crashed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    compared = refused = 0
    found: list[str] = []
    seed, start = arguments.seed, time.perf_counter()
    while compared < arguments.pairs:
        count, differ, no_policy = differences(seed, PER_POLICY)
        compared += count
        refused += no_policy
        found += differ
        seed += 1
    seconds = time.perf_counter() - start
    for line in found[:20]:
        print(line)
    policies = seed - arguments.seed
    print(
        f"{compared} pairs, {policies} policies ({refused} refused by the checks), {len(found)} differ, {seconds:.0f} s"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
