// Adds a button to every code block and every template that copies its text.
(() => {
  const { copy, copied, copyTemplate } = document.currentScript.dataset;
  if (!navigator.clipboard) return;

  /**
   * Returns a button that copies a text and says so.
   * @param {string} label
   * @param {string} about
   * @param {() => string} text
   */
  const button = (label, about, text) => {
    const made = document.createElement("button");
    const words = document.createElement("span");
    made.type = "button";
    words.textContent = label;
    made.append(words);
    if (about) {
      const note = document.createElement("span");
      note.className = "sr";
      note.textContent = about;
      made.append(note);
    }
    made.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text());
      } catch {
        return;
      }
      words.textContent = copied;
      setTimeout(() => { words.textContent = label; }, 2000);
    });
    return made;
  };

  for (const figure of document.querySelectorAll("figure.code")) {
    const code = figure.querySelector("pre");
    if (!code) continue;
    // The prompt and the last line's end aren't part of a command.
    const made = button(copy, "", () => code.innerText.replace(/\n$/, "").replace(/^\$ /gm, ""));
    made.className = "copy";
    figure.append(made);
  }
  for (const figure of document.querySelectorAll("figure.template")) {
    const actions = figure.querySelector(".actions") ?? figure.appendChild(document.createElement("p"));
    const link = actions.querySelector("a .sr");
    const made = button(copyTemplate, link?.textContent ?? "", () => figure.dataset.markdown);
    made.className = "tool";
    actions.className = "actions";
    actions.prepend(made);
  }
})();
