// Opens the page that answers what the reader chose on the home page. Remembers the role.
(() => {
  const form = document.querySelector(".question");
  if (!form) return;
  const [role, want] = form.querySelectorAll("select");
  // The home page's own path, so that two handbooks on one host don't mix.
  const key = `rolebook-home-role:${location.pathname}`;
  const chosen = () => role.selectedOptions[0];
  // A role without a next step, for example, can't be compared with it.
  const offer = () => {
    for (const option of want.options) option.disabled = !(option.value in chosen().dataset);
    if (want.selectedOptions[0]?.disabled) want.value = "see";
  };
  try {
    const kept = localStorage.getItem(key);
    for (const option of role.options) if (option.text === kept) option.selected = true;
  } catch { /* Without storage, the first role is chosen. */ }
  offer();
  role.addEventListener("change", offer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    try { localStorage.setItem(key, chosen().text); } catch { /* As above. */ }
    location.assign(chosen().dataset[want.value]);
  });
  addEventListener("pageshow", offer);
  document.querySelector(".roles-list").hidden = true;
  form.hidden = false;
})();
