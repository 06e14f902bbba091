// Remembers that a reader has read what a role expects, and later marks the statements that have
// changed since. Loaded when the reader first moves.
//
// Input: the role's page, and what this browser remembers. Output: a button, a notice, marks, and a link
// to confirm where the handbook asks for it. Stores only hashes, in this browser, and never sends
// anything by itself.
(() => {
  const labels = document.querySelector("template.read");
  if (!labels) return;
  const { home } = document.currentScript.dataset;
  const key = `rolebook-read:${new URL(home, location.href).pathname}`;
  const edition = labels.dataset.edition;
  // The order of the words in the template.
  const names = ["mark", "marked", "same", "changed", "gone", "flag", "blocked", "to-title", "to-body", "to-means", "to-send", "to-save"];
  const words = (name, fill = {}) => labels.content.children[names.indexOf(name)].textContent
    .replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/gu, (all, at, one, many) => String(one === undefined ? fill[at] : Number(fill[at]) === 1 ? one : many));

  /** Hashes the words of a text (FNV-1a), so that punctuation and spaces don't count. */
  function hash(text) {
    let sum = 0x811c9dc5;
    for (const sign of text.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim()) sum = Math.imul(sum ^ sign.codePointAt(0), 0x01000193) >>> 0;
    return sum.toString(36);
  }

  /** Returns each line of what the role expects with its hash: the level of a competency, and every statement. */
  function lines() {
    return [...document.querySelectorAll(".profile .comp")].flatMap((comp) => {
      const about = comp.querySelector("a.competency").pathname;
      const said = [...comp.querySelectorAll(".statements > li")].map((line) => {
        const own = line.cloneNode(true);
        for (const flag of own.querySelectorAll(".flag")) flag.remove();
        return { line, text: own.textContent };
      });
      const level = comp.querySelector(".steps").querySelectorAll(".reached, .own").length;
      return [{ line: comp.querySelector(".level"), text: `level ${level}` }, ...said].map((one) => ({ line: one.line, hash: hash(`${about} ${one.text}`) }));
    });
  }

  const stored = () => { try { return JSON.parse(localStorage.getItem(key) ?? "{}")[location.pathname] ?? null; } catch { return null; } };
  function store(value) {
    try {
      const all = JSON.parse(localStorage.getItem(key) ?? "{}");
      localStorage.setItem(key, JSON.stringify({ ...all, [location.pathname]: value }));
      return true;
    } catch { return false; }
  }

  const notice = document.createElement("p");
  notice.className = "actions read";
  const told = document.createElement("span");
  told.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tool";
  button.textContent = words("mark");
  notice.append(button, told);

  /** Returns the address that a confirmation goes to, with its text filled in, or null for a file. */
  function address(to, title, body) {
    if (to === "file") return null;
    if (!to.includes(":")) return `mailto:${to}?subject=${encodeURIComponent(title)}&body=${encodeURIComponent(body)}`;
    const url = new URL(to);
    // GitLab calls the fields of a new issue by other names.
    const names = url.pathname.includes("/-/") ? ["issue[title]", "issue[description]"] : ["title", "body"];
    url.searchParams.set(names[0], title);
    url.searchParams.set(names[1], body);
    return url.href;
  }

  const sent = document.createElement("div");
  sent.className = "confirm";

  /** Offers to confirm, if the handbook asks for it. Shows the whole text first, and sends nothing by itself. */
  function offer(when) {
    const { to } = labels.dataset;
    if (!to) return;
    const fill = { role: document.querySelector("h1").textContent.trim(), edition: when };
    const text = words("to-body", fill);
    const href = address(to, words("to-title", fill), text);
    const [means, shown, link] = ["p", "blockquote", "a"].map((name) => document.createElement(name));
    means.textContent = words("to-means");
    shown.textContent = text;
    link.className = "tool";
    link.textContent = words(href ? "to-send" : "to-save");
    link.href = href ?? URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
    if (!href) link.setAttribute("download", `${words("to-title", fill).replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase()}.txt`);
    const line = document.createElement("p");
    line.className = "actions";
    line.append(link);
    sent.replaceChildren(means, shown, line);
    notice.after(sent);
  }

  function show() {
    const known = stored();
    const now = lines();
    for (const flag of document.querySelectorAll(".flag.since")) flag.remove();
    if (!Array.isArray(known?.hashes)) return;
    const before = new Set(known.hashes);
    const changed = now.filter((one) => !before.has(one.hash));
    const gone = known.hashes.length - (now.length - changed.length);
    for (const { line } of changed) {
      const flag = document.createElement("strong");
      flag.className = "flag new since";
      flag.textContent = words("flag");
      line.append(" ", flag);
    }
    const when = { edition: [known.edition, known.day].filter(Boolean).join(", ") };
    const news = [changed.length && words("changed", { n: changed.length }), gone > 0 && words("gone", { n: gone })].filter(Boolean).join(" ");
    told.textContent = `${words("marked", when)} ${news || words("same")}`;
    button.hidden = !news;
    if (news) sent.remove();
    else offer(when.edition);
  }

  button.addEventListener("click", () => {
    const day = new Date().toLocaleDateString("sv-SE");
    if (!store({ edition, day, hashes: lines().map((one) => one.hash) })) told.textContent = words("blocked");
    else show();
  });
  document.querySelector(".glance").append(notice);
  show();
})();
