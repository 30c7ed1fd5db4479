"""YAML is read as it is written, hostile or broken files are named, and every node knows its place."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from payerrules.language import reader
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence, plain
from payerrules.language.reader import MAX_BYTES, MAX_DEPTH, read_yaml
from payerrules.model.diagnostic import Diagnostic, Location


def read(text: str | bytes) -> Node:
    node, found = read_yaml(text, "p.yaml")
    assert found == []
    assert node is not None
    return node


def faults(text: str | bytes) -> list[Diagnostic]:
    return read_yaml(text, "p.yaml")[1]


def codes(text: str | bytes) -> list[str]:
    return [finding.code for finding in faults(text)]


def places(text: str) -> list[tuple[int, int]]:
    return [(finding.at.line, finding.at.column) for finding in faults(text) if finding.at]


@pytest.mark.parametrize(
    "written",
    ["NO", "no", "05", "0b1", "0o17", "2026.10", "1e3", "12:30", "2026-01-31", ".5", "+1", "yes", "1_000", "="],
)
def test_a_scalar_is_read_as_it_is_written(written: str) -> None:
    assert plain(read(f"a: {written}")) == {"a": written}


@pytest.mark.parametrize("written", ["92507", "'92507'", '"92507"'])
def test_quotes_never_change_the_meaning(written: str) -> None:
    assert plain(read(f"a: {written}")) == {"a": "92507"}


@pytest.mark.parametrize("written", ["", "null", "~"])
def test_nothing_written_is_null(written: str) -> None:
    assert plain(read(f"a: {written}")) == {"a": None}


def test_quoted_null_is_text() -> None:
    assert plain(read('a: "null"')) == {"a": "null"}


def test_a_block_of_text_is_one_scalar() -> None:
    assert plain(read("a: >\n  one\n  two\nb: |\n  one\n  two\n")) == {"a": "one two\n", "b": "one\ntwo\n"}


def test_maps_keep_the_order_of_the_file() -> None:
    tree = read("b: 1\na: 2\n")
    assert isinstance(tree, Mapping)
    assert [key.text for key, _ in tree] == ["b", "a"]


def test_json_is_read_too() -> None:
    assert plain(read('{"a": [1, true, null, "x"]}')) == {"a": ["1", "true", None, "x"]}


def test_a_byte_order_mark_is_no_text() -> None:
    assert plain(read(b"\xef\xbb\xbfa: 1")) == {"a": "1"}


def test_every_node_knows_its_place_and_line() -> None:
    tree = read("rules:\n  - id: x-1\n    then: {flag: y}\n")
    assert isinstance(tree, Mapping)
    rules = tree.get("rules")
    assert isinstance(rules, Sequence)
    rule = rules.items[0]
    assert isinstance(rule, Mapping)
    then = rule.get("then")
    assert isinstance(then, Mapping)
    assert rule.get("id") == Scalar("x-1", Location("p.yaml", 2, 9, 3, "  - id: x-1"))
    assert then.at == Location("p.yaml", 3, 11, 9, "    then: {flag: y}")


def test_a_long_line_is_shown_as_far_as_it_is_sane() -> None:
    tree = read(f"a: [{'x, ' * 200}last]")
    assert isinstance(tree, Mapping)
    listed = tree.get("a")
    assert isinstance(listed, Sequence)
    assert len(listed.items[0].at.excerpt) == reader.MAX_EXCERPT
    assert listed.items[-1].at.excerpt == ""


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("title: A: b", "text-needs-quotes", 1, 9),
        ("a: {title: A: b, c: d}", "text-needs-quotes", 1, 13),
        ("a: %5", "text-needs-quotes", 1, 4),
        ("a: @x", "text-needs-quotes", 1, 4),
        ("a: `x`", "text-needs-quotes", 1, 4),
        ("a: [GN, *]", "text-needs-quotes", 1, 9),
        ("a: {say: Did it?, x: y}", "text-needs-quotes", 1, 16),
        ("a: [one?, two]", "text-needs-quotes", 1, 8),
        ("a: 'it's'", "text-needs-quotes", 1, 8),
        ("say: ? b", "text-needs-quotes", 1, 6),
        ("say: Visit #30", "text-cut-short", 1, 12),
        ("a: {title: One, two, when: x}", "text-cut-short", 1, 17),
        ("a: {x}", "missing-value", 1, 5),
        ("a: *x", "alias-refused", 1, 4),
        ("a: &x y", "alias-refused", 1, 4),
        ("a: !x y", "tag-refused", 1, 4),
        ("? a\n: b", "key-not-text", 1, 1),
        ("[a]: b", "key-not-text", 1, 1),
        ("{a: b}: c", "key-not-text", 1, 1),
        ("a: 1\na: 2", "repeated-key", 2, 1),
        ("a: 1\n---\nb: 2", "second-document", 2, 1),
        ("", "empty-file", 1, 1),
        ("# nothing\n", "empty-file", 1, 1),
        ("a:\n\tb: 1", "yaml-syntax", 2, 1),
        ('a: "x', "yaml-syntax", 1, 4),
        ("a: [1, 2", "yaml-syntax", 1, 9),
        ("a: {b: 1", "yaml-syntax", 1, 9),
        ("a:\n  b: 1\n c: 2", "yaml-syntax", 3, 2),
        ("a: b\nfoo\nbar: c", "yaml-syntax", 3, 1),
        ("a: b\x07", "yaml-syntax", 1, 5),
        ("%FOO\na: b", "yaml-syntax", 2, 1),
    ],
)
def test_a_fault_is_named_at_its_place(text: str, code: str, line: int, column: int) -> None:
    assert codes(text) == [code]
    assert places(text) == [(line, column)]


def test_every_fault_of_a_file_is_named_at_once() -> None:
    text = "a: &x 1\nb: *x\na: 2\ntitle: Visit #30\nc: !t 3\n"
    assert codes(text) == ["alias-refused", "alias-refused", "repeated-key", "text-cut-short", "tag-refused"]


def test_a_repeated_key_says_where_the_first_one_is() -> None:
    assert "first in line 1, column 1" in faults("a: 1\nb: 2\na: 3")[0].message


def test_a_comment_after_a_value_that_is_no_text_is_a_comment() -> None:
    assert plain(read("kind: base  # never in force\nper: [patient] # all\n")) == {"kind": "base", "per": ["patient"]}


def test_a_hash_inside_a_word_is_text() -> None:
    assert plain(read("title: Visit#30")) == {"title": "Visit#30"}


def test_a_remedy_shows_the_text_as_it_should_be_quoted() -> None:
    assert faults("a: {title: One, two}")[0].hint.endswith('title: "One, two"')


def test_latin_1_is_refused_at_the_byte() -> None:
    finding = faults("a: 1\ntitle: é".encode("latin-1"))[0]
    assert (finding.code, finding.at) == ("not-utf8", Location("p.yaml", 2, 8))


def test_ten_megabytes_are_refused_before_parsing() -> None:
    start = time.perf_counter()
    assert codes(b"[" * MAX_BYTES) == ["too-large"]
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_thousand_levels_are_refused_without_a_crash(opening: str) -> None:
    assert [code for code in codes(opening * 1000) if code != "key-not-text"] == ["too-deep"]


def test_a_hundred_levels_are_read() -> None:
    assert codes("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []


def test_aliases_that_would_explode_take_no_time() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    start = time.perf_counter()
    assert set(codes("\n".join(lines))) == {"alias-refused"}
    assert time.perf_counter() - start < 5


PIECES = [
    "a", "title: ", "b", "say: ", ": ", ", ", "{", "}", "[", "]", "\n", "\n  ", "- ", '"', "'", "#", " #", "?", " ? ",
    "*", "&x ", "!t ", "%", "@", "|\n", " ", "x: y", ">", "\t", "é", "😀", "~", "null", "---\n", "...\n", "\\", "1.5",
    ":", "\r\n", "-",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_the_fast_parser_and_the_plain_one_give_the_same_tree_and_findings(text: str) -> None:
    fast = read_yaml(text, "p.yaml")
    kept, reader.FAST_LOADER = reader.FAST_LOADER, yaml.SafeLoader  # type: ignore[misc]  # a machine without libyaml
    try:
        assert read_yaml(text, "p.yaml") == fast
    finally:
        reader.FAST_LOADER = kept  # type: ignore[misc]  # put back


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.binary(max_size=200)))
def test_whatever_a_file_holds_it_is_read_or_named(text: str | bytes) -> None:
    node, found = read_yaml(text, "p.yaml")
    assert (node is not None) or found
    assert all(finding.hint for finding in found)
