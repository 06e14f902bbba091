// Marks reviews as overdue. The page contains the due date, and only the reader's clock knows
// whether it has passed.
(() => {
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  for (const day of document.querySelectorAll("time.due")) {
    // ISO dates can be compared as strings.
    if (day.dateTime >= today) continue;
    const flag = document.createElement("strong");
    flag.className = "overdue";
    flag.textContent = day.dataset.overdue;
    day.after(" ", flag);
  }
  for (const banner of document.querySelectorAll("[data-due]")) banner.hidden = banner.dataset.due >= today;
})();
