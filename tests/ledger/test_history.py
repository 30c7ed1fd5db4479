"""Review names the decisions that would now be others; rebuild records them; verify finds what does not agree."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from payerrules import Engine
from payerrules.ledger.history import accounts_of, rebuild
from payerrules.ledger.ledger import Entry, Ledger
from tests.ledger.claims import claim, codes, differences, everything, outcomes, post, replacing, reviewed, stream, used


def rebuilt(ledger: Ledger, engine: Engine) -> int:
    """How many decisions a rebuild changes."""
    with ledger.store.reading() as connection:
        accounts = accounts_of(connection, touched=False)
    return sum(len(found) for found in rebuild(ledger, engine, accounts))


@pytest.fixture
def denied(ledger: Ledger, engine: Engine) -> Ledger:
    """A ledger in which the second claim went beyond the threshold because of the first."""
    post(ledger, engine, claim("E-1", allowed="2400.00"))
    assert outcomes(post(ledger, engine, claim("E-2", allowed="100.00"))) == ["deny"]
    return ledger


def test_nothing_differs_where_nothing_came_late_or_was_undone(denied: Ledger, engine: Engine) -> None:
    assert (reviewed(denied, engine), reviewed(denied, engine, touched=False)) == ([], [])


def test_a_void_names_the_decisions_that_rested_on_it_and_changes_none(denied: Ledger, engine: Engine) -> None:
    post(denied, engine, claim("V-1", **replacing("E-1", "8")))
    before = everything(denied)
    assert reviewed(denied, engine) == [("E-2", "deny", "pay")]
    assert everything(denied) == before


def test_a_rebuild_records_what_the_review_named_and_the_review_is_then_empty(denied: Ledger, engine: Engine) -> None:
    post(denied, engine, claim("V-1", **replacing("E-1", "8")))
    assert rebuilt(denied, engine) == 1
    assert (reviewed(denied, engine, touched=False), differences(denied)) == ([], [])
    assert used(post(denied, engine, claim("E-3"))) == ("100.00", "174.00")


def test_after_a_rebuild_a_claim_sent_again_is_decided_as_it_now_stands(denied: Ledger, engine: Engine) -> None:
    post(denied, engine, claim("V-1", **replacing("E-1", "8")))
    rebuilt(denied, engine)
    again = post(denied, engine, claim("E-2", allowed="100.00"))
    assert (outcomes(again), codes(again)) == (["pay"], [])


def test_one_changed_decision_may_change_those_after_it(ledger: Ledger, engine: Engine) -> None:
    for name, allowed in (("E-1", "2400.00"), ("E-2", "100.00"), ("E-3", "79.00")):
        post(ledger, engine, claim(name, allowed=allowed))
    post(ledger, engine, claim("E-1", allowed="2350.00", claim={"frequency": "7"}))
    assert reviewed(ledger, engine) == [("E-2", "deny", "pay"), ("E-1 (frequency 7)", "pay", "deny")]


def test_a_late_claim_is_said_to_be_late_and_takes_its_place_by_receipt(ledger: Ledger, engine: Engine) -> None:
    early = post(ledger, engine, claim("E-1", "2026-06-01", allowed="2400.00"))
    late = post(ledger, engine, claim("E-2", "2026-05-01", allowed="100.00"))
    assert ([early.late, late.late], outcomes(late)) == ([False, True], ["deny"])
    assert reviewed(ledger, engine) == []


def test_a_rebuild_of_an_undisturbed_ledger_changes_nothing(any_url: str, engine: Engine) -> None:
    with Ledger(any_url) as ledger:
        for number in range(12):
            post(ledger, engine, claim(f"E-{number}", patient=f"P-{number % 3}", allowed="700.00"))
        before = [one for one in everything(ledger) if "decision" in one]
        assert rebuilt(ledger, engine) == 0
        after = [one for one in everything(ledger) if "decision" in one]
    assert [one | {"known_through": 0} for one in after] == [one | {"known_through": 0} for one in before]


def test_a_rebuilt_stream_agrees_with_itself_and_with_its_review(any_url: str, engine: Engine) -> None:
    with Ledger(any_url) as ledger:
        for one in stream(60, 2):
            post(ledger, engine, one)
        named = reviewed(ledger, engine, touched=False)
        assert rebuilt(ledger, engine) >= len(named) > 0
        assert (reviewed(ledger, engine, touched=False), differences(ledger)) == ([], [])


def test_policies_that_changed_since_leave_the_record_and_say_so(url: str, engine: Engine, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    text = """policy: x/caps
edition: 1
title: Caps
applies_to: {payer: x}
about: {line.code: 92507}
effective: {from: 2026-01-01, through: 2026-12-31}
published: 2025-12-01
sources:
  manual: {title: Manual, url: "https://example.org", status: primary, checked: 2026-01-01}
rules:
  - {id: never, title: Never paid, when: {line.units: {above: MOST}}, then: {deny: {group: CO, carc: 96}}, source: manual}
"""
    one = claim("E-1", payer={"id": "x"})
    for most, said in (("5", []), ("0", ["ledger-otherwise"])):
        policy.write_text(text.replace("MOST", most))
        changed = Engine.open([policy], runtime="reference", plugins=False, assume_history_none=True)
        with Ledger(url) as ledger:
            assert codes(post(ledger, changed, one)) == said
            assert reviewed(ledger, changed, touched=False) == ([("E-1", "pay", "deny")] if said else [])
            assert everything(ledger)[1]["outcome"] == "pay"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("UPDATE service SET allowed = 1 WHERE id = 1", "are not those that its decision says"),
        ("DELETE FROM service WHERE id = 2", "are not those that its decision says"),
        ("UPDATE service SET undone_at = 1 WHERE id = 1", "stand where it does not"),
        ("UPDATE claim SET undone_at = 2, undone_by = 'X' WHERE id = 1", "stand where it does not"),
        ("UPDATE claim SET undone_at = 2 WHERE id = 1", "is undone in part"),
        ("UPDATE claim SET outcome = 'pend' WHERE id = 1", "is kept as pend, and was decided pay"),
        ("UPDATE claim SET asked = replace(asked, '74', '75') WHERE id = 1", "is not as it was received"),
        ("UPDATE account SET last_receipt = 1", "its last receipt is 1"),
        ("UPDATE account SET opened_at = NULL", "the opening is not as the claim that gave it left it"),
        ("UPDATE service SET claim = NULL WHERE id = 2", "the opening is not as the claim that gave it left it"),
    ],
)
def test_verify_finds_what_something_else_has_changed(url: str, engine: Engine, harm: str, said: str) -> None:
    with Ledger(url) as ledger:
        assert post(ledger, engine, claim("E-1")).decision.outcome == "pay"
        post(ledger, engine, claim("E-2"))
        assert differences(ledger) == []
        ledger.close()
    with sqlite3.connect(url) as raw:
        raw.execute(harm)
    raw.close()
    with Ledger(url) as ledger:
        assert any(said in one for one in differences(ledger)), differences(ledger)


CAP = """policy: x/visits
edition: 1
title: Visits
applies_to: {payer: x}
about: {line.code: 92507}
effective: {from: 2026-01-01, through: 2026-12-31}
published: 2025-12-01
sources:
  manual: {title: Manual, url: "https://example.org", status: primary, checked: 2026-01-01}
limits:
  visits:
    title: Two visits a year
    counts: visits
    one_per: [line.date]
    of: {line.code: 92507}
    per: [patient]
    period: calendar_year
    order: ORDER
    steps: {cap: {beyond: 2, then: {deny: {group: CO, carc: 119}}}}
    source: manual
"""


@pytest.fixture(params=["receipt", "date_of_service"])
def capped(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An engine with a limit of two visits a year, counted in one of the two orders."""
    path = tmp_path / "visits.yaml"
    path.write_text(CAP.replace("ORDER", request.param))
    found = Engine.open([path], runtime="reference", plugins=False, assume_history_none=True)
    assert found.diagnostics == []
    return found


def test_a_late_claim_counts_where_the_policy_says_that_it_does(
    ledger: Ledger, capped: Engine, request: pytest.FixtureRequest
) -> None:
    def visit(name: str, date: str) -> Entry:
        return post(ledger, capped, claim(name, date, payer={"id": "x"}))

    assert [outcomes(visit(f"E-{month}", f"2026-{month:02d}-01")) for month in (3, 5)] == [["pay"], ["pay"]]
    late = visit("E-4", "2026-04-01")
    by_date = request.node.callspec.params["capped"] == "date_of_service"
    assert (late.late, outcomes(late)) == (True, ["pay"] if by_date else ["deny"])
    assert reviewed(ledger, capped) == ([("E-5", "pay", "deny")] if by_date else [])
    assert outcomes(visit("E-5", "2026-05-01")) == ["pay"]
    assert (rebuilt(ledger, capped), reviewed(ledger, capped, touched=False)) == (int(by_date), [])
    again = visit("E-5", "2026-05-01")
    assert (outcomes(again), codes(again)) == (["deny"] if by_date else ["pay"], [])


def test_services_of_one_day_count_in_the_order_of_receipt(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "services.yaml"
    path.write_text(
        CAP.replace("ORDER", "date_of_service")
        .replace("counts: visits", "counts: services")
        .replace("    one_per: [line.date]\n", "")
    )
    engine = Engine.open([path], runtime="reference", plugins=False, assume_history_none=True)
    found = [outcomes(post(ledger, engine, claim(f"E-{n}", "2026-03-01", payer={"id": "x"}))) for n in range(3)]
    assert (engine.diagnostics, found) == ([], [["pay"], ["pay"], ["deny"]])
    assert reviewed(ledger, engine, touched=False) == []
