// Opens files on the desk: one person's assessment, one's own ratings, or a conversation that was
// saved.
//
// Input: files that the reader chose. Output: changed conversations, and a sentence for each file. Never
// replaces an answer without asking.
(() => {
  const { ask, beginTalk, keptRecord, readChosen, writeRecord } = globalThis.rolebookAssess;

  const isBlankSide = (side) => side.levels.length + side.ratings.length === 0;
  const same = (a, b) => a.trim().toLowerCase() === b.trim().toLowerCase();

  /** Takes an assessment as one side of a conversation. */
  function fill(talk, name, { record, about }) {
    const { levels, ratings, cases } = keptRecord(record);
    talk[name] = { name: record.person || talk[name].name, edition: about.edition, saved: about.saved, levels, ratings, cases };
    if (name !== "report") return;
    Object.assign(talk, { edition: about.edition, handbook: about.handbook, saved: about.saved });
    if (about.expects.length) Object.assign(talk, { expects: about.expects, scale: about.scale });
  }

  /** Asks what to do with someone's file if the desk may already have a conversation with them. */
  async function placeOf(read, desk) {
    const { record, about } = read;
    const ofRole = desk.talks.filter((talk) => talk.role.id === about.role.id);
    const known = ofRole.find((talk) => record.person && same(talk.report.name, record.person)) ?? ofRole.find((talk) => isBlankSide(talk.report));
    if (!known) return null;
    const name = desk.nameOf(known);
    const isWaiting = isBlankSide(known.report);
    const answer = await ask(desk.words(isWaiting ? "desk-ask-waiting" : "desk-ask-known", { name }), desk.words(isWaiting ? "desk-ask-waiting-means" : "desk-ask-known-means"),
      [["desk-ask-take", ""], ["desk-ask-new", ""]], desk.words, [record.person, about.role.title, about.edition, about.saved].filter(Boolean).join(", "));
    return answer === null ? "none" : answer === "desk-ask-take" ? known : null;
  }

  async function openTalk(talk, desk) {
    const known = desk.talks.find((one) => one.role.id === talk.role.id && same(one.report.name, talk.report.name));
    if (!known) {
      desk.talks.push(talk);
      desk.choose(talk);
      return desk.words("desk-opened", { name: desk.nameOf(talk) });
    }
    const answer = await ask(desk.words("desk-ask-known", { name: desk.nameOf(known) }), desk.words("desk-ask-talk-means"), [["desk-ask-replace", "danger"]], desk.words);
    if (answer === null) return desk.words("desk-not-opened");
    desk.talks[desk.talks.indexOf(known)] = talk;
    desk.choose(talk);
    return desk.words("desk-opened", { name: desk.nameOf(talk) });
  }

  /** Opens one file. Returns the sentence that says what became of it. */
  async function openOne(file, desk) {
    const read = await readChosen(file, desk.words);
    if (read.refused) return `${file.name}: ${read.refused}`;
    if (read.talk) return openTalk(read.talk, desk);
    if (read.about.by === "manager") return `${file.name}: ${desk.words("desk-is-manager")}`;
    const place = await placeOf(read, desk);
    if (place === "none") return desk.words("desk-not-opened");
    const talk = place ?? beginTalk(read);
    if (place) fill(talk, "report", read);
    else desk.talks.push(talk);
    desk.choose(talk);
    return desk.words("desk-opened", { name: desk.nameOf(talk) });
  }

  /** Opens a file as one's own ratings of the person that the conversation is about. */
  async function openMine(file, talk, desk) {
    const read = await readChosen(file, desk.words);
    if (read.refused) return read.refused;
    if (read.talk) return desk.words("desk-is-talk");
    if (read.about.role.id && read.about.role.id !== talk.role.id) return desk.words("desk-other-role", { role: read.about.role.title });
    if (!isBlankSide(talk.manager) && await ask(desk.words("desk-ask-mine"), desk.words("desk-ask-mine-means"), [["desk-ask-replace", "danger"]], desk.words) === null) return desk.words("desk-not-opened");
    fill(talk, "manager", read);
    return desk.words("desk-opened-mine");
  }

  /** Writes the manager's ratings as a file. */
  function writeMine(talk, known) {
    return writeRecord({ person: talk.manager.name, ...talk.manager, plan: [], manager: [] }, known);
  }

  Object.assign(globalThis.rolebookAssess, { isBlankSide, openMine, openOne, writeMine });
})();
