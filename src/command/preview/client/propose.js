// Proposes changes: shows what has changed since the last commit, lets the author choose, and asks
// why. The chosen changes become a branch. Sending it is a click of its own, below the address.
(() => {
  const { get, post, make, told, say, corner } = globalThis.rolebook;
  if (top !== self || !document.querySelector('meta[name="rolebook-token"][data-can~="propose"]')) return;
  const KINDS = { changed: "changed", added: "new", removed: "removed", moved: "moved" };
  const WHY = "rolebook:why";

  corner(50, press("Propose", open));

  function press(text, click, name = "") {
    return make("button", { type: "button", class: "rolebook-button " + name, text, on: { click } });
  }

  async function open() {
    const body = make("div", {}, make("h2", { text: "Propose these changes" }), make("p", { role: "status", text: "Comparing with the last commit …" }));
    const dialog = make("dialog", { class: "rolebook-dialog rolebook-wide", "aria-label": "Propose these changes", "data-rolebook": true, on: { close: () => dialog.remove() } }, body);
    document.body.append(dialog);
    dialog.showModal();
    const { ok, value } = await get("propose/changes");
    body.lastChild.remove();
    if (!ok) body.append(make("p", { told: value.error }), foot(close(dialog)));
    else if (!value.files.length) body.append(make("p", { text: "Nothing has changed since the last commit." }), ...hidden(value), foot(close(dialog)));
    else body.append(...form(value, dialog, body));
  }

  const close = (dialog) => press("Close", () => dialog.close());
  const foot = (...buttons) => make("div", { class: "rolebook-foot" }, ...buttons);

  /* Choosing */

  function form(found, dialog, body) {
    const why = make("input", { required: true, maxlength: "200", autocomplete: "off", "aria-describedby": "rolebook-why-hint" });
    why.value = recalled();
    why.addEventListener("input", () => remember(why.value));
    const boxes = found.files.map(choice);
    const said = make("p", { class: "rolebook-said", role: "alert" });
    const go = make("button", { type: "submit", class: "rolebook-button rolebook-save", text: "Make the proposal" });
    const submit = async (event) => {
      event.preventDefault();
      const files = boxes.filter((box) => box.check.checked).map(({ file }) => ({ path: file.path, state: file.state }));
      go.disabled = true;
      said.textContent = "";
      const { ok, value } = await post("propose/commit", { base: found.base, why: why.value, files });
      go.disabled = false;
      if (!ok) {
        said.replaceChildren(...told(value.error));
        return;
      }
      remember("");
      arrive(value, dialog, body);
    };
    const list = make("fieldset", { class: "rolebook-choose" }, make("legend", { text: "Changes to propose" }), ...boxes.map((box) => box.element));
    const fields = [
      ...summary(found.words), list, ...hidden(found), ...earlier(found, dialog, body),
      make("label", {}, make("span", { text: "Why, in one line" }), why, make("small", { id: "rolebook-why-hint", text: "It names the branch, and is the first thing that reviewers read." })),
      make("p", { class: "rolebook-line", text: about(found) }), said, foot(go, press("Cancel", () => dialog.close())),
    ];
    return [make("form", { on: { submit } }, ...fields)];
  }

  /** Lists the branches that hold some of these changes already, so that they can still be pushed. */
  function earlier({ proposals }, dialog, body) {
    const show = async (branch) => {
      const { ok, value } = await get("propose/branch", { branch });
      if (ok) arrive(value, dialog, body);
      else say(value.error);
    };
    return proposals.map((branch) => make("p", {}, "Proposed before on the branch ", make("code", { text: branch }), ". ", press("Push or download it", () => show(branch))));
  }

  function arrive(value, dialog, body) {
    body.replaceChildren(make("h2", { text: "Proposed", tabindex: "-1" }), ...made(value, dialog));
    body.firstChild.focus();
  }

  function about({ author, nobody, hooks }) {
    const run = hooks.length === 1 ? "The hook " + hooks[0] + " of this repository doesn't run here." : "The hooks of this repository (" + hooks.join(", ") + ") don't run here.";
    const who = nobody || "The commit is made in the name of " + author + ", on a branch of its own. Your files and everything else that isn't committed stay as they are.";
    return who + (hooks.length ? " " + run : "");
  }

  function summary(words) {
    if (!words.length) return [];
    const parts = words.flatMap(([part, lines]) => [make("dt", { text: part }), ...lines.map((line) => make("dd", { text: line.charAt(0).toUpperCase() + line.slice(1) + "." }))]);
    return [make("section", { class: "rolebook-words", "aria-label": "What changes in the handbook" }, make("h3", { text: "What changes in the handbook" }), make("dl", {}, ...parts))];
  }

  function hidden({ hidden: count }) {
    if (!count) return [];
    const some = count === 1 ? "1 more changed file touches text for another audience. It isn't" : count + " more changed files touch text for another audience. They aren't";
    return [make("p", { text: some + " part of this proposal. View the handbook as that audience to propose it." })];
  }

  function choice(file, n) {
    const id = "rolebook-choice-" + n;
    const check = make("input", { type: "checkbox", id, disabled: Boolean(file.refused) });
    check.checked = !file.refused && !file.proposed;
    const name = make("label", { for: id, text: file.title + " (" + KINDS[file.kind] + ")" });
    const element = make("div", { class: "rolebook-changes rolebook-file-choice" }, make("div", { class: "rolebook-row" }, make("span", { class: "rolebook-check" }, check, name)), make("p", { class: "rolebook-line", text: file.from ? file.from + " → " + file.path : file.path }));
    if (file.refused) element.append(make("p", { text: "Git converts this file when it is committed (" + file.refused + "), so it can't be proposed from here. Commit it by hand:" }), make("pre", { tabindex: "0", "aria-label": "Commands", text: file.hand }));
    if (file.proposed) element.append(make("p", { text: "Already proposed as it is now." }));
    if (file.places.length) element.append(make("details", {}, make("summary", { text: "What changed" }), ...file.places.map(place), file.more ? make("p", { text: "… and " + file.more + " more places." }) : null));
    return { element, check, file };
  }

  function place({ line, was, made: now }) {
    return make("div", { class: "rolebook-place" }, make("p", { class: "rolebook-line", text: "Line " + line }),
      was ? make("pre", { class: "rolebook-was", tabindex: "0", "aria-label": "Before", text: was }) : null,
      now ? make("pre", { class: "rolebook-made", tabindex: "0", "aria-label": "After", text: now }) : null);
  }

  /* Sending */

  function made({ branch, remote, problem, patch }, dialog) {
    const unsent = make("span", { text: " Nothing has been sent." });
    const head = make("p", {}, "Your changes are on the branch ", make("code", { text: branch }), " now.", unsent);
    const file = patch
      ? make("a", { class: "rolebook-button", href: "/_rolebook/propose/patch?branch=" + encodeURIComponent(branch), download: branch + ".patch", text: "Download a patch file" })
      : make("p", { text: "There is no patch file to download, because it would quote text for another audience." });
    if (!remote) {
      const why = problem ? "The branch can't be sent from here: " + problem : "This project has no remote to send it to.";
      return [head, make("p", { text: why + (patch ? " A patch file can be sent by mail; “git am” applies it." : "") }), foot(file, close(dialog))];
    }
    const said = make("div", { role: "status" });
    const go = press("Push to " + remote.name, send, "rolebook-save");
    const more = remote.unsent ? make("p", { text: remote.unsent === 1 ? "1 earlier commit that the remote doesn't have yet goes with it." : remote.unsent + " earlier commits that the remote doesn't have yet go with it." }) : null;
    async function send() {
      go.disabled = true;
      said.replaceChildren(make("p", { text: "Sending …" }));
      const { ok, value } = await post("propose/push", { branch, address: remote.address });
      go.disabled = ok;
      said.replaceChildren(...(ok ? sent(value) : failed(value)));
      if (!ok) return;
      unsent.remove();
      say("Sent: " + branch + ".");
    }
    return [
      head, make("p", {}, "To have it reviewed, push it to ", make("code", { text: remote.address }), ". This uses your own Git credentials, and never overwrites a branch."),
      ...(more ? [more] : []), said, foot(go, file, close(dialog)),
    ];
  }

  function sent({ pushed, address, page }) {
    const text = make("p", {}, "The branch ", make("code", { text: pushed }), " is at ", make("code", { text: address }), " now.");
    if (!page) return [text, make("p", { text: "Ask for a review there, for example with a pull or merge request." })];
    return [text, make("p", {}, make("a", { class: "rolebook-button rolebook-save", href: page.url, target: "_blank", rel: "noopener noreferrer", text: "Open a " + page.what + " on " + page.host }))];
  }

  function failed({ error, said, hand }) {
    const words = said ? [make("p", { text: "Git says:" }), make("pre", { tabindex: "0", "aria-label": "Message from Git", text: said })] : [];
    const way = hand ? [make("p", {}, "Run it in a terminal, where Git can ask for a password: ", make("code", { text: hand }))] : [];
    return [make("p", { class: "rolebook-said", told: error }), ...words, ...way];
  }

  // The line is kept, so that a reload doesn't lose it.
  function remember(text) {
    try { sessionStorage.setItem(WHY, text); } catch { /* It is only kept while the panel is open. */ }
  }

  function recalled() {
    try { return sessionStorage.getItem(WHY) || ""; } catch { return ""; }
  }
})();
