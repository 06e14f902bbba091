// Starts a handbook for each host with `rolebook init --host`, builds it in a clean clone as the host's
// workflow does, and serves the site with the host's own software or the nearest that runs here.
//
// GitHub Pages, GitLab Pages and S3 with CloudFront don't run here. Caddy serves their sites as files, S3's
// behind the function that `init` writes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { parseAllHeaders } from "@netlify/headers-parser";
import redirector from "netlify-redirector";
import { ask, caddy, cloudflare, free, nginx, repository, scratch } from "./support.mjs";

const rolebook = join(repository, "target/debug/rolebook");
const run = (cwd, program, ...words) => execFileSync(program, words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PATH: `${join(repository, "target/debug")}:${process.env.PATH}`, GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@a.example", GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@a.example" } });

/** Starts a handbook with a chapter that has an old address, commits it, and returns a clean clone. */
function begun(host) {
  const [ours, clone] = [join(scratch, host), join(scratch, `${host}-clone`)];
  run(scratch, rolebook, "init", ours, "--host", host);
  writeFileSync(join(ours, "handbook/hiring.md"), "---\naliases: [/careers/]\n---\n# Hiring\n\nHow we hire.\n");
  run(ours, "git", "init", "--quiet", "--initial-branch", "main");
  run(ours, "git", "add", "--all");
  run(ours, "git", "commit", "--quiet", "--message", "Begin");
  run(scratch, "git", "clone", "--quiet", ours, clone);
  chmodSync(clone, 0o755);
  return clone;
}

/** Returns the line that builds the site for publishing, from the file that `init` wrote for the host. */
function line(clone, host) {
  const file = { netlify: "netlify.toml", gitlab: ".gitlab-ci.yml" }[host] ?? ".github/workflows/handbook.yml";
  const text = readFileSync(join(clone, file), "utf8");
  return text.match(/rolebook build --base-url (?:\\"|")\$\w+(?:\\"|")/)[0].replaceAll("\\", "");
}

/** Runs the line that publishes in a clean clone with the address of the site, and returns the folder of the site. */
function built(host, address) {
  const clone = begun(host);
  const command = line(clone, host);
  const variable = command.match(/\$(\w+)/)[1];
  run(clone, "env", `${variable}=${address}`, "sh", "-c", command);
  return join(clone, "public");
}

/** Requests a page, a folder without its slash, an old address and a page that doesn't exist. */
async function common(origin, base = "/") {
  const page = await ask(`${origin}${base}roles/product-manager/`);
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-type"), /^text\/html/);
  assert.match(await page.text(), /Product manager/i);
  const slash = await ask(`${origin}${base}roles`);
  assert.ok([301, 302, 307, 308].includes(slash.status), `${slash.status}`);
  assert.equal(new URL(slash.headers.get("location"), origin).pathname, `${base}roles/`);
  const missing = await ask(`${origin}${base}nothing/here/`);
  assert.equal(missing.status, 404);
  assert.match(await missing.text(), /Page not found/);
  await old(origin, base);
}

/** Requests an old address, and follows a redirect or a page that redirects. */
async function old(origin, base) {
  const answer = await ask(`${origin}${base}careers/`);
  const to = answer.status === 200
    ? (await answer.text()).match(/http-equiv="refresh" content="0; ?url=([^"]+)"/)[1]
    : answer.headers.get("location");
  assert.equal(new URL(to, `${origin}${base}careers/`).pathname, `${base}hiring/`);
}

const files = (root) => (port) => `http://127.0.0.1:${port} {\n    ${root}\n    file_server\n    handle_errors {\n        rewrite * /404.html\n        file_server\n    }\n}`;

test("a new handbook for nginx is built by its script and served with its configuration", async () => {
  const clone = begun("nginx");
  const place = join(scratch, "srv");
  mkdirSync(place, { mode: 0o755 });
  run(clone, "sh", "deploy.sh", place);
  const port = await free();
  const server = readFileSync(join(clone, "nginx.conf"), "utf8")
    .replace(/listen 80;/, `listen 127.0.0.1:${port};`)
    .replace("/srv/handbook/current", join(place, "current"));
  const origin = await nginx(server, port);
  await common(origin);
  const page = await ask(`${origin}/roles/`);
  assert.equal(page.headers.get("cache-control"), "no-cache");
  assert.equal(page.headers.get("x-content-type-options"), "nosniff");
  // A second build is there at once, without a restart.
  writeFileSync(join(clone, "handbook/news.md"), "# News\n");
  run(clone, "git", "add", "--all");
  run(clone, "git", "commit", "--quiet", "--message", "News", "--date", "2027-01-01T00:00:00Z");
  run(clone, "sh", "deploy.sh", place);
  assert.equal((await ask(`${origin}/news/`)).status, 200);
});

test("a new handbook for Cloudflare Pages redirects and sends headers in Cloudflare's runtime", async () => {
  const origin = await cloudflare(built("cloudflare", "https://acme.pages.dev/"));
  await common(origin);
  assert.equal((await ask(`${origin}/careers/`)).status, 301, "the rule comes before the page that redirects");
  assert.match((await ask(`${origin}/roles/`)).headers.get("content-security-policy"), /^default-src 'none'/);
});

test("a new handbook for Netlify redirects by Netlify's matcher, even where a page redirects too", async () => {
  const site = built("netlify", "https://acme.netlify.app/");
  const matcher = await redirector.parsePlain(readFileSync(join(site, "_redirects"), "utf8"), {});
  const match = matcher.match({ scheme: "https", host: "acme.netlify.app", path: "/careers/", query: "", headers: {}, cookieValues: {}, getHeader: () => "", getCookie: () => "" });
  assert.equal(match.to, "/hiring/");
  assert.equal(match.status, 301);
  assert.ok(match.force ?? match.force404 ?? readFileSync(join(site, "_redirects"), "utf8").includes("301!"));
  const { headers } = await parseAllHeaders({ headersFiles: [join(site, "_headers")], netlifyConfigPath: undefined, configHeaders: [], minimal: true });
  assert.match(headers.find((rule) => rule.for === "/*").values["Content-Security-Policy"], /^default-src 'none'/);
  // If the project moves to a host without rules, the same files still redirect.
  const port = await free();
  await common(await caddy(files(`root * ${site}`)(port), port));
});

test("a new handbook for GitHub Pages works below a path", async () => {
  const site = built("github-pages", "https://acme.github.io/handbook");
  assert.ok(existsSync(join(site, ".nojekyll")));
  const port = await free();
  const text = `http://127.0.0.1:${port} {\n    handle_path /handbook/* {\n        root * ${site}\n        file_server\n    }\n    handle_errors {\n        rewrite * /404.html\n        root * ${site}\n        file_server\n    }\n}`;
  const origin = await caddy(text, port);
  const page = await ask(`${origin}/handbook/roles/product-manager/`);
  assert.equal(page.status, 200);
  await old(origin, "/handbook/");
  const missing = await ask(`${origin}/handbook/nothing/here/`);
  assert.equal(missing.status, 404);
  const style = (await missing.text()).match(/<link rel="stylesheet" href="([^"]+)"/)[1];
  assert.match(style, /^\/handbook\/assets\//);
  assert.equal((await ask(new URL(style, origin))).status, 200);
});

test("a new handbook for GitLab Pages is a folder of files with redirects and a page for missing URLs", async () => {
  const port = await free();
  const site = built("gitlab", "https://acme.gitlab.io");
  const origin = await caddy(files(`root * ${site}`)(port), port);
  await common(origin);
});

test("a new handbook for S3 is served behind its CloudFront function", async () => {
  const site = built("s3", "https://handbook.example/");
  const clone = join(scratch, "s3-clone");
  const context = vm.createContext({});
  vm.runInContext(`${readFileSync(join(clone, "cloudfront.js"), "utf8")}; this.handler = handler;`, context);
  // A private bucket answers 403 for what it doesn't have, and has no folders.
  const server = createServer((request, response) => {
    const result = context.handler({ request: { uri: request.url.split("?")[0] } });
    if (result.statusCode) {
      response.writeHead(result.statusCode, { location: result.headers.location.value });
      return response.end();
    }
    const file = join(site, decodeURIComponent(result.uri));
    const found = existsSync(file);
    const type = file.endsWith(".html") || !found ? "text/html; charset=utf-8" : "application/octet-stream";
    response.writeHead(found ? 200 : 404, { "content-type": type });
    return response.end(readFileSync(found ? file : join(site, "404.html")));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    await common(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
  }
});
