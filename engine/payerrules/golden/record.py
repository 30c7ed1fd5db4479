"""Recording: what a golden case expects is written anew from what was decided, in place, comments kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from payerrules.golden.compare import Difference, case_fields, line_fields
from payerrules.golden.run import CaseResult
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence

RECORDED = ("billed_as", "as_submitted", "as_corrected", "flags")
"""What is written of each line for a case that expects nothing yet."""


def record(results: Iterable[CaseResult]) -> tuple[list[Path], list[str]]:
    """Write what came in place of what was wanted; gives back the files written and the differences left to a person.

    Only a scalar on one line is replaced; a list, a map or a suffix such as _include says what its writer meant, and is left.
    """
    edits: dict[Path, list[tuple[int, int, int, str]]] = defaultdict(list)
    added: dict[Path, list[tuple[int, str]]] = defaultdict(list)
    left: list[str] = []
    for result in results:
        path = Path(result.case.file)
        if result.case.expect is None and result.decision:
            added[path].append((last_line(result), block(result)))
        for difference in result.differences:
            text = replacement(difference)
            node = difference.node
            if text is None or not isinstance(node, Scalar):
                left.append(f"{result.case.file}:{node.at.line}: {difference}")
            else:
                width = len(node.text) + (2 if node.quoted else 0)
                edits[path].append((node.at.line, node.at.column, width, text))
    for path in sorted({*edits, *added}):
        lines = path.read_text(encoding="utf-8").split("\n")
        for line, column, width, text in sorted(edits[path], reverse=True):
            old = lines[line - 1]
            lines[line - 1] = old[: column - 1] + text + old[column - 1 + width :]
        for line, text in sorted(added[path], reverse=True):
            lines[line:line] = text.split("\n")
        path.write_text("\n".join(lines), encoding="utf-8")
    return sorted({*edits, *added}), left


def replacement(difference: Difference) -> str | None:
    """What to write for a difference; None where only a person can say."""
    came = difference.came
    if isinstance(came, dict):
        came = came.get("outcome")
    if came is None or isinstance(came, list | tuple):
        return None
    return ("yes" if came else "no") if isinstance(came, bool) else str(came)


def last_line(result: CaseResult) -> int:
    """The last line of a case's own text."""

    def deepest(node: Node) -> int:
        inner = [deepest(child) for _, child in node.entries] if isinstance(node, Mapping) else []
        inner += [deepest(child) for child in node.items] if isinstance(node, Sequence) else []
        return max([node.at.line, *inner])

    return deepest(result.case.node)


def block(result: CaseResult) -> str:
    """An `expect:` block for a case that has none."""
    indent = " " * (result.case.node.at.column - 1)
    lines = [f"{indent}expect:"]
    whole = case_fields(result.decision)
    lines.append(f"{indent}  outcome: {whole['outcome']}")
    lines.append(f"{indent}  lines:")
    for line in result.decision["lines"]:
        fields = line_fields(line, result.decision)
        said = [f"billed_as: {fields['billed_as']}"]
        said += [f"{name}: {fields[name]['outcome']}" for name in ("as_submitted", "as_corrected")]
        if fields["flags"]:
            said.append(f"flags: [{', '.join(fields['flags'])}]")
        lines.append(f"{indent}    {line['line']}: {{{', '.join(said)}}}")
    return "\n".join(lines)
