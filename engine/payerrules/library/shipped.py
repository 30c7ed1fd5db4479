"""Where the shipped policies are: in a checkout beside the engine, else inside the installed package."""

from __future__ import annotations

from pathlib import Path

import payerrules


def shipped_policies() -> Path:
    """The folder of the policies that ship.

    Raises FileNotFoundError where there is none, which is a broken installation.
    """
    package = Path(payerrules.__file__).parent
    for folder in (package.parents[1] / "policies", package / "_policies"):
        if (folder / "vocabulary.yaml").is_file():
            return folder
    raise FileNotFoundError("the shipped policies are not there: install payerrules anew, or name --policies DIR")
