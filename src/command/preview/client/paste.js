// Turns rich text from the clipboard into Markdown: headings, emphasis, links, lists, quotes, code
// and tables. Parses it into a document that is never shown and runs no scripts. Says what it leaves
// out.
(() => {
  const { cleanPaste, linkTarget, escaping } = globalThis.rolebook;
  const { typed, plain, settled, guarded } = escaping;
  const BLOCKS = "address, article, aside, blockquote, details, div, dl, dt, dd, fieldset, figure, figcaption, footer, form, h1, h2, h3, h4, h5, h6, header, hr, li, main, nav, ol, p, pre, section, summary, table, tbody, tr, td, ul";
  const RICH = "a[href], b, strong, i, em, h1, h2, h3, h4, h5, h6, ul, ol, table, pre, code, blockquote, del, s, strike, sup, sub, img, [data-style], [data-indent], [data-panel-type]";
  /** Stands for a picture of the clipboard that has no file name yet. */
  const PICTURE = "\ufdef";
  let lost = new Map();
  let pictures = [];

  const lose = (what, count = 1) => lost.set(what, (lost.get(what) || 0) + count);

  /**
   * Returns HTML as Markdown, or null if plain text would be the same. `lost` counts what isn't in
   * the Markdown, and `pictures` are those that it contains, as `![alt](\ufdefN\ufdef)`.
   */
  function read(html) {
    lost = new Map();
    pictures = [];
    // The page's security policy would block inline styles and handlers. Renaming the attributes
    // keeps the text of the styles, which is all that is needed.
    // A style sheet would be blocked too, so it is taken out.
    let sheet = "";
    const bare = html.replace(/<style[^>]*>([^]*?)(<\/style>|$)/gi, (_, rules) => { sheet += rules; return ""; });
    const calm = bare.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on\w+)\s*=/gi, " data-$1="));
    const page = new DOMParser().parseFromString(calm, "text/html");
    const isRich = page.body.querySelector(RICH);
    cleanPaste(page, sheet, lose);
    if (!isRich && !lost.size) return null;
    const text = plain(blocks(page.body)).replace(/\n{3,}/g, "\n\n").trim();
    return { text, lost, pictures };
  }

  function isBlock(node) {
    return node.nodeType === 1 && node.matches(BLOCKS);
  }

  // Returns blocks as Markdown. Inline nodes next to each other become one paragraph.
  function blocks(parent) {
    const out = [];
    let run = [];
    const end = () => {
      // Two line breaks begin a new paragraph.
      const whole = tidy(run.map(inline).join(""));
      for (const part of whole.split(/\n{2,}/)) if (part.trim()) out.push(written(part));
      run = [];
    };
    for (const node of parent.childNodes) {
      // Word processors wrap everything that is copied in a meaningless inline element.
      const holds = node.nodeType === 1 && !isBlock(node) && node.querySelector(BLOCKS);
      if (!isBlock(node) && !holds) {
        run.push(node);
        continue;
      }
      end();
      const text = holds ? blocks(node) : block(node);
      if (text.trim()) out.push(text);
    }
    end();
    return out.join("\n\n");
  }

  /** Returns the text of a paragraph with its line breaks. */
  function written(text) {
    return guarded(settled(text)).replaceAll("\n", "\\\n");
  }

  function block(node) {
    const name = node.nodeName.toLowerCase();
    if (node.dataset.note) return prefixed(blocks(node), "[^" + node.dataset.note + "]: ", "    ");
    if (/^h[1-6]$/.test(name)) return heading(node, Number(name[1]));
    if (name === "hr") return "---";
    if (name === "pre") return fenced(node);
    if (name === "blockquote") return quote(node);
    if (name === "ul" || name === "ol") return list(node, name === "ol");
    if (name === "table") return table(node);
    return blocks(node);
  }

  function heading(node, level) {
    // The words of a heading are bold anyway.
    const text = settled(tidy(inlines(node)).replace(/\s+/g, " ")).replace(/^\*\*([^*]+)\*\*$/, "$1").replace(/(\s)(#+)$/, "$1\\$2");
    return text ? "#".repeat(level) + " " + text : "";
  }

  function quote(node) {
    const inner = blocks(node);
    if (node.dataset.box) return prefixed(node.dataset.box + (inner ? "\n" + inner : ""), "> ", "> ");
    return inner ? prefixed(inner, "> ", "> ") : "";
  }

  function fenced(node) {
    node.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
    const text = node.textContent.replace(/\u00a0/g, " ").replace(/^\n|\s+$/g, "");
    const longest = Math.max(2, ...(text.match(/`+/g) || []).map((run) => run.length));
    const fence = "`".repeat(longest + 1);
    const hint = (node.querySelector("code") || node).className + " " + (node.dataset.syntaxhighlighterParams || "") + " " + (node.dataset.language || "");
    const language = (hint.match(/(?:language-|brush:\s*)([\w+#-]+)/) || ["", node.dataset.language || ""])[1];
    return fence + language.toLowerCase() + "\n" + text + "\n" + fence;
  }

  function list(node, isOrdered) {
    const items = [...node.children].filter((child) => child.nodeName === "LI");
    let number = Number(node.getAttribute("start")) || 1;
    const texts = items.map((item) => {
      const mark = isOrdered ? number++ + ". " : "- ";
      const task = item.dataset.task ? "[" + item.dataset.task + "] " : "";
      const inner = task + blocks(item).replace(/\n\n(?=\s*(?:[-*]|1\.) )/g, "\n");
      return prefixed(inner, mark, " ".repeat(mark.length));
    });
    // If one item has several paragraphs, all are separated by blank lines.
    return texts.join(texts.some((text) => text.includes("\n\n")) ? "\n\n" : "\n");
  }

  function prefixed(text, first, others) {
    return text.split("\n").map((line, n) => ((n ? others : first) + line).trimEnd()).join("\n");
  }

  /* Tables */

  function table(node) {
    // Mail is laid out with tables, and a table with a single row or column is only layout too.
    if (node.querySelector("table")) return cells(node);
    const grid = filled([...node.rows]);
    const wide = Math.max(0, ...grid.map((row) => row.findLastIndex((cell) => cell && cell.textContent.trim()) + 1));
    const rows = grid.filter((row) => row.some((cell) => cell && (cell.textContent.trim() || cell.querySelector("img"))));
    if (rows.length < 2 || wide < 2) return cells(node);
    const isHeaded = hasHead(node, rows);
    const line = (row, y) => "| " + Array.from({ length: wide }, (_, n) => cellText(row[n], isHeaded && y === 0)).join(" | ") + " |";
    const lines = rows.map(line);
    if (!isHeaded) lines.unshift("|" + "   |".repeat(wide));
    lines.splice(1, 0, "|" + Array.from({ length: wide }, (_, n) => rule(rows.slice(1).map((row) => row[n]))).join("|") + "|");
    const caption = node.caption ? written(tidy(inlines(node.caption))) + "\n\n" : "";
    return caption + lines.map((line) => line.replace(/ {3,}/g, "  ")).join("\n");
  }

  function cells(node) {
    return [...node.rows].flatMap((row) => [...row.cells]).map(blocks).filter((text) => text.trim()).join("\n\n");
  }

  // Returns rows with the same number of cells. A merged cell is repeated where it was.
  function filled(rows) {
    const grid = rows.map(() => []);
    rows.forEach((row, y) => {
      let x = 0;
      for (const cell of row.cells) {
        while (grid[y][x] !== undefined) x += 1;
        // In Excel, text that is longer than its cell reaches into the next ones.
        const isLong = /mso-ignore:\s*colspan/i.test(cell.dataset.style || "");
        const [down, across] = [Math.min(cell.rowSpan || 1, rows.length - y), Math.min(cell.colSpan, 60)];
        if ((down > 1 || across > 1) && !isLong && cell.textContent.trim()) lose("merged cell");
        for (let dy = 0; dy < down; dy += 1) for (let dx = 0; dx < across; dx += 1) grid[y + dy][x + dx] = isLong && dx ? null : cell;
        x += across;
      }
    });
    return grid;
  }

  // A first row with numbers is data.
  function hasHead(node, rows) {
    if (node.tHead || rows[0].some((cell) => cell && cell.nodeName === "TH")) return true;
    return !rows[0].some((cell) => cell && /^[\s$€£%+–-]*\d[\d.,:/\s$€£%-]*$/.test(cell.textContent));
  }

  function rule(column) {
    const sides = new Set(column.filter(Boolean).map((cell) => cell.getAttribute("align") || styleOf(cell, "text-align")));
    if (sides.size === 1 && sides.has("right")) return " ---: ";
    return sides.size === 1 && sides.has("center") ? " :---: " : " --- ";
  }

  function cellText(cell, isHead) {
    if (!cell) return "";
    const lines = linesOf(cell);
    // The words of a head are bold anyway.
    if (isHead) return lines.map((line) => line.replace(/^\*\*([^*]+)\*\*$/, "$1")).join("<br>");
    return lines.map((line) => (line ? emphasized(cell, "td", line) : line)).join("<br>");
  }

  // A cell has only one line, so its paragraphs and items are separated by line breaks.
  function linesOf(parent) {
    const out = [];
    let run = [];
    const end = () => {
      const text = settled(tidy(run.map(inline).join("")), { cell: true });
      // In code, and in the address of a link, a bar isn't a typed character.
      if (text) out.push(...text.replace(/(?<!\\)\|/g, "\\|").split(/\n+/));
      run = [];
    };
    for (const node of parent.childNodes) {
      const isHolder = node.nodeType === 1 && (isBlock(node) || node.querySelector(BLOCKS));
      if (!isHolder) run.push(node);
      else {
        end();
        if (node.matches("ul, ol")) out.push(...itemLines(node));
        else if (node.matches("pre")) out.push(...node.textContent.trim().split("\n").map((line) => coded(line).replaceAll("|", "\\|")));
        else out.push(...linesOf(node));
      }
    }
    end();
    return out;
  }

  function itemLines(node) {
    let number = Number(node.getAttribute("start")) || 1;
    return [...node.children].flatMap((item) => {
      const mark = item.dataset.task ? (item.dataset.task === "x" ? "☑ " : "☐ ") : node.nodeName === "OL" ? number++ + ". " : "• ";
      return linesOf(item).map((line, n) => (n ? line : mark + line));
    });
  }

  /* Text */

  function inlines(node) {
    return [...node.childNodes].map(inline).join("");
  }

  function inline(node) {
    if (node.nodeType === 3) return typed(node.nodeValue.replace(/[\s\u00a0]+/g, " "));
    if (node.nodeType !== 1) return "";
    const name = node.nodeName.toLowerCase();
    if (node.dataset.noteOf) return "[^" + node.dataset.noteOf + "]";
    if (name === "br") return node.className === "Apple-interchange-newline" ? "" : "\n";
    // Slack ends its paragraphs with an empty element.
    if (node.dataset.stringifyType === "paragraph-break") return "\n\n";
    if (name === "img") return picture(node);
    if (name === "code" || name === "kbd" || name === "samp" || name === "tt") return coded(node.textContent);
    const text = inlines(node);
    if (name === "a") return linked(node, text);
    if ((name === "sup" || name === "sub") && text.trim() && !/^\[\^/.test(text)) return "<" + name + ">" + text.trim() + "</" + name + ">";
    return emphasized(node, name, text);
  }

  function emphasized(node, name, text) {
    let out = text;
    if (name === "del" || name === "s" || name === "strike" || /line-through/.test(styleOf(node, "text-decoration(?:-line)?"))) out = wrapped(out, "~~");
    if (isSlanted(node, name)) out = wrapped(out, "*");
    if (isBold(node, name)) out = wrapped(out, "**");
    return out;
  }

  function picture(node) {
    const emoji = emojiOf(node);
    if (emoji !== null) return typed(emoji);
    const source = node.getAttribute("src") || "";
    const alt = (node.getAttribute("alt") || "").replace(/\s+/g, " ").trim();
    // Senders of mail count readers with invisible pictures.
    if (["0", "1"].includes(node.getAttribute("width")) && ["0", "1"].includes(node.getAttribute("height"))) return "";
    if (!/^data:image\/(png|jpeg|webp|gif);base64,/.test(source)) {
      lose("picture");
      return "";
    }
    pictures.push({ source, alt });
    return "![" + settled(typed(alt), { label: true }) + "](" + PICTURE + (pictures.length - 1) + PICTURE + ")";
  }

  // Chats and mail show emoji as pictures, whose address often ends with the code points.
  function emojiOf(node) {
    const source = node.getAttribute("src") || "";
    const isEmoji = node.dataset.stringifyEmoji || node.dataset.emoji || node.dataset.emojiFallback || node.hasAttribute("goomoji") || /emoji|emoticon/i.test(node.className) || /\/emoji\//.test(source);
    if (!isEmoji) return null;
    const points = source.match(/\/([0-9a-f]{4,5}(?:-[0-9a-f]{4,5})*)(?:@2x)?\.png/i);
    if (points && !node.dataset.emojiFallback) return String.fromCodePoint(...points[1].split("-").map((point) => Number.parseInt(point, 16)));
    return node.dataset.emojiFallback || node.dataset.emoji || node.getAttribute("alt") || node.dataset.stringifyEmoji || "";
  }

  function isBold(node, name) {
    const weight = styleOf(node, "font-weight");
    if (weight) return weight === "bold" || Number(weight) >= 600;
    return name === "b" || name === "strong";
  }

  function isSlanted(node, name) {
    const style = styleOf(node, "font-style");
    return style ? style === "italic" : name === "i" || name === "em" || name === "cite";
  }

  function styleOf(node, property) {
    const found = (node.dataset.style || "").match(new RegExp("(?:^|;)\\s*" + property + "\\s*:\\s*([\\w-]+)", "i"));
    return found ? found[1].toLowerCase() : "";
  }

  // Markdown marks must touch a word, so spaces are moved outside. Each line has its own marks.
  function wrapped(text, mark) {
    return text.split("\n").map((line) => {
      const [, before, inner, after] = line.match(/^(\s*)([^]*?)(\s*)$/);
      return !inner || inner.startsWith(mark) ? line : before + mark + inner + mark + after;
    }).join("\n");
  }

  function coded(text) {
    const clean = text.replace(/[\s\u00a0]+/g, " ");
    if (!clean.trim()) return clean;
    return clean.includes("`") ? "`` " + clean + " ``" : "`" + clean + "`";
  }

  function linked(node, text) {
    const address = linkTarget(node.getAttribute("href") || "");
    const words = tidy(text).replaceAll("\n", " ");
    if (!address || !words) return text;
    if (!/^(https?:|mailto:|tel:)/i.test(address)) {
      const isMention = plain(words).startsWith("@") || /mention|member_slug/.test(node.className);
      if (!address.startsWith("#") && !isMention) lose("link");
      return text;
    }
    // A picture that links to itself or to its page is only a picture.
    if (/^!\[/.test(words)) return text;
    const target = address.replaceAll(" ", "%20").replaceAll("(", "%28").replaceAll(")", "%29");
    const [, before, , after] = text.match(/^(\s*)([^]*?)(\s*)$/);
    if (plain(words) === address || "mailto:" + plain(words) === address) return before + "<" + plain(words) + ">" + after;
    return before + "[" + settled(words, { label: true }) + "](" + target + ")" + after;
  }

  function tidy(text) {
    return text.replace(/[ \t]+/g, " ").replace(/ ?\n ?/g, "\n").trim();
  }

  Object.assign(globalThis.rolebook, { readPaste: read });
})();
