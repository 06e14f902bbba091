// What the tests of the self-assessment, the conversation and the scorecard share: moving through the
// steps, giving and taking files, files that are refused, and the size of what is pressed.
//
// Input: a page. Output: what it shows, and the files that it offers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const step = async (page, name) => {
  await page.locator(`.assess-steps a[href="#assess-${name}"]`).click();
  await page.waitForFunction((hash) => document.querySelector(".assess-steps [aria-current]")?.hash === hash, `#assess-${name}`);
};
/** Presses a button, and returns the name and the text of the file that it offers. */
export const taken = async (page, name) => {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).first().click()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
};
export const take = async (page, name) => (await taken(page, name)).text;
/** Returns the function that gives files to the input `label`. */
export const giver = (label) => (page, ...all) => page.locator(`input[data-for=${label}]`).setInputFiles(all.map((text, n) => ({ name: `${n}.json`, mimeType: "application/json", buffer: Buffer.from(text) })));
export const told = (page, text) => page.locator(".assess-told", { hasText: text }).waitFor();
export const stage = (page) => page.locator(".assess-stage").innerText();

/** Lists what is smaller than a finger needs on a phone, or a pointer elsewhere. */
export const small = (page) => page.evaluate((size) => [...document.querySelectorAll(".assess :is(button, .assess-option, .assess-steps a, textarea, select, input.assess-field, summary)")]
  .filter((of) => of.checkVisibility() && of.getBoundingClientRect().height < size).map((of) => `${of.className} ${of.textContent}`), page.viewportSize().width < 500 ? 44 : 24);

export const markup = "<img src=x onerror=\"window.harm = true\"><script>window.harm = true</script>";
/** Returns files that no page opens, made from a `good` one that has the name `key`, each with what the page says of it. */
export const hostile = (good, key) => [
  [`{"__proto__": {"polluted": 1}, ${good.slice(1)}`, "no export uses"],
  [good.replace(`"${key}"`, `"constructor": {"prototype": {"polluted": 1}}, "${key}"`), "no export uses"],
  ["<!doctype html><img src=x onerror=\"window.harm = true\">", "is a web page"],
  ["x".repeat(100), "isn’t JSON"],
  [" ".repeat(50_000_000), "larger than 4 MB"],
];
/** Checks that nothing in a file ran. */
export async function unharmed(page) {
  assert.equal(await page.evaluate(() => window.harm), undefined);
  assert.equal(await page.evaluate(() => document.querySelectorAll("main img, main script").length), 0);
  assert.equal(await page.evaluate(() => /** @type {any} */ ({}).polluted), undefined);
  assert.deepEqual(page.faults, []);
}
