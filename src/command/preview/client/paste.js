// Turns rich text from the clipboard into Markdown: headings, emphasis, links, lists, quotes, code
// and tables. Parses it into a document that is never shown and runs no scripts.
(() => {
  const BLOCKS = "address, article, aside, blockquote, details, div, dl, fieldset, figure, footer, form, h1, h2, h3, h4, h5, h6, header, hr, li, main, nav, ol, p, pre, section, table, ul";
  const GONE = "script, style, template, head, title, meta, link, noscript, svg, iframe, object, button, input, select, textarea";

  /** Returns HTML as Markdown, or null if plain text would be the same. */
  function toMarkdown(html) {
    // The page's security policy would block inline styles and handlers. Renaming the attributes
    // keeps the text of the styles, which is all that is needed.
    const calm = html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on\w+)\s*=/gi, " data-$1="));
    const page = new DOMParser().parseFromString(calm, "text/html");
    page.querySelectorAll(GONE).forEach((element) => element.remove());
    const isRich = page.body.querySelector("a[href], b, strong, i, em, h1, h2, h3, h4, h5, h6, ul, ol, table, pre, code, blockquote, del, s, span[data-style]");
    if (!isRich) return null;
    return blocks(page.body).replace(/\n{3,}/g, "\n\n").trim();
  }

  function isBlock(node) {
    return node.nodeType === 1 && node.matches(BLOCKS);
  }

  // Returns blocks as Markdown. Inline nodes next to each other become one paragraph.
  function blocks(parent) {
    const out = [];
    let run = [];
    const end = () => {
      const text = tidy(run.map(inline).join(""));
      if (text) out.push(guarded(text));
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

  function block(node) {
    const name = node.nodeName.toLowerCase();
    if (/^h[1-6]$/.test(name)) return "#".repeat(Number(name[1])) + " " + tidy(inlines(node)).replaceAll("\n", " ");
    if (name === "hr") return "---";
    if (name === "pre") return fenced(node);
    if (name === "blockquote") return prefixed(blocks(node), "> ", "> ");
    if (name === "ul" || name === "ol") return list(node, name === "ol");
    if (name === "table") return table(node) || blocks(node);
    return blocks(node);
  }

  function fenced(node) {
    const text = node.textContent.replace(/\n$/, "");
    const longest = Math.max(2, ...(text.match(/`+/g) || []).map((run) => run.length));
    const fence = "`".repeat(longest + 1);
    const code = node.querySelector("code");
    const language = ((code || node).className.match(/language-([\w+-]+)/) || ["", ""])[1];
    return fence + language + "\n" + text + "\n" + fence;
  }

  function list(node, isOrdered) {
    const items = [...node.children].filter((child) => child.nodeName === "LI" || child.matches("ul, ol"));
    let number = Number(node.getAttribute("start")) || 1;
    return items.map((item) => {
      // Some programs put a list directly into a list. It belongs to the item before it.
      if (item.nodeName !== "LI") return prefixed(block(item), "  ", "  ");
      const mark = isOrdered ? number++ + ". " : "- ";
      const inner = blocks(item).replace(/\n\n(?=\s*(?:[-*]|\d+\.) )/g, "\n");
      return prefixed(inner, mark, " ".repeat(mark.length));
    }).join("\n");
  }

  function prefixed(text, first, others) {
    return text.split("\n").map((line, n) => ((n ? others : first) + line).trimEnd()).join("\n");
  }

  function table(node) {
    const rows = [...node.querySelectorAll("tr")].map((row) => [...row.querySelectorAll("th, td")]);
    const wide = Math.max(0, ...rows.map((row) => row.length));
    // A table with a single row or column is only layout.
    if (rows.length < 2 || wide < 2) return null;
    const cell = (element) => (element ? tidy(inlines(element)).replaceAll("\n", " ").replace(/(?<!\\)\|/g, "\\|") : "");
    const lines = rows.map((row) => "| " + Array.from({ length: wide }, (_, n) => cell(row[n])).join(" | ") + " |");
    lines.splice(1, 0, "|" + " --- |".repeat(wide));
    return lines.join("\n");
  }

  function inlines(node) {
    return [...node.childNodes].map(inline).join("");
  }

  function inline(node) {
    if (node.nodeType === 3) return escaped(node.nodeValue.replace(/[\s\u00a0]+/g, " "));
    if (node.nodeType !== 1) return "";
    const name = node.nodeName.toLowerCase();
    if (name === "br") return "\n";
    if (name === "img") return tidy(node.alt);
    if (name === "code" || name === "kbd" || name === "samp") return coded(node.textContent);
    const text = inlines(node);
    if (name === "a") return linked(node, text);
    if (isBold(node, name)) return wrapped(text, "**");
    if (isSlanted(node, name)) return wrapped(text, "*");
    if (name === "del" || name === "s" || name === "strike") return wrapped(text, "~~");
    return text;
  }

  // Google Docs wraps everything in a `b` element with a normal font weight.
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

  // Markdown marks must touch a word, so spaces are moved outside.
  function wrapped(text, mark) {
    const [, before, inner, after] = text.match(/^(\s*)([^]*?)(\s*)$/);
    if (!inner || inner.startsWith(mark)) return text;
    return before + mark + inner + mark + after;
  }

  function coded(text) {
    const clean = text.replace(/\s+/g, " ");
    if (!clean.trim()) return clean;
    return clean.includes("`") ? "`` " + clean + " ``" : "`" + clean + "`";
  }

  function linked(node, text) {
    const address = node.getAttribute("href") || "";
    const words = tidy(text);
    if (!/^(https?:|mailto:)/i.test(address) || !words) return text;
    const target = address.replaceAll(" ", "%20").replaceAll("(", "%28").replaceAll(")", "%29");
    return words === address ? "<" + address + ">" : "[" + words.replaceAll("\n", " ") + "](" + target + ")";
  }

  // Escapes characters that have a meaning in Markdown.
  function escaped(text) {
    return text.replace(/([\\`*_[\]<>])/g, "\\$1").replace(/(?<=\w)\\_(?=\w)/g, "_").replaceAll("~~", "\\~\\~");
  }

  // Escapes the start of lines that would otherwise start another block.
  function guarded(text) {
    return text.replace(/^(#{1,6} |[-+] |>|:::|\d+[.)] )/gm, "\\$1").replace(/^\\(\d+)([.)] )/gm, "$1\\$2");
  }

  function tidy(text) {
    return text.replace(/[ \t]+/g, " ").replace(/ ?\n ?/g, "\n").trim();
  }

  globalThis.rolebook.toMarkdown = toMarkdown;
})();
