"""Which payer a claim belongs to, and which profession a taxonomy code stands for: from data, never from code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WHEN: Final = ("payer_id", "filing", "state")
_PAYER: Final = ("id", "program", "plan", "state")
_FROM_CLAIM: Final = "from_claim"


class PayerDirectoryError(ValueError):
    """An entry of the directory cannot be used; `section`, `entry` (from 0) and `key` say which."""

    def __init__(self, section: str, entry: int, key: str, message: str) -> None:
        super().__init__(f"{section}, entry {entry + 1}: {message}")
        self.section, self.entry, self.key = section, entry, key


@dataclass(frozen=True, slots=True)
class PayerEntry:
    """One line of the directory: what a claim has to say, and the payer it then belongs to."""

    when: Mapping[str, frozenset[str]]
    payer: Mapping[str, str]

    def takes(self, said: Mapping[str, str]) -> bool:
        """Tell whether a claim that says this is meant; every key has to hold."""
        return all(said[key] in wanted for key, wanted in self.when.items())


@dataclass(frozen=True, slots=True)
class PayerDirectory:
    """Payers by what a claim says, first match wins; roles by the longest prefix of a taxonomy code.

    >>> directory = PayerDirectory.of(
    ...     [{"when": {"filing": "MC"}, "payer": {"id": "medicaid", "state": "from_claim"}}],
    ...     [{"taxonomy": "235Z", "role": "slp"}, {"taxonomy": "2355S", "role": "slpa"}])
    >>> directory.payer("4711", "MC", "TX")
    {'id': 'medicaid', 'state': 'TX'}
    >>> directory.payer("4711", "CI", "TX")
    {'id': 'payer:4711'}
    >>> directory.role("235Z00000X")
    'slp'
    """

    entries: tuple[PayerEntry, ...] = ()
    roles: tuple[tuple[str, str], ...] = ()  # longest prefix first

    @classmethod
    def of(cls, payers: Sequence[Mapping[str, Any]], taxonomies: Sequence[Mapping[str, Any]] = ()) -> PayerDirectory:
        """Build a directory from the lists `payers` and `taxonomies` of its file; every scalar is text.

        Raises `PayerDirectoryError` at the first entry that cannot be used.
        """
        entries = tuple(_entry(number, given) for number, given in enumerate(payers))
        roles = dict(_role(number, given) for number, given in enumerate(taxonomies))
        return cls(entries, tuple(sorted(roles.items(), key=lambda item: (-len(item[0]), item[0]))))

    def payer(self, payer_id: str, filing: str, state: str) -> dict[str, str]:
        """The payer of a claim, by its payer id (NM109), its claim filing indicator (SBR09) and the payer's state (N4).

        What no entry knows keeps the payer's own id as `payer:ID`, so that a decision can say that no policy covers it.
        """
        said = {"payer_id": payer_id.upper(), "filing": filing.upper(), "state": state.upper()}
        found = next((entry.payer for entry in self.entries if entry.takes(said)), {})
        payer = {"id": f"payer:{payer_id or 'unknown'}", **found}
        if payer.get("state") == _FROM_CLAIM:
            del payer["state"]
            if said["state"]:
                payer["state"] = said["state"]
        return payer

    def role(self, taxonomy: str) -> str | None:
        """The role that a provider taxonomy code stands for, or None where the directory does not say."""
        code = taxonomy.upper()
        return next((role for prefix, role in self.roles if code.startswith(prefix)), None)


def _entry(number: int, given: Mapping[str, Any]) -> PayerEntry:
    def refuse(key: str, message: str) -> PayerDirectoryError:
        return PayerDirectoryError("payers", number, key, message)

    for key in given:
        if key not in ("when", "payer", "note", "source"):
            raise refuse(key, f"`{key}` is no key of an entry; it has `when`, `payer`, `note` and `source`")
    when, payer = given.get("when"), given.get("payer")
    if not isinstance(when, dict) or not when:
        raise refuse("when", f"`when` names at least one of {', '.join(_WHEN)}")
    if not isinstance(payer, dict) or not payer:
        raise refuse("payer", f"`payer` gives at least one of {', '.join(_PAYER)}")
    wanted = {}
    for key, value in when.items():
        values = value if isinstance(value, list | tuple) else [value]
        if key not in _WHEN:
            raise refuse(key, f"`{key}` is nothing that a claim is asked for; ask for {', '.join(_WHEN)}")
        if not values or not all(isinstance(one, str) and one for one in values):
            raise refuse(key, f"`{key}` is a code or a list of codes; put a code of digits in quotes")
        wanted[key] = frozenset(one.upper() for one in values)
    for key, value in payer.items():
        if key not in _PAYER:
            raise refuse(key, f"`{key}` is no part of a payer; it has {', '.join(_PAYER)}")
        if not isinstance(value, str) or not value:
            raise refuse(key, f"`{key}` is text; put it in quotes, or leave it out")
    return PayerEntry(wanted, dict(payer))


def _role(number: int, given: Mapping[str, Any]) -> tuple[str, str]:
    for key in given:
        if key not in ("taxonomy", "role", "note"):
            raise PayerDirectoryError("taxonomies", number, key, f"`{key}` is no key here; use `taxonomy` and `role`")
    for key in ("taxonomy", "role"):
        if not isinstance(given.get(key), str) or not given[key]:
            raise PayerDirectoryError("taxonomies", number, key, f"`{key}` is missing or no text; put it in quotes")
    return given["taxonomy"].upper(), given["role"]


__all__ = ["PayerDirectory", "PayerDirectoryError", "PayerEntry"]
