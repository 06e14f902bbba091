// Serves the built handbook with the software that hosts use: Cloudflare's workerd, Netlify's
// parsers, and nginx and Caddy with the configurations in the manual's hosting chapter.
//
// Input: this repository's handbook, built for each host. Uses only the loopback address.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllHeaders } from "@netlify/headers-parser";
import { parseAllRedirects } from "@netlify/redirect-parser";
import redirector from "netlify-redirector";
import { ask, caddy, cloudflare, free, nginx, repository, scratch } from "./support.mjs";

/** Builds the handbook for a host and returns the folder of the site. */
function build(host, base) {
  const dir = join(scratch, `${host}${base.length}`);
  mkdirSync(dir);
  for (const part of ["handbook", "themes"]) cpSync(join(repository, part), join(dir, part), { recursive: true });
  const file = join(dir, "handbook/handbook.toml");
  writeFileSync(file, readFileSync(file, "utf8").replace('host = "netlify"', `host = "${host}"`));
  // Two kinds of old URLs: one with a folder and one at the root.
  const chapter = join(dir, "handbook/strategy/roadmap.md");
  writeFileSync(chapter, readFileSync(chapter, "utf8").replace("---\n", "---\naliases: [/plans/old-roadmap/, /plan.html]\n").replace(/\naliases: \[(?!\/plans).*\]\n/, "\n"));
  execFileSync(join(repository, "target/debug/rolebook"), ["build", dir, "--base-url", base], { stdio: ["ignore", "ignore", "inherit"] });
  return join(dir, "public");
}

const block = (title) => {
  const chapter = readFileSync(join(repository, "docs/handbook/hosting/index.md"), "utf8");
  return chapter.split(`title="${title}"\n`)[1].split("\n```")[0];
};

/** Lists the paths of a site's pages. */
function pages(site) {
  const list = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(site, folder), { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) walk(`${folder}${entry.name}/`);
      else if (entry.name === "index.html" && !readFileSync(join(site, folder, "index.html"), "utf8").includes("http-equiv=\"refresh\"")) list.push(folder);
    }
  };
  walk("");
  return list;
}

/** Returns the targets of the links on a page that stay on the same host. */
const links = (html, url) => [...html.matchAll(/<a [^>]*href="([^"#]+)/g)].map((found) => new URL(found[1].replaceAll("&amp;", "&"), url)).filter((to) => to.host === url.host);

/** Checks what all hosts share: pages, redirects to URLs with a slash, and the 404 page. */
async function common(origin, base, site) {
  const all = pages(site);
  assert.ok(all.length > 90, `${all.length} pages`);
  for (const path of all) {
    const answer = await ask(`${origin}${base}${path}`);
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get("content-type"), /^text\/html/, path);
    await answer.body.cancel();
  }
  for (const path of ["roles", "roles/product-leader", "strategy/roadmap", "compare/product-manager/product-leader"]) {
    const answer = await ask(`${origin}${base}${path}`);
    assert.ok([301, 302, 307, 308].includes(answer.status), `${path}: ${answer.status}`);
    const to = new URL(answer.headers.get("location"), `${origin}${base}${path}`);
    assert.equal(to.pathname, `${base}${path}/`);
    const page = await fetch(`${origin}${to.pathname}`);
    for (const link of links(await page.text(), new URL(`${origin}${to.pathname}`)).slice(0, 3)) {
      assert.equal((await fetch(link)).status, 200, `${link} from ${path}`);
    }
  }
  for (const path of ["nothing", "nothing/", "roles/nothing/at/all", "roles/nothing.html"]) {
    const answer = await ask(`${origin}${base}${path}`);
    assert.equal(answer.status, 404, path);
    const html = await answer.text();
    const style = html.match(/<link rel="stylesheet" href="([^"]+)"/)[1];
    assert.equal((await fetch(new URL(style, `${origin}${base}${path}`))).status, 200, `the style sheet from ${path}`);
    const home = html.match(/<a class="brand" href="([^"]+)"/)[1];
    assert.equal((await fetch(new URL(home, `${origin}${base}${path}`))).status, 200);
  }
}

const theme = (site) => {
  const folder = readdirSync(join(site, "assets")).find((name) => /^[0-9a-f]{12}$/.test(name));
  return `assets/${folder}/style.css`;
};

test("Cloudflare's own runtime serves pages, redirects and headers", async () => {
  const site = build("cloudflare", "https://handbook.example/");
  const origin = await cloudflare(site);
  await common(origin, "/", site);
  for (const old of ["/plans/old-roadmap/", "/plans/old-roadmap", "/plan.html"]) {
    const answer = await ask(origin + old);
    assert.equal(answer.status, 301, old);
    assert.equal(answer.headers.get("location"), "/strategy/roadmap/", old);
  }
  const page = await ask(`${origin}/roles/`);
  assert.match(page.headers.get("content-security-policy"), /^default-src 'none'.*frame-ancestors 'none'$/);
  assert.equal(page.headers.get("x-content-type-options"), "nosniff");
  assert.equal(page.headers.get("referrer-policy"), "same-origin");
  assert.ok(page.headers.get("permissions-policy"));
  assert.doesNotMatch(page.headers.get("cache-control") ?? "", /immutable/);
  const style = await ask(`${origin}/${theme(site)}`);
  assert.match(style.headers.get("cache-control"), /max-age=31536000, immutable/);
  assert.equal(style.headers.get("x-content-type-options"), "nosniff");
});

test("Netlify's own parsers accept every redirect and header, and its matcher redirects old URLs", async () => {
  const site = build("netlify", "https://handbook.example/");
  const file = join(site, "_redirects");
  const { redirects, errors } = await parseAllRedirects({ redirectsFiles: [file], netlifyConfigPath: undefined, configRedirects: [], minimal: true });
  assert.deepEqual(errors, []);
  assert.equal(redirects.length, readFileSync(file, "utf8").trim().split("\n").length);
  const matcher = await redirector.parsePlain(readFileSync(file, "utf8"), {});
  for (const path of ["/plans/old-roadmap/", "/plans/old-roadmap", "/plan.html"]) {
    const match = matcher.match({ scheme: "https", host: "handbook.example", path, query: "", headers: {}, cookieValues: {}, getHeader: () => "", getCookie: () => "" });
    assert.equal(match?.to, "/strategy/roadmap/", path);
    assert.equal(match.status, 301);
  }
  const parsed = await parseAllHeaders({ headersFiles: [join(site, "_headers")], netlifyConfigPath: undefined, configHeaders: [], minimal: true });
  assert.deepEqual(parsed.errors, []);
  const all = parsed.headers.find((rule) => rule.for === "/*");
  assert.match(all.values["Content-Security-Policy"], /^default-src 'none'/);
  assert.ok(parsed.headers.some((rule) => /^\/assets\/[0-9a-f]{12}\/\*$/.test(rule.for) && /immutable/.test(rule.values["Cache-Control"])));
});

test("nginx serves the site with the configuration in the hosting chapter", async () => {
  const site = build("plain", "https://handbook.example/");
  const port = await free();
  const server = block("nginx, with a password")
    .replace("listen 443 ssl;", `listen 127.0.0.1:${port};`)
    .replace("root /srv/handbook/public;", `root ${site};`)
    .replace(/^ *(ssl_|auth_).*\n/gm, "");
  const origin = await nginx(server, port);
  await common(origin, "/", site);
  for (const old of ["/plans/old-roadmap/", "/plan.html"]) {
    const html = await (await fetch(origin + old)).text();
    const to = html.match(/http-equiv="refresh" content="0; ?url=([^"]+)"/)[1];
    assert.equal(new URL(to, origin + old).pathname, "/strategy/roadmap/");
  }
  const style = await ask(`${origin}/${theme(site)}`);
  assert.match(style.headers.get("cache-control"), /immutable/);
  assert.equal(style.headers.get("x-content-type-options"), "nosniff");
  assert.equal((await ask(`${origin}/roles/`)).headers.get("x-content-type-options"), "nosniff");
});

test("nginx serves the site under a path", async () => {
  const site = build("plain", "https://example.org/people/handbook/");
  const port = await free();
  const origin = await nginx(`server { listen 127.0.0.1:${port}; absolute_redirect off; error_page 404 /people/handbook/404.html; location /people/handbook/ { alias ${site}/; } }`, port);
  await common(origin, "/people/handbook/", site);
});

test("Caddy serves the site with the configuration in the hosting chapter", async () => {
  const site = build("plain", "https://caddy.example/");
  const port = await free();
  const text = block("Caddyfile, with a password")
    .replace("handbook.example.com {", `http://127.0.0.1:${port} {`)
    .replace("/srv/handbook/public", site)
    .replace(/ *basic_auth \{[^}]*\}\n/, "");
  const origin = await caddy(text, port);
  await common(origin, "/", site);
  const style = await ask(`${origin}/${theme(site)}`);
  assert.match(style.headers.get("cache-control"), /immutable/);
});
