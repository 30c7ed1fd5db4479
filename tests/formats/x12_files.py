"""The synthetic 837P files beside the tests, and the shipped directory of payers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from payerrules.formats.x12_837p import PayerDirectory, X12Claim, X12Problem, read_837p

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "x12"
GIVEN: dict[str, Any] = yaml.load((ROOT / "policies/codes/payers_837p.yaml").read_text(), Loader=yaml.BaseLoader)
PAYERS = PayerDirectory.of(GIVEN["payers"], GIVEN["taxonomies"])


def text(name: str) -> str:
    return (FILES / name).read_bytes().decode()


def read(given: str | bytes) -> tuple[list[X12Claim], list[X12Problem]]:
    return read_837p(given, PAYERS)


def claim(name: str, number: int = 0) -> X12Claim:
    return read(text(name))[0][number]


def codes(given: str | bytes) -> list[str]:
    """Codes of every problem, of the file and of its claims."""
    claims, problems = read(given)
    return [problem.code for problem in [*problems, *(one for found in claims for one in found.problems)]]
