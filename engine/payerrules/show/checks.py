"""Checks of a payer's own settings as English: what they look at, what they refuse, and why."""

from __future__ import annotations

from payerrules.language.composed import Piece
from payerrules.language.effect import Source
from payerrules.language.nodes import Mapping, Node, plain
from payerrules.language.outcomes import written
from payerrules.program.english_tables import source_text
from payerrules.program.english_terms import Voice, listed

WORDS = {
    "in": ("is {}", "or"),
    "not_in": ("is none of {}", "and"),
    "has": ("includes {}", "or"),
    "has_any": ("includes {}", "or"),
    "has_all": ("includes all of {}", "and"),
    "has_none": ("includes no {}", "or"),
    "above": ("is above {}", "or"),
    "at_least": ("is at least {}", "or"),
    "below": ("is below {}", "or"),
    "at_most": ("is at most {}", "or"),
}
"""How each comparison of a check is said."""
READ = ("limit", "other_limit", "parameter", "rule")


def check_text(piece: Piece, sources: dict[str, Source], voice: Voice) -> str:
    """A check in words: "For each limit, when ...: the policy is refused, ..."."""
    node = piece.node
    if not isinstance(node, Mapping):
        return ""
    what = written(node.get("for_each"))
    when = [f"when {test_text(node.get('when'), voice)}"] if node.get("when") is not None else []
    when += [f"unless {test_text(node.get('unless'), voice)}"] if node.get("unless") is not None else []
    refuse, warn = written(node.get("refuse")), written(node.get("warn"))
    verdict = f"the policy is refused, “{refuse}”" if refuse else f"a warning is given, “{warn}”"
    source = sources.get(f"{piece.text.policy}:{written(node.get('source'))}")
    told = f"  \n*Source: {source_text(source)}.*" if source else ""
    opening = ", ".join([f"For each {what.replace('_', ' ')}", *when])
    return f"**{written(node.get('title')) or piece.name}** (`{piece.name}`)  \n{opening}: {verdict}.{told}"


def test_text(node: Node | None, voice: Voice) -> str:
    """The condition of a check in words."""
    texts = []
    for key, value in node if isinstance(node, Mapping) else ():
        if key.text == "because":
            continue
        if key.text in ("all", "any", "not"):
            inner = [test_text(item, voice) for item in getattr(value, "items", None) or (value,)]
            word = {"all": " and ", "any": " or ", "not": " or "}[key.text]
            texts.append(f"{'it is not so that ' if key.text == 'not' else ''}({word.join(inner)})")
            continue
        name = field_text(key.text)
        said = plain(value)
        for word, words in said.items() if isinstance(said, dict) else (("in", said),):
            form, joint = WORDS[word]
            names = [field_text(one) for one in (words if isinstance(words, list) else [words])]
            texts.append(f"{name} {form.format(listed(names, joint))}")
    return listed(texts)


def field_text(written: str) -> str:
    """What a check reads in words, such as the other limit's `beyond`; a word that it compares with stays as it is."""
    entity, _, part = written.partition(".")
    return f"the {entity.replace('_', ' ')}'s `{part}`" if entity in READ else f"`{written}`"
