// Puts lists in order before pasted text becomes Markdown: paragraphs that only look like lists, as
// Word and e-mails have them, lists whose levels are only written in attributes, and tasks.
(() => {
  const GLYPHS = /^[\s\u00a0]*([·•▪◦‣●○■❖➢✓\uf0b7\uf0a7\uf0d8\uf0fc])[\s\u00a0]*/;
  // These begin an item only in paragraphs that Word calls a list.
  const WORD_GLYPHS = /^[\s\u00a0]*(o|§|Ø|ü|v|[-–—*])[\s\u00a0]+/;
  const NUMBER = /^[\s\u00a0]*\(?(\d{1,3}|[a-z]|[ivx]{1,5})[.)][\s\u00a0]+/i;
  const IGNORED = /mso-list:\s*ignore/i;

  const styleOf = (element) => element.dataset.style || "";
  const isListed = (element) => /MsoList/.test(element.className);

  function order(body) {
    for (const element of body.querySelectorAll("p, div")) if (element.isConnected && !element.matches("li p, li div")) collect(element);
    indented(body);
    // A list directly in a list belongs to the item before it.
    for (const inner of body.querySelectorAll(":is(ul, ol) > :is(ul, ol)")) {
      const before = inner.previousElementSibling;
      if (before) before.append(inner);
      else inner.replaceWith(...inner.children);
    }
    together(body);
    tasks(body);
  }

  // Notion exports each item as a list of its own.
  function together(body) {
    for (const list of body.querySelectorAll(":is(ul, ol) + :is(ul, ol)")) {
      const before = list.previousElementSibling;
      const isText = (node) => node.nodeType === 3 && node.nodeValue.trim();
      if (before.nodeName !== list.nodeName || isText(list.previousSibling)) continue;
      const next = (Number(before.getAttribute("start")) || 1) + before.children.length;
      if (list.nodeName === "OL" && Number(list.getAttribute("start")) !== next) continue;
      // The list before may be the item's own inner list.
      list.prepend(...before.childNodes);
      if (before.hasAttribute("start")) list.setAttribute("start", before.getAttribute("start"));
      else list.removeAttribute("start");
      before.remove();
    }
  }

  /* Paragraphs that are items */

  // Makes a list of this paragraph and those that follow it, if they are items.
  function collect(first) {
    const items = [];
    for (let next = first; next; next = next.nextElementSibling) {
      if (!next.matches("p, div") || next.querySelector("p, div, table, ul, ol")) break;
      const item = itemOf(next, items);
      // An empty paragraph between two items has no meaning.
      if (!item && items.length && !next.textContent.trim() && next.nextElementSibling && itemOf(next.nextElementSibling, items)) continue;
      if (!item) break;
      items.push(item);
    }
    const typed = items.filter((item) => item.isTyped);
    const isList = typed.length < items.length || (items.length > 1 && items.every((item, n) => n === 0 || item.number === items[n - 1].number + 1));
    if (!items.length || !isList) return;
    const marker = document.createComment("");
    first.before(marker);
    const least = Math.min(...items.map((item) => item.level));
    for (const item of items) {
      if (item.cut) cut(item.element, item.cut);
      item.element.querySelectorAll("span").forEach((span) => { if (IGNORED.test(styleOf(span))) span.remove(); });
      item.level -= least - 1;
    }
    build(marker, items);
  }

  /** Describes a paragraph as an item, or returns null. `before` are the items before it. */
  function itemOf(element, before) {
    const text = element.textContent;
    const level = styleOf(element).match(/mso-list:\s*l\d+\s+level(\d+)/i);
    const margin = Math.max(1, Math.round(points(styleOf(element)) / 36));
    if (level) {
      const mark = [...element.querySelectorAll("span")].find((span) => IGNORED.test(styleOf(span)));
      return { element, level: Number(level[1]), ...kind(mark ? mark.textContent : "") };
    }
    const glyph = text.match(GLYPHS) || (isListed(element) && text.match(WORD_GLYPHS));
    if (glyph) return { element, level: margin, cut: glyph[0].length, isOrdered: false };
    const number = text.match(NUMBER);
    if (number && isListed(element)) return { element, level: margin, cut: number[0].length, ...kind(number[0]) };
    if (number && /^\d/.test(number[1])) return { element, level: 1, cut: number[0].length, isTyped: true, ...kind(number[0]) };
    // A paragraph of a list without a mark belongs to the item before it.
    if (isListed(element) && before.length && text.trim()) return { element, level: before.at(-1).level, isMore: true };
    return null;
  }

  function kind(mark) {
    const text = mark.replace(/[\s\u00a0]+/g, "");
    const number = text.match(/^\(?(?:\d+\.)*(\d+|[a-z]+)[.)]?$/i);
    if (!number || (/^[a-z]$/i.test(text) && text === "o")) return { isOrdered: false };
    const isDigits = /^\d+$/.test(number[1]);
    const letter = number[1].toLowerCase();
    return { isOrdered: true, number: isDigits ? Number(number[1]) : letter.length === 1 && !/[ivx]/.test(letter) ? letter.charCodeAt(0) - 96 : 1 };
  }

  function points(style) {
    const found = style.match(/margin-left:\s*([\d.]+)(pt|in|cm|px)/i);
    const units = { pt: 1, in: 72, cm: 28.35, px: 0.75 };
    return found ? Number(found[1]) * units[found[2].toLowerCase()] : 0;
  }

  function cut(element, length) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let left = length;
    while (left > 0 && walker.nextNode()) {
      const node = walker.currentNode;
      const own = Math.min(left, node.nodeValue.length);
      node.nodeValue = node.nodeValue.slice(own);
      left -= own;
    }
  }

  /** Builds nested lists from items with levels, in place of `marker`. */
  function build(marker, items) {
    const lists = [];
    for (const item of items) {
      if (item.isMore) {
        const last = lists.at(-1)?.lastElementChild;
        if (last) last.append(paragraph(item.element));
        continue;
      }
      const depth = Math.min(item.level, lists.length + 1);
      lists.length = Math.min(lists.length, depth);
      const name = item.isOrdered ? "OL" : "UL";
      if (lists.length === depth && lists[depth - 1].nodeName !== name) lists.length = depth - 1;
      if (lists.length < depth) {
        const list = marker.ownerDocument.createElement(name);
        if (item.isOrdered && item.number > 1) list.setAttribute("start", String(item.number));
        const holder = lists[depth - 2]?.lastElementChild;
        if (holder) holder.append(list);
        else marker.before(list);
        lists.push(list);
      }
      const li = item.element.nodeName === "LI" ? item.element : marker.ownerDocument.createElement("li");
      if (li !== item.element) {
        li.append(...item.element.childNodes);
        item.element.remove();
      }
      lists[depth - 1].append(li);
    }
    marker.remove();
  }

  function paragraph(element) {
    const made = element.ownerDocument.createElement("p");
    made.append(...element.childNodes);
    element.remove();
    return made;
  }

  // Slack writes each level as a list of its own, one after the other.
  function indented(body) {
    for (const first of body.querySelectorAll(":is(ul, ol)[data-indent]")) {
      if (!first.isConnected) continue;
      const run = [first];
      while (run.at(-1).nextElementSibling?.matches(":is(ul, ol)[data-indent]")) run.push(run.at(-1).nextElementSibling);
      if (run.length < 2) continue;
      const marker = document.createComment("");
      first.before(marker);
      const item = (list, element, n) => ({ element, level: Number(list.dataset.indent) + 1, isOrdered: list.nodeName === "OL", number: n ? 0 : Number(list.getAttribute("start")) || 1 });
      const items = run.flatMap((list) => [...list.children].map((element, n) => item(list, element, n)));
      build(marker, items);
      for (const list of run) if (!list.children.length) list.remove();
    }
  }

  /* Tasks */

  // Writes into `data-task` whether a task is done.
  function tasks(body) {
    for (const holder of body.querySelectorAll('[data-node-type="actionList"], [data-node-type="taskList"]')) {
      const list = holder.ownerDocument.createElement("ul");
      for (const element of holder.querySelectorAll("[data-task-state]")) {
        const li = holder.ownerDocument.createElement("li");
        li.dataset.task = element.dataset.taskState === "DONE" ? "x" : " ";
        li.append(...element.childNodes);
        list.append(li);
      }
      holder.replaceWith(list);
    }
    for (const li of body.querySelectorAll("li")) {
      const own = (selector) => [...li.querySelectorAll(selector)].find((found) => found.closest("li") === li);
      const box = own('input[type="checkbox"]');
      const mark = own(".checkbox");
      const icon = li.getAttribute("role") === "checkbox" ? own("img") : null;
      if (box) task(li, box.hasAttribute("checked"), box);
      else if (mark) task(li, mark.classList.contains("checkbox-on"), mark);
      else if (li.getAttribute("role") === "checkbox") task(li, li.getAttribute("aria-checked") === "true", icon);
      else if (li.matches(".inline-task-list > li, [data-inline-task-id]")) task(li, li.classList.contains("checked"), null);
      else {
        const typed = li.textContent.match(/^\s*\[([ xX]?)\]\s+/);
        if (typed && li.firstChild.textContent.includes("]")) {
          cut(li, typed[0].length);
          task(li, /x/i.test(typed[1]), null);
        }
      }
    }
  }

  function task(li, isDone, mark) {
    li.dataset.task = isDone ? "x" : " ";
    if (mark) mark.remove();
  }

  globalThis.rolebook.orderLists = order;
})();
