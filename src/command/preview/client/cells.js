// Makes the matrix editable: each cell becomes a menu of levels, and choosing one changes one line
// of the role's file.
(() => {
  const { get, post, make, say, saved } = globalThis.rolebook;
  if (top !== self) return;
  let scale = null;
  let isOn = false;

  function tables() {
    return [...document.querySelectorAll(".table-scroll.matrix")];
  }

  /** Puts a switch above each matrix and, while it is on, a menu into each cell. */
  function lay() {
    for (const holder of tables()) {
      const before = holder.previousElementSibling;
      if (!before || !before.matches(".rolebook-switch")) {
        const press = make("button", { type: "button", class: "rolebook-button", "aria-pressed": "false", text: "Change levels", on: { click: toggle } });
        holder.before(make("p", { class: "rolebook-switch", "data-rolebook": true }, press, make("span", { text: "Each choice is written to the role's file at once." })));
      }
      if (isOn) fill(holder);
    }
  }

  async function toggle() {
    isOn = !isOn;
    if (isOn && !scale) {
      const { ok, value } = await get("edit/scale");
      if (!ok) return say(value.error);
      scale = value;
    }
    for (const press of document.querySelectorAll(".rolebook-switch button")) {
      press.setAttribute("aria-pressed", String(isOn));
      press.textContent = isOn ? "Done" : "Change levels";
    }
    if (isOn) return lay();
    document.querySelectorAll(".rolebook-cell").forEach((select) => select.remove());
  }

  function fill(holder) {
    const roles = [...holder.querySelectorAll("thead th[scope=col]")].slice(1).map((head) => head.querySelector("a"));
    for (const row of holder.querySelectorAll("tbody tr")) {
      const competency = row.querySelector("th[scope=row] a");
      if (!competency) continue;
      [...row.querySelectorAll("td")].forEach((cell, n) => roles[n] && put(cell, roles[n], competency));
    }
  }

  function levelOf(cell) {
    const found = cell.className.match(/\bl(\d+)\b/);
    return found ? Number(found[1]) : null;
  }

  function put(cell, role, competency) {
    const known = cell.querySelector(".rolebook-cell");
    if (known) {
      known.value = String(levelOf(cell) ?? "");
      return;
    }
    const label = role.textContent.trim() + ": " + competency.textContent.trim();
    const select = make("select", { class: "rolebook-cell", "aria-label": label, "data-rolebook": true }, make("option", { value: "", text: "Not expected" }));
    for (const step of scale) select.append(make("option", { value: String(step.level), text: step.level + " " + step.name }));
    select.value = String(levelOf(cell) ?? "");
    select.addEventListener("change", () => write(select, cell, role, competency));
    cell.prepend(select);
  }

  async function write(select, cell, role, competency) {
    const was = levelOf(cell);
    const level = select.value === "" ? null : Number(select.value);
    const { ok, value } = await post("edit/level", { role: role.pathname, competency: competency.pathname, was, level });
    if (ok) return saved({ path: value.path, hash: value.hash, text: "Saved in " + value.path + "." });
    select.value = String(was ?? "");
    say(value.error);
  }

  document.addEventListener("rolebook:updated", lay);
  lay();
})();
