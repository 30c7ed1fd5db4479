"""Which payer a claim belongs to, and which profession a taxonomy code stands for: from data, never from code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payerrules.model.diagnostic import Diagnostic

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

    def told(self, said: Mapping[str, str]) -> dict[str, str]:
        """The payer of a claim that says this, with the claim's state where the entry takes it from there."""
        found = {key: said["state"] if value == _FROM_CLAIM else value for key, value in self.payer.items()}
        return {key: value for key, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class PayerDirectory:
    """Payers by what a claim says, first match wins; roles by the longest prefix of a taxonomy code.

    What is added fills what the others leave open. `wrong` is what keeps claims from being told whose they are.

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
    roles: Mapping[str, str] = field(default_factory=dict)  # by the prefix of a taxonomy code
    added: tuple[PayerEntry, ...] = ()
    added_roles: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[Diagnostic, ...] = ()

    @classmethod
    def of(cls, payers: Sequence[Mapping[str, Any]], taxonomies: Sequence[Mapping[str, Any]] = ()) -> PayerDirectory:
        """Build a directory from the lists `payers` and `taxonomies` of its file; every scalar is text.

        Raises `PayerDirectoryError` at the first entry that cannot be used.
        """
        entries = tuple(_entry(number, given) for number, given in enumerate(payers))
        return cls(entries, dict(_role(number, given) for number, given in enumerate(taxonomies)))

    def plus(self, other: PayerDirectory) -> tuple[PayerDirectory, list[str]]:
        """With what another adds, and what it would change, in words, which is left out.

        An entry that is added is about payer ids, and is asked only for what the entries before it leave open.
        """
        added, roles, clashes = list(self.added), dict(self.added_roles), []
        for entry in other.entries:
            ids = entry.when.get("payer_id", frozenset())
            taken = [one for one in (*self.entries, *added) if ids & one.when.get("payer_id", frozenset())]
            if not ids:
                clashes.append(f"an entry about {' and '.join(sorted(entry.when))} names no payer_id, and is not used")
            elif any(_differ(one.payer, entry.payer) for one in taken):
                clashes.append(f"payer_id {' or '.join(sorted(ids))} is another payer's already, and is not used")
            else:
                added.append(entry)
        for prefix, role in other.roles.items():
            known = _longest(self.roles, prefix) or roles.get(prefix)
            if known not in (None, role):
                clashes.append(f"the taxonomy {prefix} is of the role {known} already, and `{role}` is not used")
            else:
                roles[prefix] = role
        return replace(self, added=tuple(added), added_roles=roles), clashes

    def payer(self, payer_id: str, filing: str, state: str) -> dict[str, str]:
        """The payer of a claim, by its payer id (NM109), its claim filing indicator (SBR09) and the payer's state (N4).

        What no entry knows keeps the payer's own id as `payer:ID`, so that a decision can say that no policy covers it.
        """
        said = {"payer_id": payer_id.upper(), "filing": filing.upper(), "state": state.upper()}
        found = next((entry.told(said) for entry in self.entries if entry.takes(said)), {})
        for entry in self.added:
            if entry.takes(said) and not _differ(found, more := entry.told(said)):
                found = {**more, **found}
        return {"id": f"payer:{payer_id or 'unknown'}", **found}

    def role(self, taxonomy: str) -> str | None:
        """The role that a provider taxonomy code stands for, or None where the directory does not say."""
        code = taxonomy.upper()
        return _longest(self.roles, code) or _longest(self.added_roles, code)


def _longest(roles: Mapping[str, str], code: str) -> str | None:
    """The role of the longest prefix of a code."""
    fit = [prefix for prefix in roles if code.startswith(prefix)]
    return roles[max(fit, key=len)] if fit else None


def _differ(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two payers say different things of one key; a state of the claim may be any."""
    return any(other.get(key, value) != value and _FROM_CLAIM not in (value, other[key]) for key, value in one.items())


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
