// Edits a heading without its attributes, and a list as one field for each item. Items that nobody
// touched keep their bytes, and what belongs to an item (its attributes, further paragraphs, the
// items below it) goes where the item goes.
(() => {
  const { make, say } = globalThis.rolebook;
  /** @type {Record<string, any>} */
  const surfaces = {};
  globalThis.rolebook.surfaces = surfaces;

  /* Shared with tables */

  function field(label, value) {
    const area = make("textarea", { class: "rolebook-part", rows: "1", spellcheck: "true", "aria-label": label });
    area.value = value;
    return area;
  }

  function tool(text, label, click) {
    return make("button", { type: "button", class: "rolebook-tool", text, title: label, "aria-label": label, on: { click } });
  }

  function focus(area, at = area.value.length) {
    area.focus();
    area.setSelectionRange(at, at);
  }

  Object.assign(surfaces, { field, tool, focus });

  // The field with the attributes of an item or a heading.
  function attributesOf(part, label, changed) {
    const input = make("input", { class: "rolebook-attributes", "aria-label": label, spellcheck: "false", autocomplete: "off" });
    input.value = part.attributes.trim();
    const before = part.attributes;
    input.addEventListener("input", () => {
      const text = input.value.trim();
      part.attributes = text === before.trim() ? before : text && " " + text;
      changed();
    });
    return input;
  }

  /* A heading */

  surfaces.heading = (heading, { changed, prepare }) => {
    const part = { ...heading };
    const area = field("Text of this heading", part.text);
    const write = () => {
      part.text = area.value.replace(/\s*\n\s*/g, " ");
      const gap = part.text && /#$/.test(part.before) ? " " : "";
      const isSame = area.value === heading.text && part.attributes === heading.attributes;
      changed(part.before + gap + (isSame ? heading.text : part.text) + part.attributes + part.after);
    };
    const attributes = attributesOf(part, "Attributes of this heading", write);
    area.addEventListener("input", write);
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.isComposing) event.preventDefault();
    });
    return { name: "Heading", element: make("div", { class: "rolebook-item" }, area, attributes, ...prepare(area)), hasAttributes: true, active: () => area, focus: () => focus(area) };
  };

  /* A list */

  surfaces.list = (list, { changed, prepare }) => {
    const items = list.items.map((was, index) => ({ ...was, was, index }));
    const gaps = usual(list.items);
    numberGroups(items);
    let current = items[0];

    const holder = make("ol", { class: "rolebook-items" });
    const tools = [
      tool("+", "Add an item below", () => add(current)),
      tool("↑", "Move this item up", () => move(current, -1)),
      tool("↓", "Move this item down", () => move(current, 1)),
      tool("→", "Put this item inside the one above", () => indent(current)),
      tool("←", "Move this item out one level", () => outdent(current)),
      tool("×", "Remove this item", () => remove(current)),
    ];
    const keys = make("p", { class: "rolebook-keys", text: "Enter adds an item. Alt with the arrow keys moves an item up and down, in and out. Backspace in an empty item removes it." });
    const element = make("div", {}, holder, make("div", { class: "rolebook-row-tools", role: "toolbar", "aria-label": "This item" }, ...tools), keys);
    draw();

    function write() {
      changed(written(items, gaps));
    }

    function draw(at = null, caret) {
      const numbers = [];
      for (const item of items) {
        numbers.length = item.depth + 1;
        numbers[item.depth] = (numbers[item.depth] ?? 0) + 1;
        if (!item.node) build(item);
        const label = "Item " + numbers.join(".");
        item.area.setAttribute("aria-label", label);
        item.attributesField.setAttribute("aria-label", "Attributes of item " + numbers.join("."));
        item.box?.setAttribute("aria-label", label + " is done");
        item.node.style.setProperty("--depth", String(item.depth));
      }
      holder.replaceChildren(...items.map((item) => item.node));
      if (at) focus(at.area, caret);
    }

    function build(item) {
      item.area = field("", item.text);
      item.attributesField = attributesOf(item, "", write);
      item.box = item.task ? make("input", { type: "checkbox", class: "rolebook-task" }) : null;
      if (item.box) {
        item.box.checked = /x/i.test(item.task);
        item.box.addEventListener("change", () => {
          item.task = item.task.replace(/\[.\]/, item.box.checked ? "[x]" : "[ ]");
          write();
        });
      }
      const grip = make("span", { class: "rolebook-grip", draggable: "true", "aria-hidden": "true", text: "⠿" });
      item.node = make("li", { class: "rolebook-item" }, grip, item.box, item.area, item.attributesField, ...prepare(item.area, true));
      item.node.addEventListener("focusin", () => { current = item; });
      item.area.addEventListener("input", () => {
        item.text = item.area.value;
        write();
      });
      item.area.addEventListener("keydown", (event) => press(event, item));
      item.area.addEventListener("paste", (event) => paste(event, item));
      drag(grip, item);
    }

    function press(event, item) {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      const { selectionStart: start, selectionEnd: end } = item.area;
      const isEmpty = item.text === "";
      const arrows = { ArrowUp: () => move(item, -1), ArrowDown: () => move(item, 1), ArrowRight: () => indent(item), ArrowLeft: () => outdent(item) };
      if (event.altKey && arrows[event.key]) arrows[event.key]();
      else if (event.altKey || (event.shiftKey && event.key === "Enter")) return;
      else if (event.key === "Enter" && isEmpty && item.depth > 0) outdent(item);
      else if (event.key === "Enter") split(item, start, end);
      else if (event.key === "Backspace" && isEmpty && items.length > 1 && below(item).length === 1) remove(item);
      else if (event.key === "ArrowUp" && start === end && !item.text.slice(0, start).includes("\n") && near(item, -1)) focus(near(item, -1).area);
      else if (event.key === "ArrowDown" && start === end && !item.text.slice(start).includes("\n") && near(item, 1)) focus(near(item, 1).area);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    function near(item, step) {
      return items[items.indexOf(item) + step];
    }

    /** Returns an item and the items below it. */
    function below(item) {
      const at = items.indexOf(item);
      let end = at + 1;
      while (items[end] && items[end].depth > item.depth) end += 1;
      return items.slice(at, end);
    }

    function parent(item) {
      return items.slice(0, items.indexOf(item)).reverse().find((other) => other.depth < item.depth) || null;
    }

    /** Returns the next item of the same list in a direction. */
    function sibling(item, step) {
      const at = items.indexOf(item);
      const side = step < 0 ? items.slice(0, at).reverse() : items.slice(at + 1);
      const next = side.find((other) => other.depth <= item.depth);
      return next && next.depth === item.depth ? next : null;
    }

    function fresh(like, text) {
      return { depth: like.depth, indent: like.indent, marker: like.marker.trimEnd() + " ", task: like.task && "[ ] ", text, attributes: "", tail: "", was: null, index: NaN, start: like.start, step: like.step };
    }

    function add(item, text = "", caret = text.length) {
      const made = fresh(item, text);
      items.splice(items.indexOf(item) + below(item).length, 0, made);
      settle(made, caret);
      return made;
    }

    function split(item, start, end) {
      const rest = item.text.slice(end);
      item.text = item.text.slice(0, start).replace(/\s+$/, "");
      item.area.value = item.text;
      add(item, rest.replace(/^\s+/, ""), 0);
    }

    // Each line of a pasted text becomes an item.
    function paste(event, item) {
      if (event.defaultPrevented) return;
      const { toMarkdown } = globalThis.rolebook;
      const html = event.clipboardData.getData("text/html");
      const text = (html && toMarkdown(html)) || event.clipboardData.getData("text/plain");
      const lines = text.split("\n").map((line) => line.trim().replace(/^(?:[-*+•·]|\d+[.)])\s+/, "")).filter(Boolean);
      if (!html && lines.length < 2) return;
      event.preventDefault();
      event.stopPropagation();
      const { selectionStart: start, selectionEnd: end } = item.area;
      const rest = item.text.slice(end);
      item.area.value = item.text = item.text.slice(0, start) + (lines[0] ?? "");
      let last = item;
      for (const line of lines.slice(1)) last = add(last, line);
      const caret = last.text.length;
      last.area.value = last.text += rest;
      settle(last, caret);
    }

    function move(item, step) {
      const other = sibling(item, step);
      if (!other) return focus(item.area, item.area.selectionStart);
      const [first, second] = step < 0 ? [other, item] : [item, other];
      const [upper, lower] = [below(first), below(second)];
      items.splice(items.indexOf(first), upper.length + lower.length, ...lower, ...upper);
      settle(item, item.area.selectionStart);
      say(step < 0 ? "Moved up." : "Moved down.");
    }

    function indent(item) {
      const above = sibling(item, -1);
      if (!above) return;
      const children = below(above).filter((other) => other.depth === item.depth + 1);
      const like = children[children.length - 1];
      for (const one of below(item)) one.depth += 1;
      replaceMarker(item, like ? like.indent : " ".repeat(content(above)), like ? like.marker : item.marker);
      Object.assign(item, like ? { start: like.start, step: like.step } : { start: 1, step: 1 });
      settle(item, item.area.selectionStart);
    }

    function outdent(item) {
      const outer = parent(item);
      if (!outer) return;
      const own = below(item);
      items.splice(items.indexOf(item), own.length);
      items.splice(items.indexOf(outer) + below(outer).length, 0, ...own);
      for (const one of own) one.depth -= 1;
      replaceMarker(item, outer.indent, outer.marker);
      Object.assign(item, { start: outer.start, step: outer.step });
      settle(item, item.area.selectionStart);
    }

    function remove(item) {
      const own = below(item);
      const at = items.indexOf(item);
      if (own.length === items.length) return say("A list needs at least one item. To remove all of it, change it as Markdown.");
      items.splice(at, own.length);
      settle(items[Math.max(0, at - 1)]);
      say(own.length > 1 ? "Removed, with what is below it." : "Removed.");
    }

    /** Changes the marker of an item. What is below it moves as far as its text does. */
    function replaceMarker(item, indentation, marker) {
      const was = content(item);
      Object.assign(item, { indent: indentation, marker });
      const by = content(item) - was;
      for (const one of below(item).slice(1)) one.indent = " ".repeat(Math.max(0, one.indent.length + by));
    }

    /** Numbers ordered lists again, shows the items and writes them. */
    function settle(item, caret) {
      for (const first of items.filter((one) => !sibling(one, -1))) {
        let number = first.start;
        for (let one = first; one; one = sibling(one, 1)) {
          const found = one.marker.match(/^\d+([.)] *)$/);
          if (found && first.start !== null && !Number.isNaN(first.step)) {
            if (Number.parseInt(one.marker, 10) !== number) replaceMarker(one, one.indent, number + found[1]);
            number += first.step;
          }
        }
      }
      draw(item, caret);
      write();
    }

    function drag(grip, item) {
      grip.addEventListener("dragstart", (event) => {
        dragged = item;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", item.text);
        event.dataTransfer.setDragImage(item.node, 0, 0);
      });
      grip.addEventListener("dragend", () => { dragged = null; });
      const target = () => (dragged && dragged !== item && dragged.depth === item.depth && parent(dragged) === parent(item) ? dragged : null);
      item.node.addEventListener("dragover", (event) => { if (target()) event.preventDefault(); });
      item.node.addEventListener("drop", (event) => {
        const own = target();
        if (!own) return;
        event.preventDefault();
        const isDown = items.indexOf(own) < items.indexOf(item);
        const moved = below(own);
        items.splice(items.indexOf(own), moved.length);
        items.splice(items.indexOf(item) + (isDown ? below(item).length : 0), 0, ...moved);
        settle(own);
      });
    }
    let dragged = null;

    return { name: "List", element, hasAttributes: true, active: () => current.area, focus: () => focus(current.area) };
  };

  /** Returns the column at which the text of an item begins. */
  function content(item) {
    return item.indent.length + item.marker.length;
  }

  /** Returns the items as Markdown. */
  function written(items, gaps) {
    return items.map((item, n) => {
      const next = items[n + 1];
      const isAsBefore = item.was && next && next.index === item.index + 1;
      return one(item) + (!next ? "" : isAsBefore ? item.was.gap : gaps(item, next));
    }).join("");
  }

  function one(item) {
    const { was } = item;
    const parts = ["indent", "marker", "task", "text", "attributes"];
    if (was && parts.every((part) => item[part] === was[part])) return was.source;
    const text = item.text.replace(/\s+$/, "").split("\n").join("\n" + " ".repeat(content(item)));
    const marker = (item.task + text + item.attributes) && !item.marker.endsWith(" ") ? item.marker + " " : item.marker;
    return item.indent + marker + item.task + text + item.attributes + shifted(item.tail, was ? content(item) - content(was) : 0);
  }

  /** Returns the lines after the first with more or less indentation. */
  function shifted(text, by) {
    if (by === 0) return text;
    return text.split("\n").map((line, n) => {
      if (n === 0 || !line.trim()) return line;
      return by > 0 ? " ".repeat(by) + line : line.replace(new RegExp("^ {0," + -by + "}"), "");
    }).join("\n");
  }

  /** Returns a function that returns what this list usually has between two items. */
  function usual(items) {
    const siblings = new Map();
    let inner = null;
    items.slice(0, -1).forEach((item, n) => {
      const next = items[n + 1];
      if (next.depth > item.depth) inner ??= item.gap;
      if (next.depth === item.depth && !siblings.has(item.depth)) siblings.set(item.depth, item.gap);
    });
    return (item, next) => (next.depth > item.depth ? inner : siblings.get(next.depth)) ?? siblings.get(0) ?? "\n";
  }

  /** Notes the first number of each ordered list, and whether its items count up. */
  function numberGroups(items) {
    const open = [];
    for (const item of items) {
      open.length = Math.min(open.length, item.depth + 1);
      open[item.depth] ??= [];
      open[item.depth].push(item);
      const group = open[item.depth];
      const numbers = group.map((one) => Number.parseInt(one.marker, 10));
      const steps = new Set(numbers.slice(1).map((number, n) => number - numbers[n]));
      // Numbers in another order stay as they are.
      const step = steps.size === 0 ? 1 : steps.size === 1 && [0, 1].includes([...steps][0]) ? [...steps][0] : NaN;
      for (const one of group) Object.assign(one, { start: Number.isNaN(numbers[0]) ? null : numbers[0], step });
    }
  }
})();
