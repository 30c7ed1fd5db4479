// json-rules-engine on the same flow: derived facts are added by the rules of the highest priority.
const { Engine } = require("json-rules-engine");
const fs = require("fs");
const [file, rules, seconds, memory] = [process.argv[2], +process.argv[3], +process.argv[4], +process.argv[5]];
const { always, threshold, review, claims, strength, outcome } = JSON.parse(fs.readFileSync(file));
const has = (...mods) => ({ any: mods.map((m) => ({ fact: "modifiers", operator: "contains", value: m })) });
const hasNot = (m) => ({ fact: "modifiers", operator: "doesNotContain", value: m });
const is = (fact, value) => ({ fact, operator: "equal", value });
const above = (fact, value) => ({ fact, operator: "greaterThan", value });
const start = process.hrtime.bigint();
const engine = new Engine([], { allowUndefinedFacts: true });
const derive = (name, all, fact, value) =>
  engine.addRule({ name, priority: 100, conditions: { all }, event: { type: name },
    onSuccess: (event, almanac) => { almanac.addRuntimeFact(fact, value); } });
derive("is-slp", [is("role", "slp")], "discipline", "SLP");
derive("is-pt", [is("role", "pt")], "discipline", "PT");
derive("always", [{ fact: "code", operator: "in", value: always }], "always", true);
const slp = [is("discipline", "SLP"), is("always", true)];
const rule = (name, all) => engine.addRule({ name, conditions: { all }, event: { type: name } });
rule("gn-missing", [...slp, hasNot("GN")]);
rule("wrong-discipline", [is("discipline", "SLP"), has("GO", "GP")]);
rule("kx-contradicted", [has("KX"), has("GA", "GZ", "GY")]);
rule("expected-denial", [has("GZ")]);
rule("kx-missing", [is("always", true), above("total", threshold), hasNot("KX")]);
rule("review", [is("always", true), above("total", review)]);
rule("units", [...slp, above("units", 1)]);
for (let n = 0; n < rules - 10; n++) rule(`other-${n}`, [is("code", `${70000 + n}`), has("59"), above("units", 2)]);
const derived = new Set(["is-slp", "is-pt", "always"]);
async function decide(claim) {
  const found = [];
  for (const line of claim.lines) {
    const { events } = await engine.run({ role: claim.role, ...line, total: line.used + line.allowed });
    const fired = events.map((e) => e.type).filter((t) => !derived.has(t)).sort();
    const best = fired.map((r) => outcome[r] || "pay").reduce((a, b) => (strength[b] > strength[a] ? b : a), "pay");
    found.push([best, fired]);
  }
  return found;
}
(async () => {
  await decide(claims[0]);
  const compiled = Number(process.hrtime.bigint() - start) / 1e6;
  const results = [];
  for (const claim of claims) results.push(await decide(claim));
  const times = [];
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end)
    for (const claim of claims.slice(0, 100)) {
      const begin = process.hrtime.bigint();
      await decide(claim);
      times.push(Number(process.hrtime.bigint() - begin) / 1e3);
    }
  times.sort((a, b) => a - b);
  for (let n = 0; n < memory / 5; n++) await decide(claims[n % 300]);
  const before = process.memoryUsage().rss;
  for (let n = 0; n < memory; n++) await decide(claims[n % 300]);
  console.log(JSON.stringify({ compile_ms: compiled, per_second: 1e6 / times[times.length >> 1], p50_us: times[times.length >> 1],
    p99_us: times[Math.floor(times.length * 0.99)], memory_kb: (process.memoryUsage().rss - before) / 1024, results }));
})();
