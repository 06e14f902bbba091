// Makes the matrix a tool: highlights the reader's role and the next one, filters by track, cluster
// and role, moves between cells with the arrow keys, and shows the statements of a cell.
(() => {
  const form = document.querySelector(".matrix-tools"), table = document.querySelector(".matrix table");
  if (!(form instanceof HTMLFormElement) || !(table instanceof HTMLTableElement)) return;
  const { home, url, you, next, all, open } = form.dataset;
  const [me, track, cluster] = form.querySelectorAll("select"), only = form.querySelector("input");
  const heads = [...table.querySelectorAll("thead tr:last-child th")].slice(1);
  const bands = [...table.querySelectorAll(".bands > *")].slice(1);
  const bodies = [...table.tBodies], rows = bodies.flatMap((body) => [...body.rows].slice(1));
  const make = (name, className, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };
  const option = (text, value) => Object.assign(make("option", "", text), { value });

  // The band of each column, by number.
  const bandOf = bands.flatMap((band, n) => Array(band.colSpan).fill(n));
  me.append(...heads.map((head) => option(head.querySelector("a").textContent, head.dataset.id)));
  track.append(option(all, ""), ...bands.flatMap((band, n) => band.textContent.trim() ? [option(band.textContent.trim(), String(n))] : []));
  cluster.append(option(all, ""), ...bodies.map((body, n) => option(body.rows[0].textContent.trim(), String(n))));
  for (const select of [track, cluster]) if (select.options.length < 3) select.parentElement.hidden = true;

  const key = `rolebook-me:${new URL(home, location.href).pathname}`;
  const keep = (value) => {
    try { if (value) localStorage.setItem(key, value); else localStorage.removeItem(key); } catch { /* Without storage, the choice only lasts for this page. */ }
  };
  try { me.value = localStorage.getItem(key) ?? ""; } catch { /* See above. */ }
  if (me.selectedIndex < 0) me.value = "";

  const show = () => {
    const mine = heads.find((head) => head.dataset.id === me.value && me.value !== "");
    const after = (mine?.dataset.next ?? "").split(" ");
    const place = heads.map((head) => head === mine ? "mine" : after.includes(head.dataset.id) ? "after" : "");
    only.disabled = !mine;
    const isShown = heads.map((_, n) => (track.value === "" || String(bandOf[n]) === track.value) && !(mine && only.checked && !place[n]));
    heads.forEach((head, n) => {
      head.querySelector(".flag")?.remove();
      if (place[n]) head.append(make("span", "flag", place[n] === "mine" ? you : next));
    });
    for (const row of [heads, ...rows.map((row) => [...row.cells].slice(1))]) row.forEach((cell, n) => {
      cell.classList.toggle("mine", place[n] === "mine");
      cell.classList.toggle("after", place[n] === "after");
      cell.hidden = !isShown[n];
    });
    const shown = isShown.filter(Boolean).length;
    bands.forEach((band, n) => {
      const span = isShown.filter((is, column) => is && bandOf[column] === n).length;
      band.hidden = span === 0;
      if (span) band.colSpan = span;
    });
    bodies.forEach((body, n) => {
      body.hidden = cluster.value !== "" && cluster.value !== String(n);
      body.rows[0].cells[0].colSpan = shown + 1;
    });
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    if (event.target === me) keep(me.value);
    show();
  });
  const parts = document.querySelector(".parts");
  if (parts instanceof HTMLElement) parts.hidden = true;
  form.hidden = false;
  show();

  // Only one cell is in the tab order. The arrow keys move from there.
  const links = [...table.querySelectorAll("tbody td a")];
  links.forEach((link, n) => { link.tabIndex = n ? -1 : 0; });
  const focus = (link) => {
    for (const other of links) other.tabIndex = other === link ? 0 : -1;
    link.focus();
  };
  const cellsOf = (row) => [...row.cells].filter((cell) => !cell.hidden);
  const step = (from, [down, right]) => {
    const open = rows.filter((row) => !row.parentElement.hidden);
    let row = open.indexOf(from.parentElement), column = cellsOf(from.parentElement).indexOf(from);
    for (;;) {
      row += down;
      column += right;
      const cell = open[row] && column > 0 ? cellsOf(open[row])[column] : null;
      if (!cell) return null;
      const link = cell.querySelector("a");
      if (link) return link;
    }
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener("keydown", (event) => {
    const cell = event.target instanceof Element ? event.target.closest("tbody td") : null;
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const inRow = cellsOf(cell.parentElement).flatMap((other) => other.querySelector("a") ?? []);
    const to = event.key === "Home" ? inRow[0] : event.key === "End" ? inRow.at(-1) : steps[event.key] && step(cell, steps[event.key]);
    if (!to) return;
    event.preventDefault();
    focus(to);
  });
  table.addEventListener("focusin", (event) => {
    if (links.some((link) => link === event.target)) for (const other of links) other.tabIndex = other === event.target ? 0 : -1;
  });

  // The statements of a cell come from the data file of all competencies, fetched once.
  if (!url) return;
  let data = null;
  const load = () => {
    data ??= fetch(url).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    return data;
  };
  const box = make("div", "glimpse");
  box.id = "matrix-glimpse";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  let shownFor = null, wanted = null, timer = 0;
  const hide = () => {
    clearTimeout(timer);
    shownFor?.removeAttribute("aria-describedby");
    shownFor = null;
    box.hidden = true;
  };
  const fill = async (link, tapped) => {
    const answer = await load();
    const target = link.href.split("#")[0], level = Number(link.querySelector("b").textContent);
    const competency = answer?.competencies.find((one) => new URL(home + one.url, location.href).href === target);
    if (!competency || (!tapped && wanted !== link)) return Boolean(competency);
    hide();
    shownFor = link;
    const track = link.closest("td")?.dataset.track;
    const isMeant = (one) => one.level === level && (!one.track || one.track === track) && !one.not_for?.includes(track);
    const statements = competency.statements.filter(isMeant).map((one) => make("li", "", one.text));
    box.replaceChildren(make("p", "glimpse-kind competency", competency.title), make("p", "glimpse-title", `${link.firstChild.textContent.trim()} ${level}`), make("ul", "", ...statements));
    if (tapped) box.append(Object.assign(make("a", "glimpse-open", open), { href: link.href }));
    box.classList.toggle("sheet", tapped);
    if (!box.isConnected) form.after(box);
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    if (tapped) {
      box.style.removeProperty("left");
      box.style.removeProperty("top");
      return true;
    }
    const at = link.getBoundingClientRect();
    const above = at.bottom + box.offsetHeight + 16 > innerHeight && at.top > box.offsetHeight + 16;
    box.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8)) + scrollX}px`;
    box.style.top = `${(above ? at.top - box.offsetHeight - 6 : at.bottom + 6) + scrollY}px`;
    return true;
  };
  const later = (wait, action) => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
  const linkAt = (target) => {
    const link = target instanceof Element ? target.closest("tbody td")?.querySelector("a") : null;
    return link && table.contains(link) ? link : null;
  };
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const link = linkAt(event.target);
    if (link) {
      wanted = link;
      if (link === shownFor) clearTimeout(timer);
      else later(200, () => fill(link, false));
    } else if (box.contains(event.target)) {
      clearTimeout(timer);
    } else if (wanted !== document.activeElement) {
      wanted = null;
      later(shownFor ? 250 : 0, hide);
    }
  });
  table.addEventListener("focusin", (event) => {
    const link = linkAt(event.target);
    if (!link?.matches(":focus-visible")) return;
    wanted = link;
    later(150, () => fill(link, false));
  });
  table.addEventListener("focusout", () => {
    wanted = null;
    if (!box.classList.contains("sheet")) hide();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && shownFor) hide(); });
  let touched = false;
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (touched && shownFor && !box.contains(event.target) && linkAt(event.target) !== shownFor) hide();
  });
  // The first tap shows the statements, and the second one follows the link.
  table.addEventListener("click", async (event) => {
    const link = linkAt(event.target);
    if (!touched || !link || link === shownFor || event.defaultPrevented) return;
    event.preventDefault();
    if (!await fill(link, true)) location.assign(link.href);
  });
  addEventListener("pagehide", hide);
})();
