// Puts pasted Markdown into the text where the caret is: words into the line, blocks between blank
// lines, items into their list, and text into the cell of a table. Says what couldn't be pasted.
(() => {
  const BLOCK = /^(#{1,6} |[-*+] |\d+[.)] |> |\||`{3,}|---$|\[\^\d+\]: )/;
  const ITEM = /^(\s*)([-*+]|\d+[.)])(\s+)(\[[ xX]\] )?/;
  // One and many of what can't be pasted.
  const MANY = { "form field": "form fields", "hidden passage": "hidden passages", "hidden row": "hidden rows or cells", "table of contents": "tables of contents" };
  const FORMATS = ["underlining", "highlighting"];

  /** Returns what to insert into `value` between `start` and `end`, or null inside a code block. */
  function joined(markdown, value, start, end) {
    const [head, tail] = [value.slice(0, start), value.slice(end)];
    const before = head.slice(head.lastIndexOf("\n") + 1);
    const after = tail.split("\n")[0];
    if (isInCode(head)) return null;
    if (/^\s*\|/.test(before)) return markdown.trim().replaceAll("\\\n", "\n").replace(/(?<!\\)\|/g, "\\|").replace(/\n+/g, "<br>");
    if (!BLOCK.test(markdown) && !/\n\n|\n(?=[-*+>|#]|\d+\.)/.test(markdown)) return spaced(markdown, before, after);
    const item = before.match(ITEM);
    const quote = before.match(/^(\s*>\s?)+/);
    const prefix = quote ? quote[0] : item ? " ".repeat(item[0].length - (item[4] || "").length) : before.match(/^\s*/)[0];
    const text = before.slice((quote || item || [prefix])[0].length);
    const isList = ITEM.test(markdown);
    const isSameKind = item && isList && /^\d/.test(item[2]) === /^\d/.test(markdown);
    if (isSameKind || (item && isList && !text.trim())) return asItems(isSameKind ? markdown : ofKind(markdown, item[2]), item, text, after);
    if (item && isList) return "\n" + prefix + indented(markdown, prefix) + ending(after, tail, prefix);
    const lines = indented(markdown, prefix);
    if (!text.trim()) return (quote || item ? lines : gap(head, before) + lines) + ending(after, tail, prefix);
    return ("\n" + prefix).replace(/ +$/, "") + "\n" + prefix + lines + ending(after, tail, prefix);
  }

  function isInCode(head) {
    let fence = "";
    for (const line of head.split("\n").slice(0, -1)) {
      const found = line.match(/^\s*(`{3,}|~{3,})/);
      if (!found) continue;
      if (!fence) fence = found[1];
      else if (found[1].startsWith(fence)) fence = "";
    }
    return fence !== "";
  }

  // Between two words there is a space, even if the clipboard has none.
  function spaced(words, before, after) {
    const first = /[.!?,;:)\]]$/.test(before) && /^[\p{L}*[]/u.test(words) && words.includes(" ") ? " " : "";
    const last = /[\p{L}\p{N}.!?,;:*)]$/u.test(words) && /^[\p{L}\p{N}]/u.test(after) && words.includes(" ") ? " " : "";
    return first + words + last;
  }

  // The items of a list that is pasted into an item become items of the same list.
  function asItems(markdown, item, text, after) {
    const indent = item[1];
    const lines = indented(markdown, indent);
    if (!text.trim()) return lines.replace(ITEM, "") + (after.trim() ? "\n" + indent + item[2] + item[3] : "");
    return "\n" + indent + lines + (after.trim() ? "\n" + indent + item[2] + item[3] : "");
  }

  /** Returns a list with the marks of another one. */
  function ofKind(markdown, mark) {
    if (!/^\d/.test(mark)) return markdown.replace(/^\d+[.)] /gm, mark + " ");
    let number = Number.parseInt(mark, 10) - 1;
    return markdown.replace(/^( +)/gm, " $1").replace(/^[-*+] /gm, () => (number += 1) + ". ");
  }

  function indented(markdown, prefix) {
    return markdown.split("\n").map((line, n) => (n ? (prefix + line).trimEnd() : line)).join("\n");
  }

  function gap(head, before) {
    const above = head.slice(0, head.length - before.length);
    return above === "" || above.endsWith("\n\n") ? "" : "\n";
  }

  function ending(after, tail, prefix) {
    if (after.trim()) return ("\n" + prefix).replace(/ +$/, "") + "\n" + prefix;
    return /^\n[^\n]/.test(tail) ? "\n" : "";
  }

  /** Says in a sentence or two what isn't in the Markdown. */
  function toldOf(lost) {
    const kept = new Map(lost);
    const sentences = [];
    const merged = kept.get("merged cell");
    const links = kept.get("link");
    const formats = FORMATS.filter((name) => kept.has(name));
    for (const name of ["merged cell", "link", ...FORMATS]) kept.delete(name);
    const parts = [...kept].map(([name, count]) => (count === 1 ? (/^[aeiou]/.test(name) ? "an " : "a ") + name : count + " " + (MANY[name] || name + "s")));
    if (parts.length) {
      const total = [...kept.values()].reduce((sum, count) => sum + count, 0);
      const text = listed(parts);
      sentences.push(text[0].toUpperCase() + text.slice(1) + (total === 1 ? " wasn't pasted." : " weren't pasted."));
    }
    if (kept.has("picture")) sentences.push("Copy a picture by itself to paste it.");
    if (formats.length) sentences.push(formats.length > 1 ? "Underlining and highlighting weren't kept." : formats[0][0].toUpperCase() + formats[0].slice(1) + " wasn't kept.");
    if (links) sentences.push(links === 1 ? "A link leads to a place that only its program knows, so only its words were kept." : links + " links lead to places that only their program knows, so only their words were kept.");
    if (merged) sentences.push(merged === 1 ? "The text of a merged cell is repeated in each cell." : "The text of " + merged + " merged cells is repeated in each cell.");
    return sentences.join(" ");
  }

  function listed(parts) {
    return parts.length < 2 ? parts[0] : parts.slice(0, -1).join(", ") + " and " + parts.at(-1);
  }

  Object.assign(globalThis.rolebook, { joinPaste: joined, toldOfPaste: toldOf });
})();
