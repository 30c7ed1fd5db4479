"""The lock: a hash of every released edition. A released edition never changes; a change is a new edition."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from payerrules.language.long_tables import find
from payerrules.language.nodes import plain
from payerrules.language.policy import PolicyText
from payerrules.library.library import Library
from payerrules.model.diagnostic import Diagnostic, Location, Severity

LOCK = "payerrules.lock"


def content_hash(text: PolicyText) -> str:
    """The hash of what an edition says, the files of its tables included: order of keys and rules, comments and layout are left out."""
    data = plain(text.node)
    tables = data.get("tables")
    for table in tables.values() if isinstance(tables, dict) else ():
        path = find(str(table["from"]), text) if isinstance(table, dict) and "from" in table else None
        if path is not None:
            table["from"] = hashlib.sha256(path.read_bytes()).hexdigest()

    def by_id(item: Any) -> str:
        return json.dumps(item, sort_keys=True)

    for section in ("rules", "checks", "examples"):
        if isinstance(data.get(section), list):
            data[section] = sorted(data[section], key=by_id)
    return "sha256:" + hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_lock(folder: Path) -> dict[str, str] | Diagnostic:
    """The lock of a policies folder, `policy edition` to hash; empty where there is none; what is wrong where it cannot be read."""
    path = folder / LOCK
    if not path.is_file():
        return {}
    hint = "Settle a merge by hand, or put the file back as it was released: it tells whether a released edition has changed."
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        at = Location(str(path), error.lineno, error.colno)
        return Diagnostic("lock-unreadable", f"{LOCK} is no JSON: {error.msg}", at, hint)
    except UnicodeDecodeError:
        return Diagnostic("lock-unreadable", f"{LOCK} is no text in UTF-8", Location(str(path), 1, 1), hint)
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        message = f"{LOCK} is no map of editions to hashes"
        return Diagnostic("lock-unreadable", message, Location(str(path), 1, 1), hint)
    return found


def write_lock(folder: Path, library: Library) -> Path:
    """Write the lock of a policies folder anew: every edition as it stands."""
    found = {text.label: content_hash(text) for editions in library.shelf.values() for text in editions}
    path = folder / LOCK
    path.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")
    return path


def check_lock(folder: Path, library: Library) -> list[Diagnostic]:
    """Report released editions that have changed or gone, and editions not yet released (a warning)."""
    locked = read_lock(folder)
    if isinstance(locked, Diagnostic):
        return [locked]
    if not locked:
        return []
    found = []
    there = {text.label: text for editions in library.shelf.values() for text in editions}
    for label, text in sorted(there.items()):
        if label not in locked:
            hint = "Run `payerrules check --lock` when it is released."
            message = f"the edition {label} is not in {LOCK}"
            found.append(Diagnostic("lock-missing", message, text.node.at, hint, Severity.WARNING))
        elif locked[label] != content_hash(text):
            hint = (
                "Take the change back and write a new edition (`based_on:`), or lock it anew if it was never released."
            )
            found.append(Diagnostic("lock-changed", f"the released edition {label} has changed", text.node.at, hint))
    for label in sorted(set(locked) - set(there)):
        found.append(Diagnostic("lock-gone", f"the released edition {label} is gone", None, "Put it back."))
    return found
