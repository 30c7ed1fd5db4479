"""Plain data as YAML text, so that what a plugin gives is read and checked as a file would be."""

from __future__ import annotations

from typing import Any

import yaml


def as_yaml(data: Any) -> str:
    """Data as YAML without aliases.

    >>> as_yaml({"vocabulary": "gold"})
    'vocabulary: gold\\n'
    """

    class Plain(yaml.SafeDumper):
        """Writes every thing in full."""

        def ignore_aliases(self, data: Any) -> bool:
            """Never point back."""
            return True

    return str(yaml.dump(data, Dumper=Plain, sort_keys=False, allow_unicode=True))
