"""The published schemas are current, valid, described, and agree with how files are read here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from payerrules.language.grammar import (
    AMOUNT_WORDS,
    COMPARISONS,
    CONNECTIVES,
    HIT_POLICIES,
    OFFSETS,
    QUANTIFIERS,
    Schema,
)
from payerrules.language.grammar_effects import BESIDE, EFFECTS, REMARKS
from payerrules.language.policy import SECTIONS
from payerrules.language.reader import read_yaml
from payerrules.language.schemas import SCHEMAS, publish, read_modifiers, read_vocabulary, rendered, schema
from payerrules.language.structure import check_structure
from payerrules.language.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "policies"
SHIPPED = read_vocabulary(POLICIES / "vocabulary.yaml")


class EditorLoader(yaml.SafeLoader):
    """YAML as an editor types it: the core schema of YAML 1.2, without dates, octals, and no as false."""


EditorLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]+\.[0-9]+$", "-+0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
EditorLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node)))


def kind_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    for key in ("vocabulary", "catalogue", "policy", "golden"):
        if f"\n{key}:" in f"\n{text}":
            return key
    return ""


SHIPPED_FILES = sorted(
    path for folder in (POLICIES, ROOT / "tests" / "golden") for path in folder.rglob("*.yaml") if kind_of(path)
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_published_schema_is_what_the_grammar_says(name: str) -> None:
    published = (POLICIES / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert published == rendered(name, SHIPPED, read_modifiers(POLICIES)), "run make schemas"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_a_schema_is_valid_by_the_metaschema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name, SHIPPED))
    assert schema(name, SHIPPED)["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@pytest.mark.parametrize("name", sorted(set(SCHEMAS) - {"decision"}))
def test_every_key_has_a_sentence_that_an_editor_shows(name: str) -> None:
    silent: list[str] = []

    def look(here: Any, way: str) -> None:
        if isinstance(here, dict):
            inside = here.get("properties")
            for key, value in inside.items() if isinstance(inside, dict) else ():
                if isinstance(value, dict) and "description" not in value and value.get("title", "")[:1] != "`":
                    silent.append(f"{way}/{key}")
            for key, value in here.items():
                look(value, f"{way}/{key}")
        elif isinstance(here, list):
            for value in here:
                look(value, way)

    look(schema(name, SHIPPED), "")
    assert silent == []


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=named)
def test_a_shipped_file_passes_as_it_is_read_here(path: Path) -> None:
    node, found = read_yaml(path.read_bytes(), path.name)
    assert node is not None
    assert [finding.text() for finding in (*found, *check_structure(node, kind_of(path), SHIPPED))] == []


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=named)
def test_a_shipped_file_passes_as_an_editor_types_it(path: Path) -> None:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=EditorLoader)  # a SafeLoader
    validator = Draft202012Validator(schema(kind_of(path), SHIPPED))
    assert [f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize(
    "path", [p for p in SHIPPED_FILES if "language-server" in p.read_text(encoding="utf-8")], ids=named
)
def test_the_schema_a_shipped_file_names_is_there(path: Path) -> None:
    first = next(line for line in path.read_text(encoding="utf-8").splitlines() if "language-server" in line)
    target = path.parent / first.partition("$schema=")[2].strip()
    allowed = {(POLICIES / "schema" / f"{kind_of(path)}.schema.json").resolve()}
    if path.is_relative_to(POLICIES):  # `payerrules schema` makes it
        own = POLICIES / "schema" / "of" / path.relative_to(POLICIES)
        allowed.add(own.with_suffix(".schema.json").resolve())
    assert target.resolve() in allowed


def test_every_word_of_the_language_is_a_key_of_the_policy_schema() -> None:
    known: set[str] = set()

    def look(here: Any) -> None:
        if isinstance(here, dict):
            if isinstance(here.get("properties"), dict):
                known.update(here["properties"])
            for value in here.values():
                look(value)
        elif isinstance(here, list):
            for value in here:
                look(value)

    look(schema("policy", SHIPPED))
    words = {*COMPARISONS, *CONNECTIVES, *QUANTIFIERS, *AMOUNT_WORDS, *OFFSETS, *EFFECTS, *REMARKS, *BESIDE, *SECTIONS}
    assert words - known == set()


def test_hit_policies_are_offered() -> None:
    table: Schema = schema("policy", SHIPPED)["properties"]["tables"]["additionalProperties"]
    assert table["properties"]["hit"]["enum"] == list(HIT_POLICIES)


def test_facts_are_offered_with_their_meaning() -> None:
    offered = schema("policy", SHIPPED)["$defs"]["condition"]["properties"]
    assert set(SHIPPED.facts) <= set(offered)
    assert offered["line.code"]["description"].startswith(SHIPPED.facts["line.code"].meaning)
    assert "other.code" in offered


def test_an_encounter_offers_what_can_be_given_and_nothing_else() -> None:
    encounter = schema("encounter", SHIPPED)["$defs"]["encounter"]
    line = encounter["properties"]["lines"]["items"]["properties"]
    assert {"code", "date", "modifiers", "units", "charge", "paid_by_others", "provider"} <= set(line)
    assert {"payer", "patient", "coverage", "documentation", "history", "counters"} <= set(encounter["properties"])
    assert encounter["additionalProperties"] is False


def test_the_shortest_encounter_passes() -> None:
    shortest = {"encounter": "E", "payer": {"id": "p"}, "patient": {"id": "P"}, "lines": [{"code": "92507"}]}
    validator = Draft202012Validator(schema("encounter", SHIPPED))
    assert list(validator.iter_errors(shortest)) == []
    assert list(validator.iter_errors({"encounters": [shortest, shortest]})) == []
    assert len(list(validator.iter_errors({"encounters": [{"encounter": "E"}]}))) == 3


def test_publishing_writes_every_schema(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.yaml").write_bytes((POLICIES / "vocabulary.yaml").read_bytes())
    written = publish(tmp_path)
    assert [path.name for path in written] == [f"{name}.schema.json" for name in SCHEMAS]
    published = json.loads(written[0].read_text(encoding="utf-8"))
    assert {**published, "$defs": schema("policy", SHIPPED)["$defs"]} == {
        **schema("policy", SHIPPED),
        "allOf": [{"$ref": "#/$defs/names_anywhere"}],
    }


def test_a_vocabulary_with_a_fault_is_not_published(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.yaml").write_text("vocabulary: v\nfacts: {lines.x: {type: code}}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="unknown-entity"):
        publish(tmp_path)


def test_there_are_no_other_schemas() -> None:
    with pytest.raises(KeyError):
        schema("polcy", Vocabulary({}))


def test_the_fields_a_golden_case_may_expect_are_those_that_are_compared() -> None:
    compare = pytest.importorskip("payerrules.golden.compare", reason="the comparison is part of a later layer")
    expect = schema("golden", SHIPPED)["properties"]["golden"]["items"]["properties"]["expect"]["properties"]
    lines = expect["lines"]["additionalProperties"]["properties"]
    endings = ("", *compare.SUFFIXES)
    assert {f"{name}{ending}" for name in compare.LINE_FIELDS for ending in endings} == set(lines)
    assert {f"{name}{ending}" for name in compare.CASE_FIELDS for ending in endings} <= set(expect)
