// Lets the author choose whose site is shown: each audience sees what a build for it would hold.
(() => {
  const { make, post, say } = globalThis.rolebook;
  let corner = null;
  let told = "";

  document.addEventListener("rolebook:audiences", ({ detail }) => {
    const text = JSON.stringify(detail);
    // Rebuilt only when something differs: the list may be open.
    if (text === told) return;
    told = text;
    if (corner) corner.remove();
    corner = detail.all.length ? draw(detail) : null;
    if (corner) document.body.append(corner);
  });

  function draw({ all, shown, everybody }) {
    const choose = async ({ target }) => {
      const { ok, value } = await post("audience", { audience: target.value || null });
      if (!ok) say(value.error);
    };
    const option = ({ name, title }) => make("option", { value: name, selected: name === (shown || ""), text: title });
    const select = make("select", { on: { change: choose } }, ...(everybody ? [{ name: "", title: "everybody" }, ...all] : all).map(option));
    const label = make("label", {}, make("span", { text: "Shown for" }), " ", select);
    return make("aside", { class: "rolebook-audience", "aria-label": "Preview", "data-rolebook": true }, label);
  }
})();
