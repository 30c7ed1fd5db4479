"""How wide a text is in Helvetica and the fonts that are as wide (Arial, Liberation Sans), and where it breaks into lines."""

from __future__ import annotations

from typing import Final

_REGULAR: Final = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 "
    "1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 "
    "333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD: Final = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611 "
    "975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 "
    "333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584"
)
TIED: Final = "\u00a0"
"""A space at which no line breaks."""
WIDTHS: Final = {False: tuple(map(int, _REGULAR.split())), True: tuple(map(int, _BOLD.split()))}
"""Widths of the characters from space to tilde, in thousandths of the size, as the Adobe font metrics of Helvetica have them."""


def width(text: str, size: int, bold: bool = False) -> int:
    """The width of a text in pixels, rounded up.

    >>> width("KX", 14), width("KX", 14, bold=True)
    (19, 20)
    """
    widths = WIDTHS[bold]
    total = sum(widths[ord(c) - 32] if 32 <= ord(c) < 127 else 600 for c in text.replace(TIED, " "))
    return (total * size + 999) // 1000


def wrapped(text: str, size: int, most: int, bold: bool = False) -> list[str]:
    """A text in lines no wider than so many pixels; a word that is wider by itself is broken.

    >>> wrapped("Is the line above the threshold?", 14, 120)
    ['Is the line above', 'the threshold?']
    """
    lines: list[str] = []
    now = ""
    for word in text.split(" "):
        while width(word, size, bold) > most:
            cut = next(n for n in range(len(word), 0, -1) if width(word[:n], size, bold) <= most or n == 1)
            lines += [now, word[:cut]] if now else [word[:cut]]
            now, word = "", word[cut:]
        longer = f"{now} {word}" if now else word
        if width(longer, size, bold) <= most:
            now = longer
        else:
            lines.append(now)
            now = word
    return [*lines, now] if now or not lines else lines
