"""The wire between the engine and the process of the plugins: one JSON object a line, bytes as base64."""

from __future__ import annotations

import base64
import json
from typing import Any

BYTES = "$bytes"


def encoded(message: Any) -> bytes:
    """A message as one line.

    >>> decoded(encoded({"content": b"a"}))
    {'content': b'a'}
    """
    return (
        json.dumps(message, default=as_map, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        + b"\n"
    )


def decoded(line: bytes) -> Any:
    """The message of a line. Raises ValueError where it is none."""
    return json.loads(line, object_hook=as_bytes)


def as_map(value: Any) -> Any:
    """Bytes, which JSON does not know, as a map."""
    if isinstance(value, bytes):
        return {BYTES: base64.b64encode(value).decode("ascii")}
    raise TypeError(f"a {type(value).__name__} cannot go to a plugin")


def as_bytes(value: dict[str, Any]) -> Any:
    """The bytes of such a map; any other map as it is."""
    return base64.b64decode(value[BYTES]) if value.keys() == {BYTES} else value
