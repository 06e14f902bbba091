// Compares any two roles: loads their data and builds the same content as on a prebuilt page.
(() => {
  const form = document.querySelector(".picker");
  const shown = document.querySelector("[data-compared]"), status = document.querySelector(".picked");
  if (!form) return;
  const words = JSON.parse(form.dataset.words);
  const [from, to] = form.querySelectorAll("select");
  const say = (key, values = {}) => words[key].replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (all, name, one, many) => (one === undefined ? values[name] : values[name] === 1 ? one : many) ?? all);

  // A page opened from a folder can't fetch data, but it can load scripts. There, the data files
  // are scripts that call this function.
  const loaded = new Map(), waiting = new Map();
  globalThis.rolebookTake = (name, data) => waiting.get(name)?.(data);
  const byScript = (name, url) => new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: url });
    waiting.set(name, done);
    script.addEventListener("load", () => { script.remove(); failed(new Error(`${url} holds nothing`)); });
    script.addEventListener("error", () => { script.remove(); failed(new Error(`${url} is not there`)); });
    document.head.append(script);
  });
  const byFetch = async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response.json();
  };
  const load = (name, url) => {
    if (!loaded.has(name)) {
      const data = "script" in form.dataset ? byScript(name, url) : byFetch(url);
      // After a failure, try again the next time.
      data.catch(() => loaded.delete(name));
      loaded.set(name, data);
    }
    return loaded.get(name);
  };

  const make = (name, className, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };
  const link = (text, url, kind) => Object.assign(make("a", `link ${kind}`, text), { href: form.dataset.home + url });
  const list = (className, items) => make("ul", className, ...items.map((item) => make("li", "", item)));
  const fold = (className, title, of, items, inner = "") => {
    const summary = make("summary", "", title);
    if (of) summary.append(make("span", "sr", ` (${of})`));
    return make("details", className, summary, list(inner, items));
  };

  const factsTable = (a, b, keys) => {
    const head = (role) => Object.assign(make("th", "", link(role.title, role.url, "role")), { scope: "col" });
    const row = (key) => make("tr", "", Object.assign(make("th", "", words[key]), { scope: "row" }), ...[a, b].map((role) => make("td", "", role.facts[key] ?? "–")));
    const table = make("table", "facts-table", make("thead", "", make("tr", "", make("td"), head(a), head(b))), make("tbody", "", ...keys.map(row)));
    const region = make("div", "table-scroll", table);
    region.setAttribute("role", "region");
    region.setAttribute("aria-label", `${words["compare-facts"]}: ${a.title}, ${b.title}`);
    region.tabIndex = 0;
    return region;
  };

  // Returns the statements that apply at a level. As in the model, levels add up (without those that a higher one
  // replaces), or each is complete.
  // Where that depends on a role's track, the role's data lists them.
  const expected = ({ statements, levels }, at) => {
    if (at?.statements) return statements.filter((statement) => at.statements.includes(statement.id));
    const level = at?.level ?? 0;
    if (levels === "replace") return statements.filter((statement) => statement.level === level);
    const replaced = (old) => statements.some((other) => other.replaces === old.id && other.level > old.level && other.level <= level);
    return statements.filter((statement) => statement.level <= level && !replaced(statement));
  };
  // Returns whether one of two statements replaces the other, directly or through others.
  const isReworded = ({ statements }, one, other) => {
    const low = one.level < other.level ? one : other;
    let at = low === one ? other : one;
    for (;;) {
      const above = at, old = statements.find((statement) => statement.id === above.replaces);
      if (!old || old.level >= above.level) return false;
      if (old === low) return true;
      at = old;
    }
  };
  const order = ["reworded", "new", "gone", "kept"];
  // Returns the marked statements of one column. Of those in both columns, only `kept` are shown.
  const marked = (competency, own, other, lone, kept) => {
    const mark = (statement) => {
      const mayRepeat = competency.levels === "replace" || competency.varies;
      if (other.some((to) => to === statement || (mayRepeat && to.text === statement.text))) return "kept";
      return other.some((to) => !own.includes(to) && isReworded(competency, statement, to)) ? "reworded" : lone;
    };
    const lines = own.map((statement) => ({ statement, mark: mark(statement) })).filter((line) => line.mark !== "kept" || line.statement.level === kept);
    return lines.sort((a, b) => order.indexOf(a.mark) - order.indexOf(b.mark));
  };
  const differs = ({ a, b }) => a?.statements?.join(" ") !== b?.statements?.join(" ");
  const columns = ({ competency, a, b }) => {
    const low = a?.level ?? 0, high = b?.level ?? 0;
    if (low === high && !differs({ a, b })) return [[], []];
    const before = expected(competency, a), after = expected(competency, b), varying = { ...competency, varies: Boolean(a?.statements ?? b?.statements) };
    return [marked(varying, before, after, "gone", low <= high ? low : 0), marked(varying, after, before, "new", low <= high ? 0 : high)];
  };

  const column = (key, at, lines) => {
    const level = make("p", "level", make("span", "side-name", words[key]), " ", ...(at ? [`${at.level_name} `, make("b", "", at.level)] : [words["not-expected"]]));
    const box = make("div", "column", level);
    if (!lines.length) return box;
    box.append(make("ul", "statements", ...lines.map(({ statement, mark }) => {
      const item = make("li", mark);
      if (mark !== "kept") item.append(make("span", "sr", `${words[`compare-${mark}-mark`]}: `));
      item.append(statement.text);
      return item;
    })));
    return box;
  };
  const changed = (row, roles) => {
    const low = row.a?.level ?? 0, high = row.b?.level ?? 0;
    const what = make("p", "what", link(row.competency.title, row.competency.url, "competency"));
    if (high !== low) what.append(" ", make("span", high > low ? "diff up" : "diff down", high > low ? `+${high - low}` : `−${low - high}`));
    const said = row.a?.meaning === row.b?.meaning ? [] : [row.a, row.b].map((at, n) => at?.meaning && make("p", "meaning", make("span", "", `${roles[n].title}:`), ` ${at.meaning}`));
    return make("li", "", what, ...said.filter(Boolean), column("compare-a", row.a, row.before), column("compare-b", row.b, row.after));
  };
  const summary = (changes, of) => {
    const both = changes.filter((row) => row.a && row.b), risen = both.filter((row) => row.a.level < row.b.level);
    const count = (side, mark) => changes.flatMap((row) => row[side]).filter((line) => line.mark === mark).length;
    const most = Math.max(0, ...risen.map((row) => row.b.level - row.a.level));
    const counts = [
      [most === 1 ? "compare-rise-one" : "compare-rise", risen.length],
      ["compare-fall", both.filter((row) => row.a.level > row.b.level).length],
      ["compare-added", changes.filter((row) => !row.a).length],
      ["compare-dropped", changes.filter((row) => !row.b).length],
      ["compare-gained", count("after", "new")],
      ["compare-reworded", count("after", "reworded")],
      ["compare-lost", count("before", "gone")],
    ];
    return `${counts.filter(([, n]) => n > 0).map(([key, n]) => say(key, { n, of, most })).join("; ")}.`;
  };
  const levels = (a, b, changes, of) => {
    if (!changes.length) return [make("p", "empty", words["compare-no-difference"])];
    const marks = make("p", "marks");
    for (const mark of ["new", "reworded", "gone"]) marks.append(make("span", mark, words[`compare-${mark}-mark`]), " ");
    marks.append(words["compare-unmarked"]);
    const head = (key, role) => make("span", "", make("span", "side-name", words[key]), " ", link(role.title, role.url, "role"));
    return [make("p", "in-short", summary(changes, of)), marks, make("p", "heads", head("compare-a", a), " ", head("compare-b", b)), make("ul", "changes", ...changes.map((row) => changed(row, [a, b])))];
  };

  const split = (a, b) => {
    const inA = new Set(a.map((item) => item.url)), inB = new Set(b.map((item) => item.url));
    return { onlyA: a.filter((item) => !inB.has(item.url)), onlyB: b.filter((item) => !inA.has(item.url)), both: a.filter((item) => inB.has(item.url)) };
  };
  const part = (key) => make("p", "part", words[key]);
  const pair = (a, b, { onlyA, onlyB }, show) => make("div", "pair", ...[[a, onlyA], [b, onlyB]].map(([role, items]) => make("div", "",
    make("p", "only", `${words["compare-only"]} `, link(role.title, role.url, "role")),
    items.length ? list("", items.map(show)) : make("p", "empty", "–"))));

  const build = (a, b, competencies) => {
    const keys = ["scope", "horizon", "track", "rank", "grade", "rel-reports-to"].filter((key) => key in a.facts || key in b.facts);
    const isSame = (key) => a.facts[key] === b.facts[key];
    const differing = keys.filter((key) => !isSame(key)), sameFacts = keys.filter(isSame);
    const at = (role, id) => role.competencies.find((expected) => expected.id === id);
    const isSameRow = ({ a: one, b: other }) => one?.level === other?.level && one?.meaning === other?.meaning && !differs({ a: one, b: other });
    const rows = competencies.map((competency) => ({ competency, a: at(a, competency.id), b: at(b, competency.id) })).filter((row) => row.a || row.b);
    const changes = rows.filter((row) => !isSameRow(row)).map((row) => {
      const [before, after] = columns(row);
      return { ...row, before, after };
    });
    const same = rows.filter(isSameRow);
    const decisions = split(a.decisions, b.decisions), duties = split(a.responsibilities, b.responsibilities);
    const duty = (item) => item.text;
    const decision = (item) => {
      const made = document.createDocumentFragment();
      made.append(link(item.text, item.url, "strategy"));
      if (item.scope) made.append(" ", make("span", "note", words[`scope-${item.scope}`] ?? item.scope));
      return made;
    };

    const out = levels(a, b, changes, rows.length);
    if (differing.length) out.push(part("compare-facts"), factsTable(a, b, differing));
    if (decisions.onlyA.length || decisions.onlyB.length) {
      out.push(part("accountable-for"), make("p", "hint", words["compare-scopes"]), pair(a, b, decisions, decision));
    }
    if (duties.onlyA.length || duties.onlyB.length) out.push(part("compare-responsibilities"), pair(a, b, duties, duty));
    const folded = [];
    if (sameFacts.length) folded.push(fold("both", say("compare-same-facts", { n: sameFacts.length }), "", sameFacts.map((key) => `${words[key]}: ${a.facts[key]}`)));
    if (same.length) {
      const shared = same.map((row) => {
        const item = document.createDocumentFragment();
        item.append(link(row.competency.title, row.competency.url, "competency"), " ", make("span", "note", `${row.a.level_name} ${row.a.level}`));
        return item;
      });
      folded.push(fold("both", say("compare-same-levels", { n: same.length }), "", shared));
    }
    if (decisions.both.length) folded.push(fold("both", say("compare-both-decisions", { n: decisions.both.length }), "", decisions.both.map(decision)));
    if (duties.both.length) folded.push(fold("both", say("compare-both", { n: duties.both.length }), "", duties.both.map(duty)));
    if (folded.length) out.push(part("compare-same"), ...folded);
    return out;
  };

  let asked = 0;
  const compare = async () => {
    const choices = [from, to].map((select) => select.selectedOptions[0]);
    asked += 1;
    const own = asked;
    status.classList.remove("failed");
    shown.hidden = true;
    if (!choices.every((choice) => choice?.value)) {
      status.textContent = "";
      return;
    }
    status.textContent = words["compare-loading"];
    try {
      const roles = choices.map((choice) => load(`roles/${choice.value}`, choice.dataset.url));
      const [{ role: a }, { role: b }, { competencies }] = await Promise.all([...roles, load("competencies", form.dataset.competencies)]);
      // The reader may have chosen other roles in the meantime.
      if (own !== asked) return;
      shown.replaceChildren(...build(a, b, competencies));
      shown.hidden = false;
      status.textContent = a.id === b.id ? words["compare-itself"] : say("compare-done", { a: a.title, b: b.title });
    } catch {
      if (own !== asked) return;
      status.textContent = words["compare-failed"];
      status.classList.add("failed");
    }
  };

  const choose = () => {
    const pair = new URLSearchParams(location.search);
    from.value = pair.get("a") ?? "";
    to.value = pair.get("b") ?? "";
    // For a role that no longer exists, leave the choice empty.
    for (const select of [from, to]) if (select.selectedIndex < 0) select.value = "";
    compare();
  };
  const chosen = () => {
    const pair = new URLSearchParams();
    if (from.value) pair.set("a", from.value);
    if (to.value) pair.set("b", to.value);
    const address = pair.size ? `?${pair}` : location.pathname;
    history.pushState(null, "", address);
    compare();
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", chosen);
  form.querySelector(".swap").addEventListener("click", () => {
    [from.value, to.value] = [to.value, from.value];
    chosen();
  });
  addEventListener("popstate", choose);
  form.hidden = false;
  choose();
})();
