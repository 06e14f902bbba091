// Finds what a role expects today, for a conversation that began earlier.
//
// Input: the site's data and a conversation. Output: the expectations, and what has changed since the
// answers were given. Text from a file is only ever shown as text.
(() => {
  const { askedOf, changesSince, el, snapshot } = globalThis.rolebookAssess;

  /** Returns what a role of the site expects, in the form in which files say it. */
  function expectsOf(role, data) {
    const competencies = new Map(data.competencies.map((one) => [one.id, one]));
    return role.expects.flatMap((one) => {
      const known = competencies.get(one.competency);
      if (!known) return [];
      const { competency, level, name, key, complete } = one;
      const judged = new Set(one.judged);
      return [{ competency, title: known.title, level, name, key, complete, statements: one.statements.map((n) => ({ ...known.statements[n], key: judged.has(n) })) }];
    });
  }

  /**
   * Returns `{ asked, scale, changes, isHere }`: what the role expects today, or what it expected when
   * the file was written if the site doesn't have the role (`isHere`).
   */
  function basis(talk, data) {
    const role = data.roles.find((one) => one.id === talk.role.id);
    const asked = askedOf(role ? expectsOf(role, data) : talk.expects);
    const urls = new Map(data.competencies.map((one) => [one.id, one.url]));
    for (const one of asked) {
      one.url = urls.get(one.id) ?? null;
      for (const statement of one.statements) Object.assign(statement, { row: el("span", {}, statement.text), examples: [] });
    }
    const scale = role ? role.scale.map((step) => ({ level: step.level, name: step.name, means: step.means ?? "" })) : talk.scale;
    const changes = role && talk.expects.length ? changesSince(talk.expects, snapshot(asked, scale)) : [];
    return { asked, scale, changes, isHere: Boolean(role) };
  }

  Object.assign(globalThis.rolebookAssess, { basis, expectsOf });
})();
