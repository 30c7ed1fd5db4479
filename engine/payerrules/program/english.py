"""Policies in English."""

from payerrules.language.items import EditionMeaning
from payerrules.language.vocabulary import Vocabulary


def show_edition(meaning: EditionMeaning, vocabulary: Vocabulary, as_of: int | None = None) -> str:
    """Placeholder until the sentences are written."""
    return meaning.title
