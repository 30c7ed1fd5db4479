"""A program: the editions in force for some dates, linked, each rule and look-up in its stage and level."""

from __future__ import annotations

from dataclasses import dataclass, field

from payerrules.language.effect import Source
from payerrules.language.expression import ALWAYS, Condition
from payerrules.language.items import About, EditionMeaning, Limit, Lookup, Rule, Window
from payerrules.language.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A rule or look-up in its place: the stage and level where all it reads is known, the dates it is in force.

    `window` is the edition's effective dates and the item's own together (its own left out where they go by another date);
    `about` says of which lines its edition speaks.
    """

    item: Rule | Lookup
    stage: str
    level: int
    window: Window
    about: Condition = ALWAYS


@dataclass(frozen=True, eq=False)
class Program:
    """What the editions in force say, ready for a runtime. `hash` covers their meaning and nothing else."""

    editions: tuple[EditionMeaning, ...]
    vocabulary: Vocabulary
    placed: tuple[Placed, ...]
    limits: tuple[tuple[Limit, Window], ...]
    abouts: tuple[About, ...]
    modifier_order: tuple[str, ...]
    sources: dict[str, Source] = field(repr=False)
    hash: str = ""
