// Puts footnotes next to their lines if there is room. Otherwise they stay at the end.
(() => {
  const section = document.querySelector(".prose > .footnotes");
  if (!section) return;
  const prose = section.parentElement;
  const notes = [...section.querySelectorAll(":scope > ol > li")];
  const wide = [...prose.querySelectorAll(":scope > :is(figure, .table-scroll, .view, .stairs)")];
  const room = matchMedia("(width >= 90rem)");

  const set = () => {
    section.classList.toggle("beside", room.matches);
    let free = 0;
    for (const note of notes) {
      note.style.removeProperty("top");
      const number = note.id.slice("fn:".length);
      const mark = document.getElementById(`fnref:${number}`);
      if (!room.matches || !mark) continue;
      const from = prose.getBoundingClientRect().top;
      let top = Math.max(free, mark.getBoundingClientRect().top - from);
      // Wide blocks extend into the margin, so notes have to avoid them.
      for (const block of wide) {
        const { top: begins, bottom: ends } = block.getBoundingClientRect();
        if (top + note.offsetHeight > begins - from && top < ends - from) top = ends - from + 12;
      }
      note.style.top = `${top}px`;
      free = top + note.offsetHeight + 12;
    }
  };
  new ResizeObserver(set).observe(prose);
  room.addEventListener("change", set);
})();
