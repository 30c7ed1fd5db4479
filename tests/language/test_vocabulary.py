"""The vocabulary: facts with their types, told apart from those of plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from payerrules.language.reader import read_yaml
from payerrules.language.schemas import read_vocabulary
from payerrules.language.vocabulary import ENTITIES, FactEntry, Vocabulary, load_vocabulary
from payerrules.model.values import FactType

SHIPPED = read_vocabulary(Path(__file__).parents[2] / "policies" / "vocabulary.yaml")
REST = "from: given, if_missing: unknown, seen_by: payer, meaning: M"


def load(facts: str, name: str = "payerrules") -> tuple[Vocabulary, list[str]]:
    node, found = read_yaml(f"vocabulary: {name}\nfacts:\n{facts}", "v.yaml")
    assert found == []
    vocabulary, more = load_vocabulary(node)
    return vocabulary, [finding.code for finding in more]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("code", FactType("code")),
        ("money", FactType("money", decimals=2)),
        ("percent", FactType("percent", decimals=2)),
        ("number", FactType("number", decimals=4)),
        ("number, decimals: 3", FactType("number", decimals=3)),
        ("yes/no", FactType("yes/no")),
        ("codes", FactType("codes")),
        ("set of codes", FactType("codes")),
        ("{one_of: [a, b]}", FactType("one_of", ("a", "b"))),
        ('"one_of [a, b]"', FactType("one_of", ("a", "b"))),
    ],
)
def test_a_type_is_read(written: str, kind: FactType) -> None:
    vocabulary, found = load(f"  line.x: {{type: {written}, {REST}}}")
    assert (vocabulary.facts["line.x"].type, found) == (kind, [])


@pytest.mark.parametrize("written", ["float", "{one_of: []}", "one_of", "count, decimals: 2", "number, decimals: many"])
def test_a_type_that_there_is_not_is_refused(written: str) -> None:
    assert load(f"  line.x: {{type: {written}, {REST}}}")[1] == ["bad-type"]


def test_an_entry_says_all_that_was_written() -> None:
    vocabulary, _ = load(
        "  provider.role: {type: code, unit: roles, from: plugin, if_missing: none, seen_by: provider,"
        " meaning: Who treated, at: provider.kind, also_from: encounter, personal: yes}"
    )
    entry = vocabulary.facts["provider.role"]
    assert entry == FactEntry(
        "provider.role", FactType("code"), "plugin", "none", "provider", "Who treated", "roles", ("provider", "kind"),
        also_from_encounter=True, personal=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("line.code", ("code",)),
        ("authorization.status", ("status",)),
        ("other_payer.paid", ("paid",)),
        ("encounter.setting", ("setting",)),
        ("patient.birth_date", ("patient", "birth_date")),
    ],
)
def test_a_fact_without_a_place_is_read_where_its_name_says(name: str, path: tuple[str, ...]) -> None:
    assert load(f"  {name}: {{type: code, {REST}}}")[0].facts[name].at_path == path


@pytest.mark.parametrize("name", ["lines.code", "code", "acme.tier"])
def test_a_fact_is_about_an_entity(name: str) -> None:
    assert load(f"  {name}: {{type: code, {REST}}}")[1] == ["unknown-entity"]


def test_a_plugin_adds_facts_under_its_own_name() -> None:
    core, _ = load(f"  line.code: {{type: code, {REST}}}")
    own, _ = load(f"  acme.tier: {{type: code, {REST}}}", "acme")
    merged, found = core.merge(own)
    assert (sorted(merged.facts), found) == (["acme.tier", "line.code"], [])


def test_a_plugin_adds_no_facts_under_other_names() -> None:
    core, _ = load(f"  line.code: {{type: code, {REST}}}")
    own, _ = load(f"  line.code: {{type: code, {REST}}}\n  line.tier: {{type: code, {REST}}}", "acme")
    merged, found = core.merge(own)
    assert [finding.code for finding in found] == ["vocabulary-clash", "vocabulary-clash"]
    assert sorted(merged.facts) == ["line.code"]


def test_the_nearest_fact_is_offered() -> None:
    assert SHIPPED.did_you_mean("line.modifier") == "line.modifiers"
    assert SHIPPED.did_you_mean("qqqqqq") == ""


def test_a_vocabulary_that_is_no_map_has_no_facts() -> None:
    vocabulary, found = load_vocabulary(read_yaml("- a", "v.yaml")[0])
    assert (vocabulary.facts, [finding.code for finding in found]) == ({}, ["wrong-shape"])


def test_every_shipped_fact_has_a_meaning_and_an_entity() -> None:
    assert [e.name for e in SHIPPED.facts.values() if not e.meaning or e.entity not in ENTITIES] == []


def test_no_two_given_facts_of_one_entity_are_read_from_one_place() -> None:
    taken: dict[tuple[str, tuple[str, ...]], str] = {}
    for entry in SHIPPED.facts.values():
        if entry.origin == "given":
            listed = entry.entity if entry.entity in ("line", "authorization", "other_payer", "diagnosis") else ""
            assert taken.setdefault((listed, entry.at_path), entry.name) == entry.name


def test_facts_of_an_entity_are_listed_by_name() -> None:
    names = [entry.name for entry in SHIPPED.of("hospice")]
    assert names == sorted(names)
    assert all(name.startswith("hospice.") for name in names)
