// Tests the default theme in a browser: accessibility of every kind of page, phones, zoom, print,
// pages without scripts, navigation, link previews and keys.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { build, close, host, open, overflow, project, violations } from "./support.mjs";

const dir = project();
// Without a history, there would be no page of changes.
const git = (...words) => execFileSync("git", ["-C", dir, "-c", "user.name=T", "-c", "user.email=t@rolebook.example", ...words]);
git("init", "--quiet");
git("add", "--all");
git("commit", "--quiet", "--message", "All");
const site = build(dir);
/** One page of every kind, and more than one where they differ. `nowhere/` doesn't exist. */
const kinds = [
  "", "roles/product-manager/", "competencies/communication/", "strategy/roadmap/", "paths/new-product-leader/", "paths/", "glossary/", "guides/when-data-misleads/",
  "understanding/leader-and-manager/", "about/adopting-it/", "roles/", "matrix/", "matrix/track-leadership/", "ladder/", "decisions/", "decisions/by-role/",
  "compare/", "compare/product-manager/product-leader/", "assess/", "assess/product-manager/", "hiring/product-manager/", "backlinks/roles/group-product-manager/",
  "changes/", "search/", "templates/", "tags/", "tags/accessibility/", "nowhere/", "print/", "print/roles/",
];
/** @type {Record<string, any>} */
const shapes = {
  light: {}, dark: { dark: true }, phone: { width: 390, height: 844 }, "dark phone": { width: 390, height: 844, dark: true }, paper: { paper: true },
  "forced colors": { context: { forcedColors: "active" } },
};

test("the pages tested below exist, and are of every kind", async () => {
  const address = await host(site);
  const page = await open(address);
  const found = new Set();
  for (const path of kinds) {
    const answer = await page.goto(address + path);
    assert.equal(answer.status(), path === "nowhere/" ? 404 : 200, path);
    found.add(await page.evaluate(() => document.body.className.match(/kind-[a-z0-9]+/)[0]));
  }
  const pages = readdirSync(site, { recursive: true }).map(String).filter((name) => name.endsWith(".html"));
  const all = new Set(pages.map((name) => readFileSync(join(site, name), "utf8").match(/<body class="(kind-[a-z0-9]+)/)?.[1]).filter(Boolean));
  assert.deepEqual([...found].sort(), [...all].sort());
  await close(page);
});

for (const [name, options] of Object.entries(shapes)) {
  test(`every kind of page passes axe-core (${name})`, async () => {
    const address = await host(site);
    const page = await open(address, options);
    if (options.paper) await page.emulateMedia({ media: "print" });
    const found = {};
    for (const path of kinds) {
      // The whole handbook has the same elements as its parts, and takes the browser a minute.
      if (path === "print/") continue;
      await page.goto(address + path);
      const rules = await violations(page);
      if (rules.length) found[path] = rules;
    }
    assert.deepEqual(found, {});
    await close(page);
  });
}

test("no kind of page scrolls sideways at 320 pixels, which is 1280 pixels zoomed to 400%", async () => {
  const address = await host(site);
  const page = await open(address, { width: 320, height: 256, context: { isMobile: false } });
  const wide = [];
  for (const path of kinds) {
    await page.goto(address + path);
    if (await overflow(page) > 0) wide.push(path);
  }
  assert.deepEqual(wide, []);
  await close(page);
});

test("no kind of page scrolls sideways at 200% zoom, in a window of 1280 or 1440 pixels", async () => {
  const address = await host(site);
  for (const width of [640, 720]) {
    const page = await open(address, { width, height: 400, context: { isMobile: false } });
    const wide = [];
    for (const path of kinds) {
      await page.goto(address + path);
      if (await overflow(page) > 0) wide.push(path);
    }
    assert.deepEqual(wide, [], `${width} pixels`);
    await close(page);
  }
});

test("text at twice the size doesn't overflow the page", async () => {
  const address = await host(site);
  const page = await open(address, { width: 1280, height: 900 });
  const wide = [];
  for (const path of kinds) {
    await page.goto(address + path);
    await page.evaluate(() => document.documentElement.style.setProperty("font-size", "32px"));
    if (await overflow(page) > 0) wide.push(path);
  }
  assert.deepEqual(wide, []);
  await close(page);
});

test("without scripts, everything can be read and the menu opens on a phone", async () => {
  const address = await host(site);
  const page = await open(`${address}roles/product-manager/`, { width: 390, height: 844, javascript: false });
  assert.equal(await page.locator("h1").innerText(), "Product Manager");
  const entry = page.locator(".side").getByText("Competencies", { exact: true });
  assert.equal(await entry.isVisible(), false);
  await page.locator(".menu summary").click();
  assert.equal(await entry.isVisible(), true);
  assert.equal(await page.locator(".theme, .keys-open").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length), 0);
  await close(page);
});

test("nothing is animated if the reader prefers reduced motion", async () => {
  const address = await host(site);
  const page = await open(`${address}roles/product-manager/`, { reducedMotion: true });
  await page.locator("a.role").first().hover();
  const moving = await page.evaluate(() => document.getAnimations().filter((one) => one.playState === "running" && !(one.timeline instanceof ScrollTimeline)).length);
  assert.equal(moving, 0);
  await close(page);
});

test("targets are 24 pixels high, and 44 in the page frame on a phone", async () => {
  const address = await host(site);
  const small = (page, selector, least) => page.locator(selector).evaluateAll((all, wanted) => all
    .filter((one) => one.checkVisibility())
    .map((one) => [one.textContent.trim(), Math.round(one.getBoundingClientRect().height * 10) / 10])
    .filter(([, height]) => height < wanted), least);
  const wide = await open(`${address}roles/product-manager/`);
  assert.deepEqual(await small(wide, ".side a, .side summary, .toc a, .crumbs a, .tool, .colophon a, .about a, .keys-open", 24), []);
  await close(wide);
  const phone = await open(`${address}roles/product-manager/`, { width: 390, height: 844 });
  await phone.locator(".menu summary").click();
  assert.deepEqual(await small(phone, ".side a, .side summary, .tool, .crumbs a, .colophon a, .turn a", 44), []);
  await close(phone);
});

test("the navigation opens the current part and leaves the others as the reader left them", async () => {
  const address = await host(site);
  const page = await open(`${address}roles/product-manager/`);
  const folds = () => page.locator(".side > ul > li > details").evaluateAll((all) => all.filter((one) => one.open).map((one) => one.parentElement.querySelector("a").textContent));
  assert.deepEqual(await folds(), ["Roles"]);
  assert.equal(await page.locator(".side [aria-current=page]").innerText(), "Product Manager");
  await page.locator(".side > ul > li", { hasText: "Strategy" }).locator("summary").click();
  // The event for an opened section fires shortly after it has opened.
  await page.waitForFunction(() => document.querySelectorAll(".side > ul > li > details[open]").length === 2);
  await page.evaluate(() => new Promise((done) => { setTimeout(done, 50); }));
  await page.goto(`${address}competencies/communication/`);
  assert.deepEqual(await folds(), ["Competencies", "Strategy"]);
  await close(page);
});

test("in a large handbook, the navigation lists only the chapters of the current part", async () => {
  const texts = { "handbook/handbook.toml": "title = \"Large\"\n", "handbook/index.md": "# Large\n" };
  for (let n = 0; n < 130; n += 1) texts[`handbook/part-${n % 4}/c${n}.md`] = `# Chapter ${n}\n`;
  const address = await host(build(project(texts)));
  const page = await open(`${address}part-1/c1/`);
  assert.equal(await page.locator(".side details").count(), 1);
  await close(page);
});

test("the keys [ and ] turn pages, and ? shows the keyboard shortcuts until Escape", async () => {
  const address = await host(site);
  const page = await open(`${address}roles/product-manager/`);
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog.keys").isVisible(), true);
  assert.deepEqual(await violations(page, "dialog.keys"), []);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog.keys").isVisible(), false);
  await page.waitForFunction(() => !document.activeElement.closest("dialog[open]"));
  await page.keyboard.press("]");
  await page.waitForURL(`${address}roles/growth-product-manager/`);
  await page.keyboard.press("[");
  await page.waitForURL(`${address}roles/product-manager/`);
  await close(page);
});

test("the table of contents marks the section that the reader is in", async () => {
  const address = await host(site);
  const page = await open(`${address}roles/product-manager/`);
  await page.locator("#not-this-role").evaluate((heading) => heading.scrollIntoView());
  await page.waitForFunction(() => document.querySelector(".toc [aria-current]")?.textContent === "Not this role");
  await close(page);
});

const glimpse = (page) => page.locator("#glimpse:not([hidden])");

test("hovering a link shows its preview, which can be hovered and closes on Escape", async () => {
  const address = await host(site);
  const page = await open(`${address}roles/product-manager/`);
  const link = page.locator(".prose a[href$='understanding/leader-and-manager/']").first();
  await link.hover();
  await glimpse(page).waitFor();
  assert.match(await glimpse(page).innerText(), /^Product leader vs product manager\n/);
  assert.equal(await link.getAttribute("aria-describedby"), "glimpse");
  assert.deepEqual(await violations(page, "#glimpse"), []);
  await glimpse(page).hover();
  await page.waitForTimeout(500);
  assert.equal(await glimpse(page).isVisible(), true);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#glimpse").isVisible(), false);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("focusing a term shows its definition", async () => {
  const address = await host(site);
  const page = await open(`${address}competencies/business-acumen/`);
  await page.keyboard.press("Tab");
  const term = page.locator(".prose a.term").first();
  await term.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await glimpse(page).waitFor();
  assert.match(await glimpse(page).innerText(), /^Term\n/);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("on a phone, the first tap on a link shows its preview and the second follows it", async () => {
  const address = await host(site);
  const page = await open(`${address}roles/product-manager/`, { width: 390, height: 844 });
  await page.locator(".lede").tap();
  await page.waitForFunction(() => typeof globalThis.rolebookGlimpse === "function");
  const link = page.locator(".prose a[href$='understanding/leader-and-manager/']").first();
  await link.tap();
  await glimpse(page).waitFor();
  assert.equal(page.url(), `${address}roles/product-manager/`);
  await link.tap();
  await page.waitForURL(`${address}understanding/leader-and-manager/`);
  await close(page);
});

test("every link in body text has a preview", async () => {
  const address = await host(site);
  const page = await open(address);
  const missing = [];
  const files = readdirSync(join(site, "glimpse"));
  const known = new Set(files.flatMap((name) => Object.keys(JSON.parse(readFileSync(join(site, "glimpse", name), "utf8")))));
  for (const path of kinds.filter((path) => path && path !== "nowhere/" && !path.startsWith("print/"))) {
    await page.goto(address + path);
    const links = page.locator(".prose a[href]:not(.anchor, .external, .footnote-back), main a.link:is(.role, .competency, .strategy, .path)");
    const names = await links.evaluateAll((all, root) => [...new Set(all
      .filter((link) => link instanceof HTMLAnchorElement && link.href.startsWith(root) && link.pathname !== location.pathname && link.pathname.endsWith("/") && !link.matches(".term") && !/^\/(compare|hiring|assess|backlinks|print|docs|tags)\//.test(link.pathname))
      .map((link) => link.href.slice(root.length).replace(/[?#].*/, "").replace(/\/$/, "") || "index"))], address);
    missing.push(...names.filter((name) => !known.has(name)).map((name) => `${path}: ${name}`));
  }
  assert.deepEqual(missing, []);
  await close(page);
});

test("link previews work in a folder opened without a server", async () => {
  const dir = project({
    "handbook/handbook.toml": "title = \"Folder\"\nurls = \"file\"\n",
    "handbook/index.md": "# Folder\n\nSee [the other](a/other.md).\n",
    "handbook/a/other.md": "# Other <b>& one</b>\n\nWhat it *says*, with \"quotes\" & </script>.\n",
  });
  const page = await open(pathToFileURL(join(build(dir), "index.html")).href);
  await page.locator(".prose a", { hasText: "the other" }).hover();
  await glimpse(page).waitFor();
  assert.match(await glimpse(page).innerText(), /What it says, with “quotes” &/);
  assert.equal(await page.locator("#glimpse b").count(), 0);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("the chosen color scheme applies before the first paint and in other tabs, and the system's can be chosen again", async () => {
  const address = await host(site);
  const page = await open(address);
  const other = await page.context().newPage();
  await other.goto(`${address}roles/product-manager/`);
  const choice = page.getByLabel("Color scheme");
  assert.deepEqual(await choice.locator("option").allInnerTexts(), ["System", "Light", "Dark"]);
  await choice.selectOption("Dark");
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await other.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  assert.equal(await other.getByLabel("Color scheme").inputValue(), "dark");
  await page.addInitScript(() => requestAnimationFrame(() => { globalThis.first = document.documentElement.dataset.theme; }));
  await page.reload();
  assert.equal(await page.evaluate(() => globalThis.first), "dark");
  assert.equal(await paper(), dark);
  await choice.selectOption("System");
  assert.equal(await page.evaluate(() => "theme" in document.documentElement.dataset), false);
  await other.waitForFunction(() => !("theme" in document.documentElement.dataset));
  await close(page);
});

test("on a phone the menu covers the page, which stays where it is, and Escape closes it", async () => {
  const address = await host(site);
  const page = await open(`${address}guides/when-data-misleads/`, { width: 390, height: 844 });
  await page.evaluate(() => scrollTo(0, 900));
  const now = page.locator(".now");
  await now.waitFor();
  assert.equal(await now.innerText(), await page.locator(".toc [aria-current]").textContent());
  const before = await page.evaluate(() => scrollY);
  // A click by Playwright would scroll the page itself.
  const { x, y } = await page.locator(".menu summary").boundingBox();
  await page.mouse.click(x + 9, y + 9);
  await page.mouse.move(200, 500);
  await page.mouse.wheel(0, 3000);
  await page.waitForTimeout(200);
  await page.mouse.wheel(0, 3000);
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => scrollY), before);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".side").isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Menu");
  await close(page);
});

test("the home page asks what the reader is and wants, and opens the page that answers", async () => {
  const address = await host(site);
  const page = await open(address);
  assert.equal(await page.locator(".roles-list").isVisible(), false);
  await page.getByLabel("I’m a").selectOption("Product Manager");
  await page.getByLabel("and I want to").selectOption("reach the next level");
  await page.getByRole("button", { name: "Go" }).click();
  await page.waitForURL(/compare\/product-manager\//);
  await page.goBack();
  await page.reload();
  assert.equal(await page.getByLabel("I’m a").evaluate((one) => one.selectedOptions[0].text), "Product Manager");
  assert.ok(await page.locator(".doors li").count() <= 6);
  await close(page);
  const plain = await open(address, { javascript: false });
  assert.equal(await plain.locator(".question").isVisible(), false);
  assert.ok(await plain.locator(".roles-list a").count() > 5);
  await close(plain);
});

test("copying code leaves out the prompt and the last line's end", async () => {
  const dir = project({ "handbook/handbook.toml": "title = \"Code\"\n", "handbook/index.md": "# Code\n\n```sh\n$ one --two\n$ three\n```\n" });
  const page = await open(await host(build(dir)));
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator("figure.code").hover();
  await page.locator(".copy").click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "one --two\nthree");
  await close(page);
});

test("on a wide window the brand begins where the navigation does", async () => {
  const page = await open(`${await host(site)}roles/product-manager/`, { width: 1920, height: 900 });
  const left = (selector) => page.locator(selector).first().evaluate((one) => one.getBoundingClientRect().left + Number.parseFloat(getComputedStyle(one).paddingLeft));
  assert.equal(await left(".brand"), await left(".side a"));
  await close(page);
});

test("text and links have enough contrast in both color schemes", async () => {
  const address = await host(site);
  for (const dark of [false, true]) {
    const page = await open(`${address}guides/when-data-misleads/`, { dark });
    const ratios = await page.evaluate(() => {
      const canvas = new OffscreenCanvas(1, 1).getContext("2d");
      const light = (colour) => {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const paper = light(getComputedStyle(document.body).backgroundColor);
      const ratio = (selector) => {
        const ink = light(getComputedStyle(document.querySelector(selector)).color);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      };
      return { text: ratio(".prose p"), link: ratio(".prose a.competency") };
    });
    assert.ok(ratios.text >= 10 && ratios.text <= 16, `text ${ratios.text}`);
    assert.ok(ratios.link >= 4.5, `link ${ratios.link}`);
    assert.match(await page.locator(".prose a.competency").first().evaluate((link) => getComputedStyle(link).textDecorationLine), /underline/);
    await close(page);
  }
});

test("a custom style sheet overrides the theme whatever its selectors", async () => {
  const dir = project({
    "handbook/handbook.toml": "title = \"Own\"\ntheme = \"own\"\n",
    "handbook/index.md": "# Own\n\nText.\n",
    "themes/own/theme.toml": "extends = \"default\"\n",
    "themes/own/assets/custom.css": "p { color: rgb(1, 2, 3) } .bar { position: static }",
  });
  const page = await open(await host(build(dir)));
  assert.equal(await page.locator(".prose > p").evaluate((one) => getComputedStyle(one).color), "rgb(1, 2, 3)");
  assert.equal(await page.locator(".bar").evaluate((one) => getComputedStyle(one).position), "static");
  await close(page);
});

test("a handbook in a right-to-left language is laid out from right to left", async () => {
  const dir = project({ "handbook/handbook.toml": "title = \"كتاب\"\nlanguage = \"ar\"\n", "handbook/index.md": "# كتاب\n\nنص.\n", "handbook/a/b.md": "# فصل\n\n## قسم\n\nنص.\n\n## قسم آخر\n\nنص.\n\n```sh\nls -l (x)\n```\n" });
  const page = await open(`${await host(build(dir))}a/b/`);
  const at = (selector) => page.locator(selector).first().evaluate((one) => one.getBoundingClientRect().left);
  assert.ok(await at(".side") > await at("h1") && await at("h1") > await at(".toc"));
  assert.equal(await page.locator("pre").evaluate((one) => getComputedStyle(one).direction), "ltr");
  assert.equal(await overflow(page), 0);
  await close(page);
});

test("the paper theme is as accessible as the default theme and fits narrow screens too", async () => {
  const dir = project();
  const settings = join(dir, "handbook/handbook.toml");
  writeFileSync(settings, readFileSync(settings, "utf8").replace("language = \"en\"", "language = \"en\"\ntheme = \"paper\""));
  const address = await host(build(dir));
  for (const options of [{}, { dark: true }, { width: 320, height: 640 }]) {
    const page = await open(address, options);
    for (const path of ["", "roles/product-manager/", "competencies/communication/", "matrix/"]) {
      await page.goto(address + path);
      assert.deepEqual(await violations(page), [], path);
      assert.equal(await overflow(page), 0, path);
    }
    assert.deepEqual(page.faults, []);
    await close(page);
  }
});

test("footnotes are next to their lines if there is room, and otherwise at the end", async () => {
  const dir = project({ "handbook/handbook.toml": "title = \"Notes\"\n", "handbook/index.md": "# Notes\n", "handbook/a/n.md": `# Notes\n\n${"Words fill the page. ".repeat(30)}[^a]\n\n${"More words. ".repeat(60)}\n\n## One\n\nx\n\n## Two\n\nx\n\n[^a]: The note.\n` });
  const address = await host(build(dir));
  const wide = await open(`${address}a/n/`, { width: 1600 });
  const distance = (page) => page.evaluate(() => document.querySelector("[id='fn:1']").getBoundingClientRect().top - document.querySelector("[id='fnref:1']").getBoundingClientRect().top);
  assert.ok(Math.abs(await distance(wide)) < 20, `${await distance(wide)}`);
  assert.deepEqual(await violations(wide), []);
  await close(wide);
  const narrow = await open(`${address}a/n/`, { width: 900 });
  assert.ok(await distance(narrow) > 200);
  await close(narrow);
});

test("the print version is one page whose links stay inside it, and it isn't in the sitemap", async () => {
  const address = await host(site);
  const page = await open(`${address}print/`);
  const { repeated, lost, out } = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    const known = new Set(ids);
    // A template can be downloaded here too, as long as the page is on a screen.
    const links = [...document.querySelectorAll(".leaf a[href]:not([download])")].map((link) => link.getAttribute("href"));
    return {
      repeated: ids.filter((id, at) => ids.indexOf(id) !== at),
      lost: links.filter((href) => href.startsWith("#") && !known.has(decodeURIComponent(href.slice(1)))),
      out: links.filter((href) => /^\.\.\/(roles|competencies|strategy|guides)\//.test(href)),
    };
  });
  assert.deepEqual({ repeated, lost, out }, { repeated: [], lost: [], out: [] });
  assert.equal(await page.locator(".leaf").count(), await page.locator(".book-contents li").count());
  assert.ok(!readFileSync(join(site, "sitemap.xml"), "utf8").includes("print/"));
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".bar, .printing, .colophon").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length), 0);
  await close(page);
});
