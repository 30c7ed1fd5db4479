"""The pytest plugin: every case of a *.golden.yaml file is one test, so that `pytest tests/golden -k aphasia` works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from payerrules.decide.engine import Engine
    from payerrules.golden.cases import GoldenCase

SUFFIX = ".golden.yaml"
ENGINE: pytest.StashKey[Engine] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of golden files: where the policies are, and the runtime that decides."""
    group = parser.getgroup("payerrules", "golden files of payerrules")
    group.addoption("--policies", default="", help="folder of policies to decide by (those that ship, if left out)")
    group.addoption("--payerrules-runtime", default="", help="durable or reference (durable where it is installed)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> GoldenFile | None:
    """Collect *.golden.yaml files."""
    if file_path.name.endswith(SUFFIX):
        file: GoldenFile = GoldenFile.from_parent(parent, path=file_path)
        return file
    return None


class GoldenFailure(Exception):
    """A case whose decision is not what it expects; its text is the report."""


class GoldenFile(pytest.File):
    """A golden file, as pytest collects it."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a case; a file that cannot be read is one failing item."""
        from payerrules.golden.cases import read_cases

        cases, found = read_cases(self.path)
        if found:
            yield GoldenItem.from_parent(self, name="file", case=None, text="\n".join(d.text() for d in found))
        for case in cases:
            yield GoldenItem.from_parent(self, name=case.name, case=case, text="")


class GoldenItem(pytest.Item):
    """A golden case, as a test."""

    def __init__(self, *, case: GoldenCase | None, text: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.text = text

    def runtest(self) -> None:
        """Decide and compare."""
        from payerrules.decide.engine import Engine
        from payerrules.golden.run import run_case

        if self.case is None:
            raise GoldenFailure(self.text)
        if ENGINE not in self.config.stash:
            folder = self.config.getoption("--policies")
            folders = [Path(folder)] if folder else None
            self.config.stash[ENGINE] = Engine.open(folders, runtime=self.config.getoption("--payerrules-runtime"))
        result = run_case(self.case, self.config.stash[ENGINE])
        if not result.passed:
            raise GoldenFailure(result.report())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the report alone; anything else as pytest shows it."""
        if isinstance(excinfo.value, GoldenFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file and line of the case."""
        return self.path, (self.case.line - 1 if self.case else None), self.name
