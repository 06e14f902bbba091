// Tests the parts of the self-assessment that need no page: matching answers to a handbook that has
// changed, rejecting damaged files, and turning notes into documents.

import assert from "node:assert/strict";
import { test } from "node:test";

for (const part of ["01-match", "02-file", "03-record", "04-conversation", "06-write"]) await import(`../../themes/default/assets/assess.js/${part}.js`);
for (const part of ["01-record", "02-together"]) await import(`../../themes/default/assets/card.js/${part}.js`);
const assess = globalThis.rolebookAssess;

/**
 * Returns a generator of pseudorandom integers below a bound. The same seed gives the same numbers
 * (a linear congruential generator).
 */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const VOCABULARY = "writes team result before customer number decision shows asks every reason plan owner launch price without product area".split(" ");

function statements(next, competencies = 2) {
  const list = [];
  for (let c = 0; c < competencies; c++) {
    for (let n = 0; n < 6; n++) {
      const text = Array.from({ length: 4 + next(6) }, () => VOCABULARY[next(VOCABULARY.length)]).join(" ");
      list.push({ competency: `c${c}`, id: `s${n}`, level: 1 + (n % 3), text, replaces: null });
    }
  }
  return list;
}

const rated = (list) => list.map(({ competency, id, level, text }) => ({ competency, title: competency, id, level, text, answer: "sometimes", evidence: [] }));

test("in an unchanged handbook, every answer is matched to its own statement", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const list = statements(numbers(seed));
    const ratings = rated(list);
    const { found, rest } = assess.match(list, ratings);
    assert.deepEqual(rest, []);
    for (const [n, one] of list.entries()) assert.deepEqual(found.get(one), { rating: ratings[n], change: "same" });
  }
});

test("after any change, every answer is matched once or left over, and none is invented", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const next = numbers(seed);
    const before = statements(next);
    const now = before.filter(() => next(5) > 0).map((one) => ({
      ...one,
      id: next(3) ? one.id : `new${next(4)}`,
      level: next(4) ? one.level : 1 + next(3),
      text: next(3) ? one.text : `${one.text} ${VOCABULARY[next(VOCABULARY.length)]}`,
    }));
    const ratings = rated(before);
    const { found, rest } = assess.match(now, ratings);
    const told = [...[...found.values()].map(({ rating }) => rating), ...rest];
    assert.equal(told.length, ratings.length, `seed ${seed}`);
    assert.deepEqual(new Set(told), new Set(ratings), `seed ${seed}`);
    for (const [one, { rating, change }] of found) {
      assert.equal(one.competency, rating.competency);
      assert.equal(change === "reworded", assess.plain(one.text) !== assess.plain(rating.text), `seed ${seed}`);
    }
  }
});

test("a text is fully similar to itself, and similarity is symmetric", () => {
  const next = numbers(7);
  const list = statements(next, 20).map((one) => one.text);
  for (const [n, text] of list.entries()) {
    const other = list[(n + 1) % list.length];
    assert.equal(assess.likeness(text, text), 1);
    assert.equal(assess.likeness(text, other), assess.likeness(other, text));
  }
  assert.equal(assess.likeness("Schreibt die Übergabe.", "schreibt die U\u0308bergabe"), 1);
});

const statement = (id, level, text, more = {}) => ({ competency: "c", id, level, text, replaces: null, ...more });
const match = (now, before) => {
  const { found, rest } = assess.match(now, rated(before));
  return { changes: [...found].map(([one, { rating, change }]) => [one.id, rating.id, change]), rest: rest.map((rating) => rating.id) };
};

test("statements are matched by id, then by equal text, then by similar text at the same level", () => {
  const brief = "Writes the one-page brief that the team decides from.";
  assert.deepEqual(match([statement("a", 1, "Writes the page.")], [statement("a", 1, brief)]).changes, [["a", "a", "reworded"]]);
  assert.deepEqual(match([statement("b", 1, brief)], [statement("a", 1, brief)]).changes, [["b", "a", "same"]]);
  assert.deepEqual(match([statement("a", 2, brief)], [statement("a", 1, brief)]).changes, [["a", "a", "moved"]]);
  const like = "Writes the short brief that the team decides from.";
  assert.deepEqual(match([statement("b", 1, like)], [statement("a", 1, brief)]).changes, [["b", "a", "reworded"]]);
  assert.deepEqual(match([statement("b", 2, like)], [statement("a", 1, brief)]), { changes: [], rest: ["a"] });
});

test("statements that swapped ids keep the answers that belong to their text", () => {
  const [one, two] = ["Shows the raw rows behind a figure.", "Names two other explanations."];
  const { changes, rest } = match([statement("b", 1, one), statement("a", 1, two)], [statement("a", 1, one), statement("b", 1, two)]);
  assert.deepEqual(changes.sort(), [["a", "b", "same"], ["b", "a", "same"]]);
  assert.deepEqual(rest, []);
});

test("a role expects all statements up to its level, except those that a higher statement replaces", () => {
  const asked = { level: 2, statements: [statement("a", 1, "A"), statement("b", 2, "B", { replaces: "a" }), statement("c", 3, "C", { replaces: "b" })] };
  assert.deepEqual(assess.expected(asked).map((one) => one.id), ["b"]);
});

test("if each level is complete, a role expects the statements of its level alone", () => {
  const asked = { level: 2, isComplete: true, statements: [statement("a", 1, "x"), statement("b", 2, "y"), statement("c", 3, "z")] };
  assert.deepEqual(assess.expected(asked).map((one) => one.id), ["b"]);
  assert.deepEqual(assess.expected({ ...asked, isComplete: false }).map((one) => one.id), ["a", "b"]);
});

test("only statements at the current and the next level are asked", () => {
  const asked = { statements: [1, 2, 3, 4].map((level) => statement(`s${level}`, level, `S${level}`)) };
  const ids = (level) => assess.toAnswer(asked, level).map((one) => one.id);
  assert.deepEqual([ids(0), ids(2), ids(4)], [["s1"], ["s2", "s3"], ["s4"]]);
});

test("gaps come first, focus competencies first among them, and a missing opportunity isn't a gap in skill", () => {
  const asked = (id, focus, level) => ({ id, focus, level, statements: [{ ...statement("s", 1, id), competency: id }] });
  const all = [asked("met", true, 1), asked("below", false, 2), asked("focus", true, 1), asked("unknown", true, 1)];
  const levels = { met: 1, below: 1, focus: 1, unknown: null };
  const found = new Map([[all[2].statements[0], { rating: { answer: "no-chance" }, change: "same" }]]);
  const list = assess.gaps(all, (one) => levels[one.id], found);
  assert.deepEqual(list.map((gap) => [gap.asked.id, gap.kind]), [["focus", "open"], ["below", "below"], ["unknown", "unknown"], ["met", "met"]]);
  assert.deepEqual([list[0].open.length, list[0].chance.length], [0, 1]);
});

test("a level keeps its answer when the scale is renumbered or renamed", () => {
  const scale = [{ level: 1, name: "New" }, { level: 2, name: "Learning" }, { level: 3, name: "Leading" }];
  assert.equal(assess.levelNow({ level: 1, name: "Learning" }, scale), 2);
  assert.equal(assess.levelNow({ level: 3, name: "Owning" }, scale), 3);
  assert.equal(assess.levelNow({ level: 5, name: "Shaping" }, scale), null);
  assert.equal(assess.levelNow({ level: 0, name: "" }, scale), 0);
});

const event = (what, more = {}) => ({ what, outcome: "", number: "", scope: "", seen: "", ...more });
const full = () => ({
  person: "Ada",
  levels: [{ competency: "c", title: "C", level: 2, name: "Practising" }],
  ratings: [{ ...rated([statement("a", 1, "A")])[0], evidence: [event("Did it", { seen: "Mara" })] }],
  plan: [{ competency: "c", title: "C", id: "a", level: 1, text: "A", practices: ["Read"], date: "2027-01-31", note: "n", helper: "Mara" }],
  cases: [{ role: "r", title: "R", need: "N", wrong: "" }],
  manager: [{ competency: "c", title: "C", level: 1, name: "Learning" }],
});

test("reading back an exported record gives the same record", () => {
  const about = { handbook: "H", edition: "", saved: "2026-11-25", by: "self", role: { id: "r", title: "R" }, scale: [{ level: 1, name: "Learning", means: "" }], expects: [] };
  assert.deepEqual(assess.readRecord(assess.writeRecord(full(), about)), { record: full(), about });
});

test("a file of the first version is still read", () => {
  const { levels, ratings, plan, cases } = full();
  const planned = { ...plan[0] };
  delete planned.helper;
  const old = { format: "rolebook-assessment", version: 1, handbook: "H", edition: "First", saved: "2026-11-25", levels, ratings, plan: [planned], cases };
  const { record, about } = assess.readRecord(JSON.stringify(old));
  assert.deepEqual(record, { ...full(), person: "", plan: [{ ...planned, helper: "" }], manager: [] });
  assert.deepEqual([about.edition, about.role], ["First", { id: "", title: "" }]);
});

test("a file with any damage is rejected as a whole", () => {
  const file = (change) => {
    const value = JSON.parse(assess.writeRecord(full(), {}));
    change(value);
    return assess.readRecord(JSON.stringify(value)).fault;
  };
  for (const [text, fault] of [["no json", "json"], ["[]", "format"], ["<!doctype html><script>1</script>", "html"], [`"${"x".repeat(4_000_001)}"`, "large"], ["", "json"], ["null", "format"], ["{\"format\":\"__proto__\"}", "format"]]) {
    assert.equal(assess.readRecord(text).fault, fault, text.slice(0, 40));
  }
  assert.equal(file((value) => { value.format = "other"; }), "format");
  assert.equal(file((value) => { value.version = 3; }), "version");
  assert.equal(file((value) => { value.version = "2"; }), "format");
  assert.equal(file((value) => { delete value.plan; }), "damaged");
  assert.equal(file((value) => { value.ratings[0].text = 3; }), "damaged");
  assert.equal(file((value) => { value.ratings[0].answer = "perfectly"; }), "damaged");
  assert.equal(file((value) => { value.ratings[0].evidence[0] = null; }), "damaged");
  assert.equal(file((value) => { value.levels[0].level = 2.5; }), "damaged");
  assert.equal(file((value) => { value.saved = "<b>"; }), "damaged");
  assert.equal(file((value) => { value.ratings[0].text = "x".repeat(20_001); }), "long");
  assert.equal(file((value) => { value.levels = Array.from({ length: 5_001 }, () => value.levels[0]); }), "many");
  assert.equal(file((value) => { value.plan = [1, 2, 3, 4].map(() => value.plan[0]); }), "many");
  assert.equal(file((value) => { value.levels[0].html = "<b>"; }), "unknown");
  assert.equal(file(() => {}), undefined);
});

test("a file that tries to change how objects work is refused, and nothing changes", () => {
  const text = assess.writeRecord(full(), {});
  for (const key of ["__proto__", "constructor", "prototype"]) {
    for (const at of ["\"levels\": [", "\"evidence\": ["]) {
      const forged = text.replace(at === "\"levels\": [" ? "{\n  \"format\"" : "\"what\"", (found) => found.replace("\"format\"", `"${key}": { "polluted": true },\n  "format"`).replace("\"what\"", `"${key}": { "polluted": true }, "what"`));
      assert.equal(assess.readRecord(forged).fault, "forged", `${key} ${at}`);
    }
  }
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test("merging a file keeps all existing answers and notes and adds what is missing", () => {
  const other = full();
  other.ratings[0].answer = "consistently";
  other.ratings[0].evidence.push(event("Did more"));
  other.ratings.push(rated([statement("b", 1, "B")])[0]);
  other.levels.push({ competency: "d", title: "D", level: 1, name: "Learning" });
  other.cases[0].wrong = "W";
  const merged = assess.merge(full(), other);
  assert.equal(merged.ratings[0].answer, "sometimes");
  assert.deepEqual(merged.ratings[0].evidence.map((one) => one.what), ["Did it", "Did more"]);
  assert.deepEqual([merged.ratings.length, merged.levels.length, merged.plan.length, merged.cases[0].wrong], [2, 2, 1, "W"]);
  assert.deepEqual(assess.merge(full(), full()), full());
});

const expects = (level, statements) => [{ competency: "c", title: "C", level, name: ["", "Learning", "Practising", "Owning"][level], key: true, complete: false, statements: statements.map(([id, at, text]) => ({ id, level: at, text, key: false, replaces: "" })) }];
const scale = ["Learning", "Practising", "Owning"].map((name, n) => ({ level: n + 1, name, means: "" }));

test("a comparison puts differences first, key competencies first among them, and what both agree on last", () => {
  const of = (id, key) => ({ ...expects(2, [["a", 1, `A ${id}`], ["b", 2, `B ${id}`]])[0], competency: id, title: id, key });
  const asked = assess.askedOf([of("same", true), of("apart", false), of("key", true), of("open", true), of("words", false)]);
  const levels = (list) => Object.entries(list).map(([competency, level]) => ({ competency, title: competency, level, name: scale[level - 1].name }));
  const rating = (answer) => [{ competency: "words", title: "words", id: "a", level: 1, text: "A words", answer, evidence: [] }];
  const talk = {
    ...assess.beginTalk({ record: { ...assess.empty(), levels: levels({ same: 1, apart: 1, key: 1, open: 1, words: 1 }), ratings: rating("consistently") }, about: { handbook: "", edition: "", saved: "", role: { id: "r", title: "R" }, scale, expects: [] } }),
    manager: { ...assess.blankSide(), levels: levels({ same: 1, apart: 3, key: 2, words: 1 }), ratings: rating("not-yet") },
  };
  const { rows } = assess.compare(talk, asked);
  assert.deepEqual(rows.map((row) => [row.asked.id, row.kind]), [["key", "differ"], ["apart", "differ"], ["words", "differ"], ["open", "open"], ["same", "same"]]);
  assert.equal(assess.agreedLevel(rows[4], talk), 1);
  assert.equal(assess.agreedLevel(rows[0], talk), null);
  talk.agreed.push({ competency: "key", title: "key", level: 1, name: "Learning", note: "" });
  // The agreed level is below what the role expects, so what is missing comes first.
  assert.deepEqual(assess.candidates(rows, talk).map(({ asked: of_, statement: one }) => `${of_.id} ${one.id}`), ["key b", "same b", "words a", "words b"]);
  assert.deepEqual(assess.readAny(assess.writeTalk(talk)).talk, talk);
});

test("what has changed since a file was written is told statement by statement", () => {
  const before = expects(2, [["a", 1, "Shows the raw rows."], ["b", 2, "Defines a measure precisely for the team."], ["c", 2, "Draws."]]);
  const now = expects(3, [["a", 1, "Shows the raw rows."], ["b", 2, "Defines each measure precisely for the team."], ["d", 3, "Decides."]]);
  assert.deepEqual(assess.changesSince(before, before), []);
  assert.deepEqual(assess.changesSince(before, now).map((one) => [one.kind, one.then, one.now]), [
    ["level", 2, 3], ["reworded", "Defines a measure precisely for the team.", "Defines each measure precisely for the team."], ["new", "", "Decides."], ["gone", "Draws.", ""],
  ]);
});

test("markup in a note is escaped in the Markdown export", () => {
  const { heading, line, list } = assess.block;
  const text = assess.markdown([heading(1, "# <b>"), line("1. *a*\nb\n\n[c](d)"), list(["- <script>", "a_b `c`"])]);
  assert.equal(text, "# \\# \\<b>\n\n1\\. \\*a\\* b\n\n\\[c\\](d)\n\n- \\- \\<script>\n- a\\_b \\`c\\`\n");
});

test("a table is CSV that a spreadsheet reads as text, in UTF-8", () => {
  assert.equal(assess.csv([["Competency", "Größe"], ["=1+1", "+1"], ["-1", "@sum"], ["\t=1", "a,b"], ["say \"no\"", "one\ntwo"], [null, 3]]),
    "\uFEFFCompetency,Größe\r\n'=1+1,'+1\r\n'-1,'@sum\r\n'=1,\"a,b\"\r\n\"say \"\"no\"\"\",\"one\ntwo\"\r\n,3\r\n");
});

test("no part of a cell begins with a formula, whatever separates the cells", () => {
  const one = (text) => assess.csv([[text]]).slice(1, -2);
  for (const [text, wanted] of [
    ["a;=1+1", "\"a;'=1+1\""], ["a; =1+1", "\"a; '=1+1\""], ["a\n=1+1", "\"a\n'=1+1\""], ["a\r\n+1", "\"a\r\n'+1\""], ["a\t@x", "\"a\t'@x\""],
    ["a;\"=1+1", "\"a;\"\"'=1+1\""], ["\0=1", "\0'=1"], ["\u200B=1", "\u200B'=1"], ["＝1", "'＝1"], ["＋1", "'＋1"], ["－1", "'－1"], ["＠a", "'＠a"],
    ["a;b", "\"a;b\""], ["a\tb", "\"a\tb\""], ["a = b - c", "a = b - c"],
  ]) assert.equal(one(text), wanted);
});

test("a resume bullet is one sentence with the action, the outcome, the number and the scope", () => {
  assert.equal(assess.sentence(event("Withdrew the fax import.", { outcome: "no contract was lost", number: "0 of 40", scope: "one area" })), "Withdrew the fax import; no contract was lost (0 of 40, one area).");
  assert.equal(assess.sentence(event("  ")), "");
});

test("evidence counts for the first category that lists its competency, and none is left out", () => {
  const ratings = [{ competency: "c", evidence: [event("A"), event("B", { number: "3" })] }, { competency: "x", evidence: [event("C")] }];
  const groups = assess.coverage([{ name: "One", competencies: ["c"] }, { name: "Two", competencies: ["c", "d"] }], ratings);
  assert.deepEqual(groups.map((group) => [group.name, group.events.length, group.lacks.number]), [["One", 2, 1], ["Two", 0, 0], [null, 1, 1]]);
});

test("cards are compared by candidate, differences first, and a question that wasn't asked is no opinion", () => {
  const asked = ["plain", "wide", "key", "same", "once", "silent"].map((id) => ({ id, title: id, level: 1, name: "Learning", focus: id === "key", key: id === "key", statements: [{ competency: id, id: "a", level: 1, text: `Does ${id}.`, key: false }] }));
  const card = (interviewer, marks, more = {}) => ({
    ...assess.blankCard({ id: "r", title: "R" }), candidate: "A. B.", interviewer, ...more,
    marks: Object.entries(marks).map(([competency, mark]) => ({ competency, title: competency, level: 1, name: "Learning", mark, evidence: mark ? `${interviewer} on ${competency}` : "", statements: [] })),
  });
  const cards = [
    card("Mara", { plain: "partly", wide: "not-yet", key: "partly", same: "shown", once: "shown", gone: "shown" }, { verdict: "yes" }),
    card("Jon", { plain: "shown", wide: "shown", key: "shown", same: "shown", once: "not-asked" }, { verdict: "no" }),
    card("Ines", { same: "not-asked" }),
  ];
  const { rows, rest } = assess.compareCards(cards, asked);
  assert.deepEqual(rows.map((row) => [row.asked.id, row.kind, row.marks]), [
    ["key", "differ", ["partly", "shown", null]], ["wide", "differ", ["not-yet", "shown", null]], ["plain", "differ", ["partly", "shown", null]],
    ["once", "few", ["shown", "not-asked", null]], ["same", "same", ["shown", "shown", "not-asked"]], ["silent", "none", [null, null, null]],
  ]);
  assert.deepEqual(rows[0].evidence, ["Mara on key", "Jon on key", ""]);
  assert.deepEqual(rest, [{ n: 0, title: "gone", mark: "shown", text: "Mara on gone" }]);
  // One statement that is marked differently is a difference, too.
  for (const [n, mark] of ["shown", "not-yet"].entries()) cards[n].marks.find((one) => one.competency === "same").statements.push({ id: "a", level: 1, text: "Does same.", mark });
  assert.equal(assess.compareCards(cards, asked).rows.find((row) => row.asked.id === "same").kind, "differ");
  assert.deepEqual([assess.isSplit(cards), assess.isSplit(cards.slice(1))], [true, false]);
  const groups = assess.candidateGroups([...cards, { ...cards[0], candidate: "a b" }, { ...cards[0], candidate: "C. D." }]);
  assert.deepEqual(groups.map((group) => [group.name, group.cards.length]), [["A. B.", 4], ["C. D.", 1]]);
  assert.deepEqual(assess.readCard(assess.writeCard(cards[0])).card, cards[0]);
});
