// Turns what each program writes to the clipboard into ordinary HTML: Word's styles, Google's spans,
// Notion's and Confluence's boxes, the links of redirecting services. Counts what is left out.
(() => {
  const { orderLists } = globalThis.rolebook;
  const GONE = "script, template, head, title, meta, link, noscript";
  const MONO = /font-family:[^;]*(consolas|courier|monospace|menlo|monaco|roboto mono|source code|sfmono|fira code)/i;
  const BOXES = { info: "NOTE", information: "NOTE", note: "NOTE", tip: "TIP", success: "TIP", warning: "WARNING", error: "CAUTION" };

  const styleOf = (element) => element.dataset.style || "";

  /** Changes a parsed document with a style sheet. `lose` is called with the name of each thing that can't be kept. */
  function clean(page, sheet, lose) {
    const { body } = page;
    const all = (selector) => [...body.querySelectorAll(selector)].filter((element) => element.isConnected);
    classes(page, sheet);
    for (const element of page.querySelectorAll(GONE)) element.remove();
    comments(all, lose);
    leftOut(all, lose);
    // Google Docs wraps everything in bold text that isn't bold.
    for (const element of all('[id^="docs-internal-guid"], o\\:p, font, center')) element.replaceWith(...element.childNodes);
    styles(all, lose);
    boxes(all);
    notes(all);
    monospaced(body, all);
    orderLists(body);
    headings(all);
  }

  // Excel describes cells in a style sheet, by classes of numbers.
  function classes(page, sheet) {
    for (const [, name, rules] of sheet.matchAll(/\.(xl\d+)\s*\{([^}]*)\}/g)) {
      for (const element of page.querySelectorAll("." + name)) element.dataset.style = rules.replace(/\s+/g, " ") + ";" + styleOf(element);
    }
  }

  function comments(all, lose) {
    const words = all(".msocomanchor");
    for (const anchor of words) {
      lose("comment");
      (anchor.closest(".MsoCommentReference") || anchor).remove();
    }
    for (const element of all("[data-style]")) if (/mso-element:\s*comment-list/i.test(styleOf(element))) element.remove();
    for (const anchor of all('a[href^="#cmnt_ref"]')) (anchor.closest("div") || anchor).remove();
    for (const anchor of all('a[href^="#cmnt"]')) {
      lose("comment");
      (anchor.closest("sup") || anchor).remove();
    }
  }

  function leftOut(all, lose) {
    // Word and Confluence write the contents of the document as paragraphs with page numbers.
    const contents = all('[class^="MsoToc"], .toc-macro');
    if (contents.length) lose("table of contents");
    contents.forEach((element) => element.remove());
    for (const element of all("[data-style]")) {
      const isBreak = /mso-break-type|page-break/i.test(styleOf(element)) && !element.textContent.trim();
      if (!/display:\s*none|mso-hide:\s*all/i.test(styleOf(element)) || isBreak) continue;
      if (element.textContent.trim()) lose(element.matches("tr, td, col") ? "hidden row" : "hidden passage");
      element.remove();
    }
    const macros = all("[data-extension-key], [data-macro-name], img.editor-inline-macro");
    for (const element of macros) {
      if (element.textContent.trim()) continue;
      lose("macro");
      element.remove();
    }
    for (const element of all(".katex, math, m\\:omath, [data-equation]")) {
      // Many programs put the source next to what they draw.
      const source = element.dataset.equation || element.querySelector('annotation[encoding="application/x-tex"]')?.textContent;
      if (source) {
        const made = element.ownerDocument.createElement("code");
        made.textContent = source;
        element.replaceWith(made);
      } else {
        lose("equation");
        element.remove();
      }
    }
    for (const element of all("iframe, object, embed, video, audio, canvas, svg")) {
      lose("embedded object");
      element.remove();
    }
    for (const element of all('input:not([type="checkbox"]), select, textarea, button')) {
      if (element.getAttribute("type") !== "hidden") lose("form field");
      element.remove();
    }
  }

  // Word names the style of a paragraph in its class, in every language, and the level of a heading
  // in its style.
  function styles(all, lose) {
    for (const element of all("p, div")) {
      const level = styleOf(element).match(/mso-outline-level:\s*(\d)/i) || element.className.match(/^MsoHeading(\d)/);
      if (level) rename(element, "h" + Math.min(6, Number(level[1])));
      else if (/\bMsoTitle/.test(element.className)) rename(element, "h1").dataset.top = "";
      else if (/\bMso(Intense)?Quote/.test(element.className)) quoted(element);
    }
    for (const element of all("del, s, strike, span, sup, sub, u, mark, font")) {
      const style = styleOf(element);
      if (/vertical-align:\s*super/i.test(style)) rename(element, "sup");
      else if (/vertical-align:\s*sub/i.test(style)) rename(element, "sub");
      const isLink = element.closest("a") || element.querySelector("a");
      if (element.matches("u") || (/text-decoration[^;]*:\s*[^;]*underline/i.test(style) && !isLink)) if (element.textContent.trim()) lose("underlining");
      if (element.matches("mark") || /mso-highlight/i.test(style)) lose("highlighting");
    }
  }

  function quoted(element) {
    const before = element.previousElementSibling;
    const quote = before?.matches("blockquote[data-word]") ? before : element.ownerDocument.createElement("blockquote");
    quote.dataset.word = "";
    if (quote !== before) element.before(quote);
    quote.append(element);
  }

  function rename(element, name) {
    const made = element.ownerDocument.createElement(name);
    for (const { name: key, value } of element.attributes) if (/^[a-z][\w-]*$/i.test(key)) made.setAttribute(key, value);
    made.append(...element.childNodes);
    element.replaceWith(made);
    return made;
  }

  /* Panels, boxes, and text that opens */

  function boxes(all) {
    for (const element of all("[data-panel-type]")) box(element, BOXES[element.dataset.panelType] || "NOTE", "");
    for (const element of all(".confluence-information-macro")) {
      const kind = element.className.match(/information-macro-(\w+)/) || ["", "note"];
      const title = element.querySelector(".title");
      box(element, BOXES[kind[1]] || "NOTE", title ? title.textContent.trim() : "", title);
    }
    for (const element of all(".panel:not(.code)")) {
      const head = element.querySelector(".panelHeader");
      box(element, "NOTE", head ? head.textContent.trim() : "", head);
    }
    for (const element of all("aside")) box(element, "NOTE", "");
    for (const element of all("summary, [data-node-type=expand] > [data-title], .expand-control")) rename(wrap(element, "b"), "p");
    for (const element of all("[data-node-type=expand][data-title]")) {
      const title = element.ownerDocument.createElement("p");
      title.append(element.dataset.title);
      wrap(title, "b");
      element.prepend(title);
    }
    for (const element of all(".code.panel > .codeHeader")) rename(wrap(element, "b"), "p");
  }

  function box(element, kind, title, head = null) {
    if (head) head.remove();
    rename(element, "blockquote").dataset.box = "[!" + kind + "]" + (title ? " " + title : "");
  }

  /** Puts the children of an element into a new one, and returns the element. */
  function wrap(element, name) {
    const made = element.ownerDocument.createElement(name);
    made.append(...element.childNodes);
    element.append(made);
    return element;
  }

  /* Footnotes of Word and Google Docs */

  function notes(all) {
    for (const anchor of all('a[href^="#_ftnref"], a[href^="#ftnt_ref"]')) {
      const number = anchor.getAttribute("href").match(/\d+$/);
      const holder = anchor.closest('div[id^="ftn"]') || anchor.closest("div, p");
      anchor.remove();
      if (!number || !holder) continue;
      if (holder.parentElement.matches("[data-style*='footnote-list']")) holder.parentElement.querySelectorAll("hr").forEach((line) => line.remove());
      holder.dataset.note = number[0];
    }
    for (const anchor of all('a[href^="#_ftn"], a[href^="#ftnt"]')) {
      const number = anchor.getAttribute("href").match(/\d+$/);
      if (!number) continue;
      const made = anchor.ownerDocument.createElement("span");
      made.dataset.noteOf = number[0];
      (anchor.closest("sup") || anchor).replaceWith(made);
    }
  }

  /* Code */

  function monospaced(body, all) {
    const mono = all("[data-style]").filter((element) => MONO.test(styleOf(element)) && !element.closest("pre, code"));
    const length = (element) => element.textContent.replace(/\s/g, "").length;
    const outer = mono.filter((element) => !mono.some((other) => other !== element && other.contains(element)));
    // If everything has such a font, it is only the font of the message.
    if (outer.reduce((sum, element) => sum + length(element), 0) > 0.9 * length(body)) return;
    const isWhole = (element) => element.textContent.trim() && outer.filter((own) => element.contains(own) || own === element).reduce((sum, own) => sum + length(own), 0) === length(element);
    for (const first of all("p, div")) {
      if (!isLine(first) || !isWhole(first)) continue;
      const run = [first];
      for (let next = first.nextElementSibling; next && isLine(next) && (isWhole(next) || (!next.textContent.trim() && next.nextElementSibling && isLine(next.nextElementSibling) && isWhole(next.nextElementSibling))); next = next.nextElementSibling) run.push(next);
      const pre = first.ownerDocument.createElement("pre");
      for (const line of run) line.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
      pre.textContent = run.map((line) => line.textContent.replace(/\u00a0/g, " ").trimEnd()).join("\n");
      first.before(pre);
      run.forEach((line) => line.remove());
    }
    for (const element of outer) if (element.isConnected && length(element) && element.matches("span, font")) rename(element, "code");
  }

  function isLine(element) {
    return element.matches("p, div") && !element.closest("li, td, th, pre") && !element.querySelector("p, div, table, ul, ol, pre");
  }

  /* Headings */

  function headings(all) {
    // Google Docs writes its title as a paragraph of large letters.
    for (const element of all("p")) {
      const spans = [...element.querySelectorAll("span")].filter((span) => span.textContent.trim());
      const size = (span) => Number((styleOf(span).match(/font-size:\s*([\d.]+)pt/i) || ["", "0"])[1]);
      if (spans.length && spans.every((span) => size(span) >= 20) && !element.closest("li, td")) rename(element, "h1").dataset.top = "";
    }
    for (const element of all("h1, h2, h3, h4, h5, h6")) if (!element.textContent.trim() && !element.querySelector("img")) element.remove();
    // The chapter has the heading of the first level already. A document's title is above all others.
    const titles = all("[data-top]");
    const others = all("h1, h2, h3, h4, h5, h6").filter((element) => element.dataset.top === undefined);
    const least = Math.min(...others.map((element) => Number(element.nodeName[1])));
    const down = Math.max(0, (titles.length ? 3 : 2) - least);
    for (const element of others) rename(element, "h" + Math.min(6, Number(element.nodeName[1]) + down));
    for (const element of titles) rename(element, "h2");
  }

  /** Returns where a link leads, without the service that counts the clicks. */
  function target(address) {
    try {
      const url = new URL(address);
      const isGoogle = /^(www\.)?google\.[a-z.]+$/.test(url.hostname) && url.pathname === "/url";
      const isOutlook = url.hostname.endsWith("safelinks.protection.outlook.com");
      const inner = isGoogle ? url.searchParams.get("q") || url.searchParams.get("url") : isOutlook ? url.searchParams.get("url") : null;
      return inner && /^(https?|mailto):/i.test(inner) ? inner : address;
    } catch {
      return address;
    }
  }

  Object.assign(globalThis.rolebook, { cleanPaste: clean, linkTarget: target });
})();
