// Edits a table as a grid with one field for each cell. Rows that nobody touched keep their bytes.
// If the pipes of the table are below each other, they stay so.
(() => {
  const { make, say, surfaces } = globalThis.rolebook;
  const { field, tool, focus } = surfaces;
  const LINE = 1;

  surfaces.table = (table, { changed, prepare }) => {
    const rows = table.rows.map(copied);
    let columns = rows[0].cells.length;
    let current = rows[0].cells[0];
    const widths = rows[0].cells.map((cell) => length(cell.source));
    // Whether a column has its text at the right, as its colons say.
    const sides = rows[LINE].cells.map((cell, n) => {
      const found = cell.text.match(/^(:?)-+(:?)$/);
      const isPadded = rows.some((row, at) => at !== LINE && /^ {2,}\S/.test(row.cells[n]?.source ?? ""));
      return !isPadded || !found || !found[2] ? "left" : found[1] ? "center" : "right";
    });

    const grid = make("table", { class: "rolebook-grid" });
    const tools = [
      tool("+ Row", "Add a row below", () => addRow()),
      tool("↑", "Move this row up", () => moveRow(-1)),
      tool("↓", "Move this row down", () => moveRow(1)),
      tool("− Row", "Remove this row", () => removeRow()),
      tool("+ Column", "Add a column after this one", () => addColumn()),
      tool("←", "Move this column left", () => moveColumn(-1)),
      tool("→", "Move this column right", () => moveColumn(1)),
      tool("− Column", "Remove this column", () => removeColumn()),
    ];
    const keys = make("p", { class: "rolebook-keys", text: "Tab and the arrow keys go from cell to cell. Enter goes to the cell below and adds a row at the end. Alt with the arrow keys moves a row or a column." });
    const element = make("div", {}, make("div", { class: "rolebook-grid-scroll" }, grid), make("div", { class: "rolebook-row-tools", role: "toolbar", "aria-label": "This row and column" }, ...tools), keys);
    draw();

    function draw(at = null) {
      const names = rows[0].cells.map((cell, n) => cell.text.trim() || "column " + (n + 1));
      const shown = rows.filter((_, n) => n !== LINE);
      const lines = shown.map((row, y) => {
        while (row.cells.length < columns) row.cells.push({ source: "", text: "", isMissing: true });
        return make("tr", {}, ...row.cells.map((cell, x) => {
          if (!cell.holder) build(cell, y === 0 ? "th" : "td");
          cell.area.setAttribute("aria-label", y === 0 ? "Header of column " + (x + 1) : "Row " + y + ", " + names[x]);
          return cell.holder;
        }));
      });
      grid.replaceChildren(make("thead", {}, lines[0]), make("tbody", {}, ...lines.slice(1)));
      if (at) focus(at.area);
    }

    function build(cell, name) {
      cell.area = field("", cell.text);
      cell.holder = make(name, name === "th" ? { scope: "col" } : {}, cell.area, ...prepare(cell.area));
      cell.holder.addEventListener("focusin", () => { current = cell; });
      cell.area.addEventListener("input", () => {
        cell.text = cell.area.value;
        put(cell);
        write();
      });
      cell.area.addEventListener("keydown", (event) => press(event, cell));
    }

    function place(cell) {
      const y = rows.findIndex((row) => row.cells.includes(cell));
      return { y, x: rows[y].cells.indexOf(cell), row: rows[y] };
    }

    function press(event, cell) {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      const { selectionStart: start, selectionEnd: end, value } = cell.area;
      const [isFirst, isLast] = [start === end && start === 0, start === end && end === value.length];
      const moves = { ArrowUp: () => moveRow(-1), ArrowDown: () => moveRow(1), ArrowLeft: () => moveColumn(-1), ArrowRight: () => moveColumn(1) };
      if (event.altKey) {
        if (!moves[event.key]) return;
        moves[event.key]();
      } else if (event.key === "Enter") {
        const next = event.shiftKey ? near(cell, -1, 0) : near(cell, 1, 0);
        if (next) focus(next.area);
        else if (!event.shiftKey) addRow(place(cell).x);
      } else {
        const to = event.shiftKey ? null : event.key === "ArrowUp" ? near(cell, -1, 0) : event.key === "ArrowDown" ? near(cell, 1, 0)
          : event.key === "ArrowLeft" && isFirst ? near(cell, 0, -1) : event.key === "ArrowRight" && isLast ? near(cell, 0, 1) : null;
        if (!to) return;
        focus(to.area, event.key === "ArrowRight" ? 0 : undefined);
      }
      event.preventDefault();
      event.stopPropagation();
    }

    /** Returns the cell some rows below and some columns to the right. */
    function near(cell, down, right) {
      const { y, x } = place(cell);
      const row = rows[y + down === LINE ? y + 2 * down : y + down];
      return row && row.cells[x + right];
    }

    /* Writing */

    function write() {
      changed(rows.map(line).join("\n"));
    }

    function line(row) {
      const filled = row.cells.findLastIndex((cell) => !cell.isMissing) + 1;
      return row.open + row.cells.slice(0, filled).map((cell) => cell.source).join("|") + row.close;
    }

    // Gives a cell its Markdown, and in an aligned table the others of a column that has become
    // wider.
    function put(cell) {
      const { x, row } = place(cell);
      for (const other of row.cells.slice(0, x + 1)) {
        if (other.isMissing) Object.assign(other, { isMissing: false, source: blank(row.cells.indexOf(other)) });
      }
      const text = cell.text.trim().replace(/\s*\n\s*/g, " ").replace(/\|/g, (pipe, at, all) => (all[at - 1] === "\\" ? pipe : "\\|"));
      const safe = /(^|[^\\])(\\\\)*\\$/.test(text) ? text + " " : text;
      if (!table.aligned) {
        const [, before, after] = cell.source.trim() ? cell.source.match(/^(\s*)[^]*?(\s*)$/) : ["", " ", " "];
        cell.source = (before || (x > 0 || row.open ? before : "")) + safe + after;
        return;
      }
      const wanted = length(safe) + 2;
      if (wanted > widths[x]) widen(x, wanted);
      cell.source = padded(safe, x);
    }

    function padded(text, x) {
      const room = Math.max(0, widths[x] - length(text) - 2);
      const before = sides[x] === "right" ? room : sides[x] === "center" ? Math.floor(room / 2) : 0;
      return " ".repeat(before + 1) + text + " ".repeat(room - before + 1);
    }

    function widen(x, width) {
      const more = width - widths[x];
      widths[x] = width;
      for (const row of rows) {
        const cell = row.cells[x];
        if (row === rows[LINE]) cell.source = cell.source.replace("-", "-".repeat(more + 1));
        else if (!cell.isMissing) cell.source = sides[x] === "left" ? cell.source + " ".repeat(more) : padded(cell.source.trim(), x);
      }
    }

    function blank(x) {
      return " ".repeat(table.aligned ? widths[x] : 2);
    }

    /* Rows and columns */

    function at() {
      return current && rows.some((row) => row.cells.includes(current)) ? place(current) : { y: 0, x: 0, row: rows[0] };
    }

    function addRow(column = null) {
      const { y, x } = at();
      const row = { open: rows[0].open || "|", close: rows[0].close || "|", cells: rows[0].cells.map((_, n) => ({ source: blank(n), text: "" })) };
      rows.splice(Math.max(y, LINE) + 1, 0, row);
      show(row.cells[column ?? x], "Added a row.");
    }

    function moveRow(step) {
      const { y, row } = at();
      if (y <= LINE || y + step <= LINE || !rows[y + step]) return;
      rows.splice(y, 1);
      rows.splice(y + step, 0, row);
      show(current, step < 0 ? "Moved the row up." : "Moved the row down.");
    }

    function removeRow() {
      const { y, x } = at();
      if (y <= LINE) return say("The header stays. To remove the whole table, change it as Markdown.");
      rows.splice(y, 1);
      show((rows[y] || (y - 1 === LINE ? rows[0] : rows[y - 1])).cells[x], "Removed the row.");
    }

    function addColumn() {
      const { x, row } = at();
      widths.splice(x + 1, 0, 5);
      sides.splice(x + 1, 0, "left");
      whole();
      for (const one of rows) one.cells.splice(x + 1, 0, one === rows[LINE] ? { source: dashes(rows[LINE].cells[x].source), text: "" } : { source: table.aligned ? "     " : "  ", text: "" });
      columns += 1;
      show(row.cells[x + 1], "Added a column.");
    }

    // The new column is written like the one beside it.
    function dashes(beside) {
      return /^\s/.test(beside) ? " --- " : table.aligned ? "-----" : "---";
    }

    function moveColumn(step) {
      const { x } = at();
      if (x + step < 0 || x + step >= columns) return;
      whole();
      for (const list of [widths, sides, ...rows.map((row) => row.cells)]) [list[x], list[x + step]] = [list[x + step], list[x]];
      show(current, step < 0 ? "Moved the column left." : "Moved the column right.");
    }

    function removeColumn() {
      const { x, row } = at();
      if (columns === 1) return say("A table needs at least one column. To remove all of it, change it as Markdown.");
      whole();
      for (const list of [widths, sides, ...rows.map((row) => row.cells)]) list.splice(x, 1);
      columns -= 1;
      show(row.cells[Math.min(x, columns - 1)], "Removed the column.");
    }

    // Writes cells that rows had left out, and the pipes at both ends, without which a table of one
    // column would be a paragraph.
    function whole() {
      for (const row of rows) {
        Object.assign(row, { open: row.open.includes("|") ? row.open : row.open + "|", close: row.close.includes("|") ? row.close : "|" });
        row.cells.forEach((cell, n) => { if (cell.isMissing) Object.assign(cell, { isMissing: false, source: blank(n) }); });
      }
    }

    function show(cell, text) {
      draw(cell);
      write();
      say(text);
    }

    return { name: "Table", element, hasAttributes: false, active: () => current.area, focus: () => focus(current.area) };
  };

  function copied(row) {
    return { ...row, cells: row.cells.map((cell) => ({ ...cell })) };
  }

  function length(text) {
    return [...text].length;
  }
})();
