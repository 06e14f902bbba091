// Adds a button to every code block that copies its text.
(() => {
  const { copy, copied } = document.currentScript.dataset;
  if (!navigator.clipboard) return;
  for (const figure of document.querySelectorAll("figure.code")) {
    const code = figure.querySelector("pre");
    if (!code) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = copy;
    button.addEventListener("click", async () => {
      try {
        // The prompt and the last line's end aren't part of a command.
        await navigator.clipboard.writeText(code.innerText.replace(/\n$/, "").replace(/^\$ /gm, ""));
      } catch {
        return;
      }
      button.textContent = copied;
      setTimeout(() => { button.textContent = copy; }, 2000);
    });
    figure.append(button);
  }
})();
