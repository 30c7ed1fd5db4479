"""What kind of file a tree is: a policy, a golden file, encounters, a vocabulary or a catalogue."""

from __future__ import annotations

from typing import Final

from payerrules.language.nodes import Mapping, Node
from payerrules.model.diagnostic import Diagnostic

KINDS: Final = {
    "policy": ("a policy", "`payerrules check FILE` checks it, and `payerrules show FILE` reads it back."),
    "golden": ("a golden file", "`payerrules test FILE` runs its cases."),
    "encounters": ("a file of encounters", "`payerrules decide FILE` decides them."),
    "encounter": ("an encounter", "`payerrules decide FILE` decides it."),
    "vocabulary": ("a vocabulary", "`payerrules check FOLDER` reads it with the policies beside it."),
    "catalogue": ("a catalogue of codes", "`payerrules check FOLDER` reads it with the policies beside it."),
}
"""The key that a file of each kind has, what it is called, and what to do with it."""


def kind_of(node: Node | None) -> str:
    """The kind of a file by the key that only it has; "" where no key tells."""
    return next((key for key in KINDS if isinstance(node, Mapping) and key in node), "")


def of_another_kind(node: Node | None, *wanted: str) -> Diagnostic | None:
    """What to say where a file of one kind was given in the place of another; None where it may be what is wanted."""
    found = kind_of(node)
    if not found or found in wanted or not isinstance(node, Mapping):
        return None
    key = node.key(found)
    is_a, hint = KINDS[found]
    message = f"this is {is_a}, and {KINDS[wanted[0]][0]} is wanted here"
    return Diagnostic("other-kind-of-file", message, key.at if key else node.at, hint)
