// Templates and worked examples on the page: copying, downloading, and how the cards fit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { build, close, host, open, overflow, project, violations } from "./support.mjs";

const text = "- Who & when <date>:\n\n| A very long heading | Another long heading | A third long heading | A fourth |\n|---|---|---|---|\n|  |  |  |  |\n";
const texts = {
  "handbook/handbook.toml": 'title = "T"\n',
  "handbook/index.md": "# Home\n\nSee [[memo]] and [[templates]].\n",
  "handbook/memo.md":
    "# Memo\n\n> [!EXAMPLE] Acme: memo\n>\n> **Decision.** We stop.\n>\n> | A very long heading | Another long heading | A third | A fourth |\n> |---|---|---|---|\n> | x | y | z | w |\n\n"
    + `\`\`\`markdown template="memo"\n${text}\`\`\`\n`,
};
const site = build(project(texts));
const wanted = `# Memo\n\n${text}`;

test("copying a template gives the text of the file that is downloaded", async () => {
  const page = await open(`${await host(site)}memo/`);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.mouse.move(10, 10);
  const button = page.getByRole("button", { name: "Copy as Markdown (Memo)" });
  await button.click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), wanted);
  assert.match(await button.or(page.locator("figure.template button")).first().textContent(), /^Copied/);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download (Memo)" }).click()]);
  assert.equal(download.suggestedFilename(), "memo.md");
  assert.equal(readFileSync(await download.path(), "utf8"), wanted);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("without JavaScript a template can be downloaded, and there is no button", async () => {
  const page = await open(`${await host(site)}memo/`, { javascript: false });
  assert.equal(await page.locator("figure.template button").count(), 0);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download (Memo)" }).click()]);
  assert.equal(readFileSync(await download.path(), "utf8"), wanted);
  await close(page);
});

test("cards and the list of templates are accessible and fit a narrow phone", async () => {
  const address = await host(site);
  for (const dark of [false, true]) {
    for (const width of [320, 1440]) {
      for (const path of ["memo/", "templates/"]) {
        const page = await open(address + path, { width, dark });
        await page.mouse.move(10, 10);
        if (path === "memo/") await page.locator("figure.template button").waitFor();
        assert.equal(await overflow(page), 0, `${path} at ${width}`);
        assert.deepEqual(await violations(page), [], `${path} at ${width}`);
        const heights = await page.locator("figure.template .tool, .blank-list .tool").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
        assert.ok(heights.length > 0 && heights.every((height) => height >= 24), `${heights}`);
        await close(page);
      }
    }
  }
});

test("on paper a template is printed without its buttons", async () => {
  const page = await open(`${await host(site)}memo/`);
  await page.mouse.move(10, 10);
  await page.locator("figure.template button").waitFor();
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("figure.template .actions").isVisible(), false);
  assert.equal(await page.locator("figure.template .form").isVisible(), true);
  await close(page);
});
