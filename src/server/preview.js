// Keeps the open page up to date with what is written.
(() => {
  const stream = new EventSource("/_rolebook/events?page=" + encodeURIComponent(location.pathname));
  let build = null;
  stream.addEventListener("hello", (event) => {
    const now = JSON.parse(event.data).build;
    if (build !== null && now !== build) location.reload();
    build = now;
  });
  stream.addEventListener("build", () => location.reload());
})();
