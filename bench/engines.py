"""The engines, each as a function from an encounter to [(outcome, fired rules)] a line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from flow import ALWAYS, REVIEW, THRESHOLD, outcome

Decide = Callable[[dict[str, Any]], list[tuple[str, list[str]]]]


def payerrules(runtime: str, rules: int, way: str) -> Decide:
    """Our own engine; `way` is judge (one verdict, its trace kept), decide (both verdicts) or json (the whole decision)."""
    from payerrules.decide.engine import Engine
    from payerrules.language.policy import read_policy
    from payerrules.library.library import Library
    from payerrules.library.shipped import shipped_policies
    from payerrules.model.encounter import CounterGiven, Encounter, Line
    from payerrules.payers.manager import Plugins
    from payerrules.runtimes.conclusions import LineConclusion
    from payerrules.runtimes.judge import Judge

    base = Library.open([shipped_policies()])[0]
    library = Library(base.vocabulary, catalogues=base.catalogues)
    text, found = read_policy(json.dumps(policy(rules)), "bench.yaml", Path())
    assert text is not None, [d.text() for d in found]
    library.shelf[text.policy] = [text]
    library.link()
    judge = Judge(runtime)
    engine = Engine(library, judge, Plugins(load=False), None, False)
    day = date(2026, 5, 11).toordinal()
    names = {f"bench/flow#{rule['id']}": rule["id"] for rule in policy(rules)["rules"]}

    def encounter(data: dict[str, Any]) -> Encounter:
        lines = [
            Line(one["line"], day, one["code"], tuple(one["modifiers"]), {"line.units": one["units"], "line.schedule_amount": one["used"] + one["allowed"]})
            for one in data["lines"]
        ]  # fmt: skip
        facts = {"provider.role": data["role"]}
        return Encounter(data["id"], {"id": "bench"}, "P-1", tuple(lines), facts, counters=(CounterGiven("x", 0, "0"),))

    def fired(lines: list[LineConclusion]) -> list[tuple[str, list[str]]]:
        result = []
        for line in lines:
            rules = [names[s.verdict.rule.id] for s in line.struck if s.value == 2]
            rules += [names[b.verdict.rule.id] for b in line.benign]
            result.append((line.outcome, sorted(rules)))
        return result

    def judged(data: dict[str, Any]) -> list[tuple[str, list[str]]]:
        one = encounter(data)
        selected = library.program_for(one.payer, one.facts, [day])
        assert selected.program is not None, [d.text() for d in library.diagnostics]
        return fired(judge.judge(selected.program, one).lines)

    def decided(data: dict[str, Any]) -> list[tuple[str, list[str]]]:
        decision = engine.decide(encounter(data))
        if way == "json":
            json.dumps(decision.to_dict())
        return [(line.as_submitted.outcome, []) for line in decision.lines]

    return judged if way == "judge" else decided


def durable_rules_alone(rules: int) -> Decide:
    """What durable_rules itself takes of the durable runtime: the same facts asserted again and driven to the end, nothing else."""
    from payerrules.runtimes import ruleset

    whole = payerrules("durable", rules, "judge")
    real = ruleset.engine
    posts: dict[str, list[tuple[Any, list[str]]]] = {}
    now: list[tuple[Any, list[str]]] = []

    class Listening:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def assert_facts(self, handle: Any, text: str) -> Any:
            now.append((handle, re.split(r'(?<="sid":")[0-9]+","id":[0-9]+', text)))
            return real.assert_facts(handle, text)

    session, facts = 0, 0

    def decide(data: dict[str, Any]) -> list[tuple[str, list[str]]]:
        nonlocal session, facts
        if data["id"] not in posts:
            now.clear()
            ruleset.engine = Listening()  # type: ignore[misc,assignment]  # to hear what is asserted
            whole(data)
            ruleset.engine = real  # type: ignore[misc]
            posts[data["id"]] = list(now)
            return []
        if facts > ruleset.KEPT:
            real.delete_state(posts[data["id"]][0][0], f"alone{session}")
            session, facts = session + 1, 0
        message, state = None, None
        for place, (handle, parts) in enumerate(posts[data["id"]]):
            text = parts[0]
            for part in parts[1:]:
                facts += 1
                text += f'alone{session}","id":{facts}{part}'
            _, state = real.assert_facts(handle, text)
            found = None if place else real.start_action_for_state(handle, state)
            message = real.complete_and_start_action(handle, state) if place else found and found[1]
            while message and message[2] != "z":  # the closing rule of a step
                message = real.complete_and_start_action(handle, state)
        while message:
            message = real.complete_and_start_action(handle, state)
        return []

    return decide


def policy(rules: int) -> dict[str, Any]:
    """The ten rules as a policy, and as many more about other codes as are asked for."""
    co = {"group": "CO", "carc": "4"}
    slp = {"line.discipline": "SLP", "line.is_therapy": True}
    made: list[dict[str, Any]] = [
        {"id": "gn-missing", "when": {**slp, "line.modifiers": {"has_none": ["GN"]}}, "then": {"return": co}},
        {"id": "wrong-discipline", "when": {"line.discipline": "SLP", "line.modifiers": {"has_any": ["GO", "GP"]}}, "then": {"return": co}},
        {"id": "kx-contradicted", "when": {"line.modifiers": {"has": "KX", "has_any": ["GA", "GZ", "GY"]}}, "then": {"return": co}},
        {"id": "expected-denial", "when": {"line.modifiers": {"has": "GZ"}}, "then": {"deny": {"group": "CO", "carc": "50"}}},
        {"id": "kx-missing", "when": {"line.is_therapy": True, "line.schedule_amount": {"above": money(THRESHOLD)}, "line.modifiers": {"has_none": ["KX"]}},
         "then": {"deny": {"group": "CO", "carc": "119"}}},
        {"id": "review", "when": {"line.is_therapy": True, "line.schedule_amount": {"above": money(REVIEW)}}, "then": {"flag": "review"}},
        {"id": "units", "when": {**slp, "line.units": {"above": 1}}, "then": {"deny": {"group": "CO", "carc": "151"}}},
    ]  # fmt: skip
    made += [
        {
            "id": f"other-{n}",
            "when": {"line.code": f"{70000 + n}", "line.modifiers": {"has": "59"}, "line.units": {"above": 2}},
            "then": {"deny": co},
        }
        for n in range(rules - 10)
    ]
    return {
        "policy": "bench/flow", "edition": "1", "title": "Bench", "applies_to": {"payer": "bench"},
        "effective": {"from": "2026-01-01", "through": "2026-12-31"},
        "sources": {"s": {"title": "The flow", "status": "primary"}},
        "derive": {
            "line.discipline": [{"value": "SLP", "when": {"provider.role": "slp"}}, {"value": "PT", "when": {"provider.role": "pt"}}],
            "line.is_therapy": {"line.code": {"in": ALWAYS}},
        },
        "rules": [{"title": "Rule", "source": "s", **rule} for rule in made],
    }  # fmt: skip


def money(cents: int) -> str:
    """Cents as an amount."""
    return f"{cents // 100}.{cents % 100:02d}"


def zen(rules: int) -> Decide:
    """zen-engine: an expression node that derives, a decision table that collects; its trace is on."""
    import zen as library

    def any_of(*modifiers: str) -> str:
        return "(" + " or ".join(f"'{m}' in modifiers" for m in modifiers) + ")"

    rows = [
        ("gn-missing", f"discipline == 'SLP' and always and not ({any_of('GN')})"),
        ("wrong-discipline", f"discipline == 'SLP' and {any_of('GO', 'GP')}"),
        ("kx-contradicted", f"{any_of('KX')} and {any_of('GA', 'GZ', 'GY')}"),
        ("expected-denial", any_of("GZ")),
        ("kx-missing", f"always and used + allowed > {THRESHOLD} and not ({any_of('KX')})"),
        ("review", f"always and used + allowed > {REVIEW}"),
        ("units", "discipline == 'SLP' and always and units > 1"),
    ]
    rows += [(f"other-{n}", f"code == '{70000 + n}' and '59' in modifiers and units > 2") for n in range(rules - 10)]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "i", "name": "when"}],
        "outputs": [{"id": "o", "name": "rule", "field": "rule"}],
        "rules": [{"_id": str(n), "i": when, "o": f"'{name}'"} for n, (name, when) in enumerate(rows)],
    }
    derive = [
        {"id": "d", "key": "discipline", "value": "role == 'slp' ? 'SLP' : role == 'pt' ? 'PT' : 'none'"},
        {"id": "a", "key": "always", "value": f"code in {json.dumps(ALWAYS)}"},
    ]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {
            "id": "ex",
            "type": "expressionNode",
            "name": "derive",
            "content": {"expressions": derive, "passThrough": True},
            "position": {"x": 1, "y": 0},
        },
        {"id": "dt", "type": "decisionTableNode", "name": "rules", "content": table, "position": {"x": 2, "y": 0}},
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 3, "y": 0}},
    ]
    steps = [("in", "ex"), ("ex", "dt"), ("dt", "out")]
    edges = [{"id": a + b, "sourceId": a, "targetId": b, "type": "edge"} for a, b in steps]
    decision = library.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def decide(data: dict[str, Any]) -> list[tuple[str, list[str]]]:
        found = []
        for line in data["lines"]:
            result = decision.evaluate({"role": data["role"], **line}, {"trace": True})["result"]
            fired = sorted(one["rule"] for one in (result or []))
            found.append((outcome(fired), fired))
        return found

    return decide


def clips(rules: int) -> Decide:
    """clipspy: facts asserted for each encounter, derived facts chained, reset between."""
    import clips as library

    env = library.Environment()

    def has(*modifiers: str) -> str:
        tests = " ".join(f"(member$ {m} $?m)" for m in modifiers)
        return f"(or {tests})" if len(modifiers) > 1 else tests

    line = "(line (n ?n) (code ?c) (modifiers $?m) (units ?u) (total ?t))"
    env.build("(deftemplate line (slot n) (slot code) (multislot modifiers) (slot units) (slot total))")
    env.build("(deftemplate role (slot is))")
    env.build("(deftemplate discipline (slot is))")
    env.build("(deftemplate always (slot n))")
    env.build("(deftemplate fired (slot n) (slot rule))")
    env.build("(defrule is-slp (declare (salience 10)) (role (is slp)) => (assert (discipline (is SLP))))")
    env.build("(defrule is-pt (declare (salience 10)) (role (is pt)) => (assert (discipline (is PT))))")
    codes = "|".join(f"C{code}" for code in ALWAYS)
    env.build(f"(defrule always (declare (salience 10)) (line (n ?n) (code {codes})) => (assert (always (n ?n))))")
    slp, therapy = "(discipline (is SLP))", "(always (n ?n))"
    for name, parts, test in (
        ("gn-missing", slp + therapy, f"(not {has('GN')})"),
        ("wrong-discipline", slp, has("GO", "GP")),
        ("kx-contradicted", "", f"(and {has('KX')} {has('GA', 'GZ', 'GY')})"),
        ("expected-denial", "", has("GZ")),
        ("kx-missing", therapy, f"(and (> ?t {THRESHOLD}) (not {has('KX')}))"),
        ("review", therapy, f"(> ?t {REVIEW})"),
        ("units", slp + therapy, "(> ?u 1)"),
    ):
        env.build(f"(defrule {name} {line} {parts} (test {test}) => (assert (fired (n ?n) (rule {name}))))")
    for n in range(rules - 10):
        pattern = f"(line (n ?n) (code C{70000 + n}) (modifiers $?m) (units ?u))"
        env.build(
            f"(defrule other-{n} {pattern} (test (and (member$ M59 $?m) (> ?u 2))) => (assert (fired (n ?n) (rule other-{n}))))"
        )
    template, role = env.find_template("line"), env.find_template("role")

    def decide(data: dict[str, Any]) -> list[tuple[str, list[str]]]:
        env.reset()
        role.assert_fact(**{"is": library.Symbol(data["role"])})
        for one in data["lines"]:
            template.assert_fact(
                n=one["line"], code=library.Symbol(f"C{one['code']}"), modifiers=[library.Symbol(m) for m in one["modifiers"]],
                units=one["units"], total=one["used"] + one["allowed"],
            )  # fmt: skip
        env.run()
        fired: dict[int, list[str]] = {one["line"]: [] for one in data["lines"]}
        for fact in env.facts():
            if fact.template.name == "fired":
                fired[fact["n"]].append(str(fact["rule"]))
        return [(outcome(sorted(rules)), sorted(rules)) for rules in fired.values()]

    return decide


ENGINES: dict[str, Callable[[int], Decide]] = {
    "reference": lambda rules: payerrules("reference", rules, "judge"),
    "durable": lambda rules: payerrules("durable", rules, "judge"),
    "reference, both verdicts": lambda rules: payerrules("reference", rules, "decide"),
    "durable, both verdicts": lambda rules: payerrules("durable", rules, "decide"),
    "reference, whole JSON": lambda rules: payerrules("reference", rules, "json"),
    "durable_rules alone": durable_rules_alone,
    "zen-engine": zen,
    "clipspy": clips,
}
