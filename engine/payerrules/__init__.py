"""payerrules: policy as code for healthcare payers. An encounter goes in; a decision with its reasons comes out.

>>> from payerrules import Engine, encounter_from_dict
>>> engine = Engine.open(runtime="reference", plugins=False)
>>> claim = {"encounter": "E-1", "payer": {"id": "medicare", "program": "part_b"}, "patient": {"id": "P-1"},
...          "provider": {"role": "slp"}, "history": [],
...          "lines": [{"line": 1, "date": "2026-05-11", "code": "92507", "units": 1, "allowed": "74.00"}]}
>>> decision = engine.decide(encounter_from_dict(claim, engine.vocabulary))
>>> decision.lines[0].billed_as, decision.lines[0].as_submitted.outcome, decision.lines[0].as_corrected.outcome
('92507-GN', 'return', 'pay')
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payerrules.decide.engine import Engine
    from payerrules.formats.encounter_reader import encounter_from_dict
    from payerrules.formats.files import read_file
    from payerrules.library.check import check_files
    from payerrules.model.decision import Decision, LineDecision, VerdictOnLine
    from payerrules.model.diagnostic import Diagnostic, Location
    from payerrules.model.encounter import Encounter
    from payerrules.payers.hookspecs import hookimpl

__all__ = [
    "Decision",
    "Diagnostic",
    "Encounter",
    "Engine",
    "LineDecision",
    "Location",
    "VerdictOnLine",
    "check_files",
    "encounter_from_dict",
    "hookimpl",
    "read_file",
]

_HOMES = {
    "decide.engine": ("Engine",),
    "formats.encounter_reader": ("encounter_from_dict",),
    "formats.files": ("read_file",),
    "library.check": ("check_files",),
    "model.decision": ("Decision", "LineDecision", "VerdictOnLine"),
    "model.diagnostic": ("Diagnostic", "Location"),
    "model.encounter": ("Encounter",),
    "payers.hookspecs": ("hookimpl",),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: a plugin that needs `hookimpl` alone does not load the engine."""
    for module, names in _HOMES.items():
        if name in names:
            found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
