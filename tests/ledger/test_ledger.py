"""The ledger counts each claim once, in the order of receipt, and decides as if the past had been given by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from payerrules import Decision, Encounter, Engine, hookimpl
from payerrules.decide.engine import Filled
from payerrules.ledger.accounts import Accounts, past, with_past
from payerrules.ledger.coding import payer_key
from payerrules.ledger.ledger import Ledger, first_day
from payerrules.ledger.statements import Ready
from payerrules.payers.manager import Plugins
from tests.ledger.claims import (
    POLICY,
    claim,
    codes,
    differences,
    everything,
    outcomes,
    post,
    read,
    reviewed,
    stream,
    used,
)


def test_a_claim_counts_what_was_decided_before_it(any_url: str, engine: Engine) -> None:
    with Ledger(any_url) as ledger:
        found = [used(post(ledger, engine, claim(f"E-{n}"))) for n in range(3)]
    assert found == [("0.00", "74.00"), ("74.00", "148.00"), ("148.00", "222.00")]


def test_a_claim_beyond_the_threshold_is_known_by_those_before_it(ledger: Ledger, engine: Engine) -> None:
    first = post(ledger, engine, claim("E-1", allowed="2400.00"))
    second = post(ledger, engine, claim("E-2", allowed="100.00"))
    assert [outcomes(first), outcomes(second)] == [["pay"], ["deny"]]


def test_a_denied_claim_uses_nothing_and_is_kept(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1", allowed="2400.00"))
    post(ledger, engine, claim("E-2", allowed="100.00"))
    assert used(post(ledger, engine, claim("E-3", allowed="10.00"))) == ("2400.00", "2410.00")


def test_the_same_claims_twice_change_nothing_and_are_decided_alike(any_url: str, engine: Engine) -> None:
    claims = stream(40, 3)
    with Ledger(any_url) as ledger:
        first = [post(ledger, engine, one).decision.to_dict() for one in claims]
        kept = everything(ledger)
    with Ledger(any_url) as ledger:
        again = [post(ledger, engine, one).decision.to_dict() for one in claims]
        assert (again, everything(ledger)) == (first, kept)


def test_the_past_is_the_same_whether_the_ledger_or_the_claim_gives_it(ledger: Ledger) -> None:
    engine = Engine.open([POLICY], runtime="reference", plugins=False)
    posted, given = [], []
    for number in range(60):
        allowed, code = f"{30 + number}.50", ("92507", "92526", "97110")[number % 3]
        modifiers = ("GN", "KX") if number % 7 == 0 else ("GN",)
        one = claim(f"E-{number}", f"2026-{1 + number % 12:02d}-10", allowed=allowed, code=code, modifiers=modifiers)
        entry = post(ledger, engine, one if number else {**one, "history": []})
        alone = engine.decide(read({**one, "history": list(given)}, engine))
        assert alone.to_dict() == {key: value for key, value in entry.decision.to_dict().items() if key != "ledger"}
        for line in entry.decision.lines:
            said = line.as_corrected
            given.append(
                {
                    "date": one["lines"][0]["date"], "code": line.code, "modifiers": line.modifiers, "outcome": said.outcome,
                    "allowed": said.allowed, "units": said.units["payable"] or 1, "charge": "2000.00", "diagnoses": [1],
                    "provider": one["provider"], "place_of_service": "11",
                }
            )  # fmt: skip
        posted.append(entry.decision.outcome)
    assert set(posted) == {"pay", "deny"}


def test_what_is_not_read_of_the_past_could_not_have_mattered(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = [claim(f"E-{n}", f"{2018 + n // 6}-{1 + n % 6 * 2:02d}-11", allowed="480.00") for n in range(54)]
    found = []
    for name in ("some", "all"):
        with Ledger(str(tmp_path / name)) as ledger:
            found.append([post(ledger, engine, one).decision.to_dict() for one in claims])
        monkeypatch.setattr("payerrules.ledger.ledger.first_day", lambda engine, encounter: 1)
    assert found[0] == found[1]


def test_a_claim_reads_no_more_of_the_past_than_its_period(ledger: Ledger, engine: Engine) -> None:
    first = first_day(engine, read(claim("E-1", "2026-05-11"), engine))
    assert date.fromordinal(first) == date(2026, 1, 1)


def test_another_patient_and_another_payer_have_accounts_of_their_own(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1"))
    other = claim("E-2", payer={"id": "plan", "program": "other"})
    assert used(post(ledger, engine, claim("E-2", patient="P-2"))) == ("0.00", "74.00")
    assert used(post(ledger, engine, other)) == ("0.00", "74.00")


def test_the_rank_of_a_payer_makes_no_account(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1"))
    other = claim("E-2", payer={"id": "plan", "rank": "secondary"})
    assert used(post(ledger, engine, other)) == ("74.00", "148.00")


def test_the_same_id_with_other_content_takes_the_place_of_what_came_first(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1", allowed="74.00"))
    changed = post(ledger, engine, claim("E-1", allowed="80.00"))
    assert (used(changed), codes(changed)) == (("0.00", "80.00"), ["ledger-changed"])
    assert used(post(ledger, engine, claim("E-2"))) == ("80.00", "154.00")


def test_content_that_was_replaced_does_not_come_back_by_being_sent_again(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1", allowed="74.00"))
    post(ledger, engine, claim("E-1", allowed="80.00"))
    assert codes(post(ledger, engine, claim("E-1", allowed="74.00"))) == ["ledger-superseded"]
    assert used(post(ledger, engine, claim("E-2"))) == ("80.00", "154.00")


def test_what_a_claim_says_of_the_past_is_no_other_content(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1"))
    again = post(ledger, engine, claim("E-1", counters=[{"limit": "pt_slp_incurred", "used": "9.00"}]))
    assert (used(again), codes(again)) == (("0.00", "74.00"), [])


def test_a_line_that_pends_widens_what_is_used(ledger: Ledger, engine: Engine) -> None:
    entry = post(
        ledger, engine, claim("E-1", allowed="74.00", place_of_service=None, provider={"npi": "1"}, modifiers=())
    )
    assert entry.decision.outcome == "pend"
    before, _ = used(post(ledger, engine, claim("E-2")))
    assert before == {"at_least": "0.00", "at_most": "74.00"}


# --- the opening ----------------------------------------------------------------------------------
HISTORY = [{"date": "2026-02-03", "code": "92507", "modifiers": ["GN"], "units": 1, "allowed": "100.00"}]
COUNTER = [{"limit": "pt_slp_incurred", "used": "1000.00", "as_of": "2026-04-30"}]


def test_given_history_opens_an_account_and_stays(ledger: Ledger, engine: Engine) -> None:
    assert used(post(ledger, engine, claim("E-1", history=HISTORY))) == ("100.00", "174.00")
    assert used(post(ledger, engine, claim("E-2"))) == ("174.00", "248.00")


def test_a_given_counter_opens_an_account_and_later_services_are_added(ledger: Ledger, engine: Engine) -> None:
    assert used(post(ledger, engine, claim("E-1", counters=COUNTER))) == ("1000.00", "1074.00")
    assert used(post(ledger, engine, claim("E-2"))) == ("1074.00", "1148.00")


@pytest.mark.parametrize("as_of", [{}, {"as_of": "2026-05-11"}, {"as_of": "2026-12-31"}])
def test_a_counter_of_the_day_or_without_one_does_not_hold_its_own_claim(
    ledger: Ledger, engine: Engine, as_of: dict[str, str]
) -> None:
    counters = [{"limit": "pt_slp_incurred", "used": "1000.00", **as_of}]
    assert used(post(ledger, engine, claim("E-1", counters=counters))) == ("1000.00", "1074.00")
    assert used(post(ledger, engine, claim("E-2"))) == ("1074.00", "1148.00")


def test_what_later_claims_say_of_the_past_is_set_aside_by_name(ledger: Ledger, engine: Engine) -> None:
    post(ledger, engine, claim("E-1", history=HISTORY))
    entry = post(ledger, engine, claim("E-2", history=[], counters=COUNTER))
    assert used(entry) == ("174.00", "248.00")
    assert entry.decision.ledger == {"receipt": 2, "undoes": [], "set_aside": ["history", "counters.pt_slp_incurred"]}


def test_without_any_word_on_the_past_what_was_used_is_unknown_above_and_not_zero(url: str) -> None:
    careful = Engine.open([POLICY], runtime="reference", plugins=False)
    with Ledger(url) as ledger:
        post(ledger, careful, claim("E-1"))
        before, after = used(post(ledger, careful, claim("E-2")))
    assert (before["at_most"], after["at_most"]) == (None, None)


def test_an_account_that_nobody_opened_is_opened_by_the_first_who_can(url: str) -> None:
    careful = Engine.open([POLICY], runtime="reference", plugins=False)
    own = {"date": "2026-05-11", "code": "92507", "modifiers": ["GN"], "units": 1, "allowed": "74.00"}
    with Ledger(url) as ledger:
        first = post(ledger, careful, claim("E-1", modifiers=("GN", "KX")))
        second = post(ledger, careful, claim("E-2", history=[*HISTORY, own]))
        again = post(ledger, careful, claim("E-1", modifiers=("GN", "KX")))
        third = post(ledger, careful, claim("E-3", counters=COUNTER))
    assert used(second) == ("174.00", "248.00")
    assert first.decision.to_dict() == again.decision.to_dict()
    assert used(third) == ("248.00", "322.00")


def test_a_ledger_may_be_complete_from_a_day_on(url: str) -> None:
    careful = Engine.open([POLICY], runtime="reference", plugins=False)
    with Ledger(f"{url}?complete_from=2026-01-01") as ledger:
        assert used(post(ledger, careful, claim("E-1"))) == ("0.00", "74.00")
        before, _ = used(post(ledger, careful, claim("E-2", "2025-05-11")))
    assert before == {"at_least": "0.00", "at_most": None}


def test_what_is_presumed_of_the_past_is_in_every_decision(ledger: Ledger, engine: Engine) -> None:
    found = [post(ledger, engine, claim(f"E-{n}")).decision.presumed for n in range(2)]
    assert found == [["history"], ["history"]]


class Remembers:
    """A plugin that knows what a patient has used, and says it of every claim."""

    def __init__(self) -> None:
        self.asked = 0

    @hookimpl
    def payerrules_history(self, patient: str, period: object) -> list[dict[str, object]]:
        self.asked += 1
        return [{"date": "2026-05-11", "code": "92507", "modifiers": ["GN"], "units": 1, "allowed": "74.00"}, *HISTORY]


class Counts:
    """A plugin whose counter grows with every claim that it is asked about."""

    def __init__(self) -> None:
        self.asked = 0

    @hookimpl
    def payerrules_add_facts(self, encounter: object, facts: object) -> dict[str, object]:
        self.asked += 1
        return {"counters": [{"limit": "pt_slp_incurred", "used": f"{1000 * self.asked}.00", "as_of": f"2026-04-{self.asked:02d}"}]}  # fmt: skip


def with_plugin(plugin: object, assumed: bool = False) -> Engine:
    plugins = Plugins(load=False)
    plugins.register(plugin, "memory")
    return Engine.open([POLICY], runtime="reference", plugins=plugins, assume_history_none=assumed)


@pytest.mark.parametrize("assumed", [False, True])
def test_history_from_a_plugin_opens_an_account_and_counts_once(url: str, assumed: bool) -> None:
    plugin = Remembers()
    remembering = with_plugin(plugin, assumed)
    with Ledger(url) as ledger:
        found = [post(ledger, remembering, claim(f"E-{n}", f"2026-05-{12 + n}")) for n in (0, 1, 0)]
        assert [used(one) for one in found] == [("174.00", "248.00"), ("248.00", "322.00"), ("174.00", "248.00")]
        assert [one.decision.plugin_facts for one in found] == [{"encounter.history": "memory"}] * 3
        assert plugin.asked == 1
        assert reviewed(ledger, remembering) == []


def test_a_counter_from_a_plugin_opens_an_account_and_later_ones_are_not_a_contradiction(url: str) -> None:
    counting = with_plugin(Counts(), assumed=True)
    with Ledger(url) as ledger:
        found = [post(ledger, counting, claim(f"E-{n}", f"2026-05-{12 + n}", modifiers=("GN", "KX"))) for n in range(3)]
    assert [used(one) for one in found] == [("1000.00", "1074.00"), ("1074.00", "1148.00"), ("1148.00", "1222.00")]
    assert {one.decision.outcome for one in found} == {"pay"}
    assert len({str(one.decision.plugin_facts) for one in found}) == 1


# --- batches --------------------------------------------------------------------------------------
@pytest.mark.parametrize("batch", [7, 100])
def test_claims_recorded_together_come_to_the_same_as_one_by_one(
    any_url: str, tmp_path: Path, engine: Engine, batch: int
) -> None:
    encounters = [read(one, engine) for one in stream(60, 3)]
    with Ledger(str(tmp_path / "one.db")) as one, Ledger(any_url) as many:
        expected = [entry for encounter in encounters for entry in [one.decide(engine, encounter)]]
        found = list(many.decide_all(engine, encounters, batch))
        assert [(e.decision.to_dict(), codes(e), e.late) for e in found] == [
            (e.decision.to_dict(), codes(e), e.late) for e in expected
        ]
        assert (everything(many), differences(many)) == (everything(one), [])


def test_a_claim_is_given_only_when_its_batch_is_recorded(url: str, engine: Engine) -> None:
    encounters = [read(claim(f"E-{n}"), engine) for n in range(5)]
    with Ledger(url) as ledger, Ledger(url) as other:
        held = [
            (entry.decision.encounter, len(everything(other)) - 1) for entry in ledger.decide_all(engine, encounters, 2)
        ]
    assert held == [("E-0", 2), ("E-1", 2), ("E-2", 4), ("E-3", 4), ("E-4", 5)]


def test_a_batch_that_fails_leaves_nothing_and_those_before_it_stay(
    any_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    encounters = [read(claim(f"E-{n}"), engine) for n in range(6)]
    deciding = engine.decide_filled

    def failing(filled: Filled) -> Decision:
        if filled.encounter.id == "E-3":
            raise RuntimeError("E-3")
        return deciding(filled)

    with Ledger(any_url) as ledger:
        monkeypatch.setattr(engine, "decide_filled", failing)
        with pytest.raises(RuntimeError, match="E-3"):
            list(ledger.decide_all(engine, encounters, 2))
        assert [one.get("encounter") for one in everything(ledger)] == [None, "E-0", "E-1"]
        monkeypatch.setattr(engine, "decide_filled", deciding)
        assert len(list(ledger.decide_all(engine, encounters, 2))) == 6
        assert ([one.get("encounter") for one in everything(ledger)][1:], differences(ledger)) == (
            [f"E-{n}" for n in range(6)],
            [],
        )


# --- what is recorded -----------------------------------------------------------------------------
def test_a_ledger_records_the_verdict_as_submitted_where_it_was_made_so(url: str, engine: Engine) -> None:
    without = claim("E-1", modifiers=())
    with Ledger(f"{url}?records=as_submitted") as ledger:
        assert outcomes(post(ledger, engine, without)) == ["return"]
        assert used(post(ledger, engine, claim("E-2"))) == ("0.00", "74.00")


def test_a_ledger_records_the_verdict_as_corrected_by_default(ledger: Ledger, engine: Engine) -> None:
    assert outcomes(post(ledger, engine, claim("E-1", modifiers=()))) == ["return"]
    assert used(post(ledger, engine, claim("E-2"))) == ("74.00", "148.00")


class Lifts:
    @hookimpl
    def payerrules_override(self, encounter: dict[str, object], decision: dict[str, list[dict[str, int]]]) -> object:
        return [{"line": 1, "verdict": "both", "outcome": "pay", "reason": "an appeal was won"}]


def test_what_a_plugin_overrides_is_what_counts_and_for_as_much_as_the_line_says(
    ledger: Ledger, engine: Engine
) -> None:
    plugins = Plugins(load=False)
    plugins.register(Lifts(), "lifts")
    lifting = Engine.open([POLICY], runtime="reference", plugins=plugins, assume_history_none=True)
    post(ledger, engine, claim("E-1", allowed="2400.00"))
    assert outcomes(post(ledger, lifting, claim("E-2", allowed="100.00"))) == ["pay"]
    assert used(post(ledger, engine, claim("E-3", allowed="10.00"))) == ("2500.00", "2510.00")


@pytest.mark.parametrize(
    ("key", "value"), [("patient", {}), ("payer", {}), ("encounter", None), ("patient", {"id": "P\x001"})]
)
def test_a_claim_of_nobody_is_decided_and_not_recorded(ledger: Ledger, engine: Engine, key: str, value: object) -> None:
    entry = post(ledger, engine, {**claim("E-1"), key: value})
    assert (codes(entry), entry.decision.ledger) == (["ledger-not-recorded"], None)


def test_a_claim_of_which_something_could_not_be_read_is_kept_as_it_pends(ledger: Ledger, engine: Engine) -> None:
    bad = claim("E-1", lines=2)
    bad["lines"][1] = {"line": 2, "date": "yesterday", "code": "92507"}
    entry = post(ledger, engine, bad)
    assert entry.decision.outcome == "pend"
    assert post(ledger, engine, bad).decision.to_dict()["lines"] == entry.decision.to_dict()["lines"]


def test_diagnoses_and_codes_of_a_past_service_are_its_own(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    post(ledger, engine, claim("E-1", diagnoses=["R47.1", "I69.320"]))
    second = claim("E-2", diagnoses=["F80.2"])
    encounter = read(second, engine)

    def filled_by(ready: Ready) -> Encounter:
        kept = Accounts(ready).of("P-1", payer_key(encounter.payer))
        return with_past(engine.filled(encounter), kept, 2, 2, past(ready, kept, 2, 2, 1), None).encounter

    filled = ledger.store.work(filled_by)
    program = engine.library.program_for(filled.payer, filled.facts, [filled.first_date]).program
    assert program is not None
    plan, _ = engine.judge.plan(program)
    case = plan.opening.open(filled)
    assert [view["line.diagnoses"] for view in (*case.lines, *case.history)] == [
        frozenset({"F80.2"}),
        frozenset({"R47.1", "I69.320"}),
    ]


def test_a_decision_says_what_the_ledger_did_and_stays_plain_json(ledger: Ledger, engine: Engine) -> None:
    found = json.loads(json.dumps(post(ledger, engine, claim("E-1")).decision.to_dict()))
    assert found["ledger"] == {"receipt": 1, "undoes": [], "set_aside": []}
