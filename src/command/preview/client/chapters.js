// Creates chapters and renames the open one: shows a form for each, then opens the resulting page.
(() => {
  const { get, post, make, told, say, corner, after } = globalThis.rolebook;
  if (top !== self) return;
  const KINDS = [["role", "Role"], ["competency", "Competency"], ["strategy", "Strategy"], ["path", "Reading path"], ["page", "Page"]];
  let known = null;

  /** Opens a form. `send` posts it and returns the server's answer. */
  function ask(title, fields, action, send) {
    const said = make("p", { class: "rolebook-said", role: "alert" });
    const go = make("button", { type: "submit", class: "rolebook-button rolebook-save", text: action });
    const leave = make("button", { type: "button", class: "rolebook-button", text: "Cancel", on: { click: () => dialog.close() } });
    const submit = async (event) => {
      event.preventDefault();
      go.disabled = true;
      const { ok, value } = await send();
      go.disabled = false;
      if (!ok) said.replaceChildren(...told(value.error));
      else arrive(value, dialog);
    };
    const form = make("form", { on: { submit } }, make("h2", { text: title }), ...fields, said, make("div", { class: "rolebook-foot" }, go, leave));
    const dialog = make("dialog", { class: "rolebook-dialog", "aria-label": title, "data-rolebook": true, on: { close: () => dialog.remove() } }, form);
    document.body.append(dialog);
    dialog.showModal();
  }

  /** Opens the chapter's page as soon as it exists. */
  async function arrive({ path, references }, dialog) {
    const links = references === 1 ? " 1 link was updated." : references ? " " + references + " links were updated." : "";
    const text = references === undefined ? "Created." : "Renamed." + links;
    for (let n = 0; n < 60; n += 1) {
      const { value } = await get("edit/page", { path });
      if (value && value.url !== undefined) return after.go("/" + value.url, text, true);
      await new Promise((wake) => setTimeout(wake, 100));
    }
    dialog.close();
    say("The file is `" + path + "`. Its page isn't there yet.");
  }

  function field(label, control, hint) {
    return make("label", {}, make("span", { text: label }), control, hint ? make("small", { text: hint }) : null);
  }

  function begin() {
    const kind = make("select", {}, ...KINDS.map(([value, text]) => make("option", { value, text })));
    const title = make("input", { required: true, autocomplete: "off" });
    const folder = make("input", { autocomplete: "off" });
    const fields = [field("Kind", kind), field("Title", title, "The new page has prompts that tell you what to write."), field("Folder", folder, "Optional, such as guides/hiring.")];
    ask("New chapter", fields, "Create", async () => {
      const answer = await post("edit/new", { kind: kind.value, title: title.value, folder: folder.value.trim() || null });
      // The new page begins with the form for its facts.
      if (answer.ok) sessionStorage.setItem("rolebook-facts", "begun");
      return answer;
    });
    title.focus();
  }

  function rename() {
    const stem = known.split("/").pop().replace(/\.[^.]+$/, "");
    const name = make("input", { required: true, autocomplete: "off", value: stem });
    ask("Rename this chapter", [field("File name", name, "It's part of the page's address. Links are updated, and the old address redirects here. To change the title, open Properties.")], "Rename",
      () => post("edit/rename", { page: location.pathname, name: name.value.trim() }));
    name.select();
  }

  const press = (text, click) => make("button", { type: "button", class: "rolebook-button", text, on: { click } });
  const renamer = press("Rename", rename);
  renamer.hidden = true;
  corner(21, renamer);
  corner(30, press("New chapter", begin));

  /** Shows the rename button if the page belongs to a chapter. */
  async function look() {
    const { ok, value } = await get("source", { page: location.pathname });
    known = ok && value ? value.path : null;
    renamer.hidden = !known;
  }
  document.addEventListener("rolebook:updated", look);
  look();
})();
