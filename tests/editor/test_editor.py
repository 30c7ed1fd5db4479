"""What an analyst's editor offers in an open policy, asked of the YAML language server itself; `make editor` runs this."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from payerrules.library.editor import names_of, write_schema
from payerrules.library.library import Library
from tests.editor.server import SERVER, Server

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "policies" / "medicare" / "outpatient_therapy.yaml"
pytestmark = pytest.mark.skipif(
    not SERVER.is_file() or shutil.which("node") is None, reason="the language server is installed by `make editor`"
)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.open([ROOT / "policies"])[0]


@pytest.fixture(scope="module")
def policy(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a shipped policy whose first line names the schema made for it."""
    folder = tmp_path_factory.mktemp("policies")
    copy = folder / "policy.yaml"
    text = POLICY.read_text(encoding="utf-8").partition("\n")[2]
    copy.write_text("# yaml-language-server: $schema=policy.schema.json\n" + text, encoding="utf-8")
    (known,) = library.shelf["medicare/outpatient-therapy"]
    write_schema(known, library, folder / "policy.schema.json")
    return copy


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def offered(server: Server, policy: Path, rule: str) -> list[str]:
    """What is offered where `|` stands in a new rule of the policy."""
    text = policy.read_text(encoding="utf-8")
    place = text.index("  - id: skilled-service")
    return server.completions(policy, f"{text[:place]}  - id: new\n{rule}\n{text[place:]}")


def test_a_shipped_policy_has_no_error(server: Server, policy: Path) -> None:
    assert server.complaints(policy, policy.read_text(encoding="utf-8")) == []


def test_every_key_of_a_rule_is_offered(server: Server, policy: Path) -> None:
    keys = {"title", "for_each", "when", "unless", "then", "stage", "priority", "found_on", "in_force", "source"}
    assert keys <= set(offered(server, policy, "    |"))


def test_every_fact_is_offered_as_a_key_of_a_condition(server: Server, policy: Path, library: Library) -> None:
    found = set(offered(server, policy, "    when:\n      |"))
    assert set(library.vocabulary.facts) <= found
    assert {"all", "any", "not", "exists_line", "count_service", "limit.incurred.after"} <= found


@pytest.mark.parametrize("place", ["when: {line.code: {in: |}}", "when: {line.code: {not_in: [|]}}"])
def test_every_set_of_the_policy_and_its_bases_is_offered(
    server: Server, policy: Path, library: Library, place: str
) -> None:
    (known,) = library.shelf["medicare/outpatient-therapy"]
    found = set(offered(server, policy, f"    {place}"))
    assert {"always_therapy", "speech_treatment"} <= set(names_of(known, library).sets) <= found


@pytest.mark.parametrize("place", ["when: {line.allowed: {above: |}}", "then: {limit_units: |}"])
def test_every_parameter_is_offered_where_a_number_stands(server: Server, policy: Path, place: str) -> None:
    found = set(offered(server, policy, f"    {place}"))
    assert {"parameter.kx_threshold", "parameter.review_threshold", "line.charge"} <= found


@pytest.mark.parametrize("place", ["when: {line.modifiers: {has: |}}", "then: {require_modifier: |}"])
def test_every_modifier_of_the_catalogue_is_offered(server: Server, policy: Path, library: Library, place: str) -> None:
    found = set(offered(server, policy, f"    {place}"))
    assert set(library.catalogues["codes/modifiers.yaml"]) <= found


@pytest.mark.parametrize("place", ["source: |", "then: {deny: {group: CO, carc: 96, codes_source: |}}"])
def test_the_sources_of_the_policy_are_offered_and_no_others(
    server: Server, policy: Path, library: Library, place: str
) -> None:
    (known,) = library.shelf["medicare/outpatient-therapy"]
    assert set(offered(server, policy, f"    {place}")) - {"true", "false"} == set(known.sources)


def test_the_words_of_a_fact_are_offered(server: Server, policy: Path) -> None:
    found = offered(server, policy, "    when: {line.discipline: |}")
    assert {"SLP", "PT", "OT", "AUD", "none", "present", "absent"} <= set(found)


def test_a_hover_says_what_a_fact_and_a_key_mean(server: Server, policy: Path) -> None:
    text = policy.read_text(encoding="utf-8")
    assert "Discipline of the service" in server.hover(policy, text, "line.discipline: SLP}\n    unless")
    assert "Policies whose rules this one takes over" in server.hover(policy, text, "extends:")


def test_a_wrong_word_is_underlined_and_a_new_name_is_not(server: Server, policy: Path) -> None:
    text = policy.read_text(encoding="utf-8")
    wrong = text.replace("    then: {flag: reduced_service", "    thn: {flag: reduced_service")
    line = wrong[: wrong.index("    thn:")].count("\n") + 1
    found = server.complaints(policy, wrong)
    assert any(number == line and "thn" in message for number, message in found)
    renamed = text.replace("source: asha-coding\n  - id: one-unit", "source: brand-new-source\n  - id: one-unit")
    assert (renamed != text, server.complaints(policy, renamed)) == (True, [])
