// Takes what is pasted or dropped into the field of a passage. Pictures are saved beside the chapter:
// they are drawn again, so that the file no longer says where a photo was taken, and made smaller if
// they are large. Asks what each shows, for people who can't see it.
(() => {
  const { post, make, say, readPaste, joinPaste, toldOfPaste } = globalThis.rolebook;
  if (top !== self) return;
  /** The longest side of a picture in pixels. Pages show at most half of it, on a sharp screen. */
  const LONGEST = 2000;
  /** A larger PNG is probably a photo, which WebP stores in a fraction of the bytes. */
  const LARGE = 1 << 20;
  const LARGEST = 8 << 20;
  // Names that programs give say nothing about what a picture shows.
  const NAMELESS = /^(image|img|picture|photo|bild|foto|unnamed|untitled|clip_?image|screen ?shot|bildschirmfoto|screenshot|dsc|pxl|pasted|download|signal|whatsapp)?[\s_()-]*([\d\s_.:()-]|(at|um|image)\b|wa\d)*$/i;

  // Pictures of this page, by path. The site has them only once a saved text shows them.
  const drawings = new Map();

  /** Returns a picture without its metadata, bounded in size. Fails with a sentence. */
  async function drawn(file) {
    if (file.type === "image/svg+xml") throw new Error("An SVG picture can contain scripts, so it can't be pasted. If you trust it, put the file into the handbook's folder.");
    const unread = () => { throw new Error("This browser can't read “" + (file.name || "the picture") + "”. Save it as JPEG or PNG first."); };
    const bitmap = await createImageBitmap(file).catch(unread);
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = make("canvas", { width: String(Math.max(1, Math.round(bitmap.width * scale))), height: String(Math.max(1, Math.round(bitmap.height * scale))) });
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    // An animation would lose all but its first picture, and this format has no place for locations.
    if (file.type === "image/gif") return { blob: bounded(file), canvas, note: "" };
    const as = (type, quality) => new Promise((done) => canvas.toBlob(done, type, quality));
    const isPhoto = file.type === "image/jpeg" || file.type === "image/webp";
    let blob = isPhoto ? await as(file.type, 0.85) : await as("image/png");
    if (!isPhoto && blob.size > LARGE) {
      const smaller = await as("image/webp", 0.9);
      if (smaller.size < blob.size) blob = smaller;
    }
    const notes = [scale < 1 ? "made smaller" : "", isPhoto ? "location and camera data removed" : ""].filter(Boolean);
    return { blob: bounded(blob), canvas, note: notes.length ? ", " + notes.join(", ") : "" };
  }

  /** Shows pictures in a draft that the site doesn't have yet. */
  function drawPictures(nodes) {
    for (const node of nodes) {
      for (const image of node.querySelectorAll?.("img") ?? []) {
        const canvas = drawings.get(decodeURIComponent(new URL(image.src, location.href).pathname).slice(1));
        if (!canvas) continue;
        image.removeAttribute("src");
        const copy = make("canvas", { class: "rolebook-drawn", role: "img", "aria-label": image.alt || "A picture without a description yet", width: String(canvas.width), height: String(canvas.height) });
        copy.getContext("2d").drawImage(canvas, 0, 0);
        image.replaceWith(copy);
      }
    }
    return nodes;
  }

  function bounded(blob) {
    if (blob.size > LARGEST) throw new Error("The picture is larger than 8 MB. Make it smaller, and paste it again.");
    return blob;
  }

  async function base64(blob) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
  }

  function fileOf(source) {
    const [, type, data] = source.match(/^data:([^;,]+);base64,([^]*)$/);
    const bytes = Uint8Array.from(atob(data.replace(/\s/g, "")), (char) => char.charCodeAt(0));
    return new File([bytes], "", { type });
  }

  // Words for the file's name: what the picture shows, the name it had, or the heading above.
  function nameFor(file, alt, element) {
    const old = (file.name || "").replace(/\.[a-z0-9]+$/i, "").trim();
    if (alt) return alt.split(/\s+/).slice(0, 8).join(" ");
    if (old && !NAMELESS.test(old)) return old.replaceAll("_", " ");
    const above = [...document.querySelectorAll(":is(.top, .prose) :is(h1, h2, h3, h4, h5, h6)")].filter((heading) => heading.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING && !heading.closest("[data-rolebook]"));
    const last = above.at(-1);
    return last ? last.textContent.replace(/[#¶§]\s*$/, "").trim() : "";
  }

  let next = 0;

  /**
   * Makes a field take pictures and rich text. Returns the element to put below it, and a function
   * that makes the fields of a list or a table take pictures. `insert` puts text in place of the
   * selection, and `fields` lists all fields that have a part of the text now.
   */
  function pasting(area, { path, insert, element, fields }) {
    const told = make("p", { class: "rolebook-told", role: "status" });
    const list = make("div", { class: "rolebook-pictures" });
    const box = make("div", { class: "rolebook-pasted" }, told, list);
    listen(area, false);

    function listen(field, isLine = true) {
      field.addEventListener("paste", (event) => take(event, event.clipboardData, isLine));
      field.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
      field.addEventListener("drop", (event) => {
        const place = document.caretPositionFromPoint?.(event.clientX, event.clientY);
        const isRich = hasFiles(event) || event.dataTransfer.types.includes("text/html");
        if (isRich && place && place.offsetNode === field) field.setSelectionRange(place.offset, place.offset);
        if (isLine && isRich) field.focus();
        take(event, event.dataTransfer, isLine);
      });
    }

    function take(event, data, isLine) {
      const html = data.getData("text/html");
      const files = [...data.files];
      const read = html ? readPaste(html) : null;
      // Office programs add a picture of the text, which isn't needed.
      if (files.length && !(read && read.text.replace(/!\[[^\]]*\]\(\ufdef\d+\ufdef\)/g, "").trim())) {
        event.preventDefault();
        const alt = html ? (new DOMParser().parseFromString(html, "text/html").querySelector("img[alt]")?.getAttribute("alt") || "").trim() : "";
        return void addFiles(files, alt, isLine);
      }
      // A line of a list or a table takes text by itself.
      if (isLine) return;
      if (!read) return void told.replaceChildren();
      const { selectionStart: start, selectionEnd: end } = area;
      if (joinPaste("", area.value, start, end) === null) return void told.replaceChildren();
      event.preventDefault();
      addText(read, { start, end, value: area.value });
    }

    async function addText({ text, lost, pictures }, { start, end, value }) {
      let markdown = text;
      const counts = new Map(lost);
      const problems = [];
      const saved = [];
      for (const [n, { source, alt }] of pictures.entries()) {
        const one = await save(fileOf(source), alt).catch((error) => ({ error: error.message }));
        const mark = "\ufdef" + n + "\ufdef";
        if (one.error) {
          counts.set("picture", (counts.get("picture") || 0) + 1);
          problems.push(one.error);
          markdown = markdown.split(/(!\[(?:\\.|[^\]\\])*\]\(\ufdef\d+\ufdef\))/).filter((part) => !part.includes(mark)).join("");
        } else {
          saved.push({ ...one, alt });
          markdown = markdown.replace(mark, one.link);
        }
      }
      // While pictures were saved, the author may have typed something.
      if (pictures.length && area.value === value) area.setSelectionRange(start, end);
      if (markdown.trim()) put(markdown.trim());
      for (const one of saved) ask(one);
      told.replaceChildren([toldOfPaste(counts), ...problems].filter(Boolean).join(" "));
      if (markdown.trim()) say("Pasted as Markdown.");
    }

    async function addFiles(files, alt, isLine) {
      const problems = [];
      told.replaceChildren("Saving …");
      for (const file of files) {
        try {
          if (!file.type.startsWith("image/")) throw new Error("“" + file.name + "” wasn't pasted: only pictures can be. Put other files into the handbook's folder, and link to them.");
          const one = await save(file, alt);
          const picture = "![" + escaped(alt) + "](" + one.link + ")";
          if (isLine) insert(picture);
          else put(picture, true);
          ask({ ...one, alt });
        } catch (error) {
          problems.push(error.message);
        }
      }
      told.replaceChildren(problems.join(" "));
    }

    /** Inserts Markdown. A picture gets a paragraph of its own. */
    function put(markdown, isPicture = false) {
      const { selectionStart: start, selectionEnd: end, value } = area;
      // A quotation is joined like any other block.
      const whole = isPicture ? joinPaste("> " + markdown, value, start, end) : joinPaste(markdown, value, start, end);
      insert(whole === null ? markdown : isPicture ? whole.replace("> " + markdown, markdown) : whole);
    }

    async function save(file, alt) {
      const { blob, canvas, note } = await drawn(file);
      const { ok, value } = await post("edit/picture", { path, name: nameFor(file, alt, element()), data: await base64(blob) });
      if (!ok) throw new Error(value.error);
      drawings.set(value.path, canvas);
      return { ...value, note };
    }

    function escaped(alt) {
      return alt.replace(/\s+/g, " ").replace(/[\\[\]]/g, "\\$&");
    }

    /** Asks what a picture shows, and keeps the answer in the text. */
    function ask({ link, width, height, bytes, note, alt }) {
      const id = "rolebook-picture-" + (next += 1);
      const field = make("input", { id, type: "text", autocomplete: "off", "aria-describedby": id + "-size" });
      field.value = alt;
      field.addEventListener("input", () => {
        const holder = fields().find((one) => one.value.includes("](" + link + ")"));
        const at = holder ? holder.value.indexOf("](" + link + ")") : -1;
        const start = holder ? holder.value.lastIndexOf("![", at) : -1;
        if (at < 0 || start < 0) return;
        holder.setRangeText(escaped(field.value), start + 2, at, "preserve");
        holder.dispatchEvent(new Event("input", { bubbles: true }));
      });
      const size = Math.max(1, Math.round(bytes / 1024)) + " KB";
      list.append(make("div", { class: "rolebook-picture" },
        make("label", { for: id, text: "What does " + link + " show? Describe it for people who can't see it." }), field,
        make("small", { id: id + "-size", text: "Saved beside the chapter: " + width + " × " + height + " pixels, " + size + note + ". Undo removes it." })));
      field.focus();
    }

    return { box, listen };
  }

  /** Returns HTML as Markdown without pictures, or null, and says what it leaves out. */
  function toMarkdown(html) {
    const read = readPaste(html);
    if (!read) return null;
    const lost = new Map(read.lost);
    if (read.pictures.length) lost.set("picture", (lost.get("picture") || 0) + read.pictures.length);
    if (lost.size) say(toldOfPaste(lost));
    return read.text.replace(/!\[(\\.|[^\]\\])*\]\(\ufdef\d+\ufdef\)/g, "").trim();
  }

  function hasFiles(event) {
    return event.dataTransfer.types.includes("Files");
  }

  // A file that misses the field would replace the page.
  document.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    say("Open a passage, and drop the picture into its text.");
  });

  Object.assign(globalThis.rolebook, { pasting, drawPictures, toMarkdown });
})();
