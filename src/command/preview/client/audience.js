// Lets the author view the site as any audience, exactly as a build for that audience shows it.
(() => {
  const { make, post, say, corner } = globalThis.rolebook;
  let choice = null;
  let told = "";

  document.addEventListener("rolebook:audiences", ({ detail }) => {
    const text = JSON.stringify(detail);
    // Rebuild the menu only if something has changed, because it may be open.
    if (text === told) return;
    told = text;
    if (choice) choice.remove();
    choice = detail.all.length ? draw(detail) : null;
    if (choice) corner(60, choice);
  });

  function draw({ all, shown, everybody }) {
    const choose = async ({ target }) => {
      const { ok, value } = await post("audience", { audience: target.value || null });
      if (!ok) say(value.error);
    };
    const option = ({ name, title }) => make("option", { value: name, selected: name === (shown || ""), text: title });
    const select = make("select", { on: { change: choose } }, ...(everybody ? [{ name: "", title: "Everyone" }, ...all] : all).map(option));
    return make("label", { class: "rolebook-audience" }, make("span", { text: "View as" }), " ", select);
  }
})();
