// Tries the configurations and commands of the manual's pages on hosting with nginx, Caddy, Cloudflare's
// runtime and Netlify's matcher.
//
// What doesn't run here isn't tried: Cloudflare Access and oauth2-proxy (a stand-in answers as it does),
// S3 and CloudFront (their files are only read), DNS and certificates.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import redirector from "netlify-redirector";
import { ask, caddy, cloudflare, free, nginx, repository, scratch } from "./support.mjs";

const rolebook = join(repository, "target/debug/rolebook");
const page = (name) => readFileSync(join(repository, `docs/handbook/hosting/${name}.md`), "utf8");
/** Returns the block with a title. */
const block = (name, title) => page(name).split(` title="${title}"\n`)[1].split("\n```")[0];

/** Starts a handbook with a chapter that has an old address, builds it, and returns the folder of the project. */
function project(name, ...options) {
  const dir = join(scratch, name);
  execFileSync(rolebook, ["init", dir, "--host", "none", "--quiet"]);
  writeFileSync(join(dir, "handbook/hiring.md"), "---\naliases: [/careers/]\n---\n# Hiring\n\nHow we hire.\n");
  execFileSync(rolebook, ["-C", dir, "build", "--quiet", ...options]);
  chmodSync(dir, 0o755);
  return dir;
}

/** Requests a path with the name of a host, as if DNS pointed here. */
const called = (origin, host, path, headers = {}) => new Promise((done, failed) => {
  const { hostname, port } = new URL(origin);
  request({ hostname, port, path, headers: { host, ...headers } }, (answer) => {
    answer.resume();
    answer.on("end", () => done(answer));
  }).on("error", failed).end();
});

/** Makes a configuration of the manual listen on the loopback address without certificates. */
const local = (text, port) => text.replaceAll("listen 443 ssl;", `listen 127.0.0.1:${port};`).replace(/^ *ssl_.*\n/gm, "");

/** Requests a page, a folder without its slash, an old address and a page that doesn't exist. */
async function common(origin, base) {
  assert.equal((await ask(`${origin}${base}roles/product-manager/`)).status, 200);
  const slash = await ask(`${origin}${base}roles`);
  assert.ok([301, 302, 307, 308].includes(slash.status), `${slash.status}`);
  assert.equal(new URL(slash.headers.get("location"), origin).pathname, `${base}roles/`);
  assert.match(await (await ask(`${origin}${base}careers/`)).text(), /http-equiv="refresh" content="0; ?url=[^"]*hiring\//);
  const missing = await ask(`${origin}${base}nothing/here/`);
  assert.equal(missing.status, 404);
  const style = (await missing.text()).match(/<link rel="stylesheet" href="([^"]+)"/)[1];
  assert.ok(style.startsWith(base), style);
  assert.equal((await ask(new URL(style, origin))).status, 200, "the page for missing addresses has its styles");
}

test("the other address of a domain redirects to the one that counts", async () => {
  const port = await free();
  const other = local(block("custom-domain", "nginx, the other address"), port);
  const origin = await nginx(`server { listen 127.0.0.1:${port} default_server; return 204; }\n${other}`, port);
  const answer = await called(origin, "www.handbook.example.com", "/roles/?a=b");
  assert.equal(answer.statusCode, 301);
  assert.equal(answer.headers.location, "https://handbook.example.com/roles/?a=b");
  assert.equal((await called(origin, "handbook.example.com", "/roles/")).statusCode, 204);

  const second = await free();
  const text = block("custom-domain", "Caddyfile, the other address").replace("www.handbook.example.com {", `http://www.handbook.example.com:${second} {`);
  const caddied = await called(await caddy(text, second), `www.handbook.example.com:${second}`, "/roles/?a=b");
  assert.equal(caddied.statusCode, 301);
  assert.equal(caddied.headers.location, "https://handbook.example.com/roles/?a=b");

  const matcher = await redirector.parsePlain(block("custom-domain", "_redirects, on Netlify"), {});
  const visit = (host) => matcher.match({ scheme: "https", host, path: "/roles/", query: "", headers: {}, cookieValues: {}, getHeader: () => "", getCookie: () => "" });
  assert.equal(visit("old.example.com").to, "https://handbook.example.com/roles/");
  assert.equal(visit("old.example.com").status, 301);
  assert.equal(visit("handbook.example.com"), null);
});

test("the site works under a path of nginx, of Caddy and of a host that publishes one folder", async () => {
  const site = join(project("path", "--base-url", "https://example.com/handbook/"), "public");
  let port = await free();
  const server = block("sub-path", "nginx, under a path").replace("/srv/handbook/public/", `${site}/`);
  const origin = await nginx(`server { listen 127.0.0.1:${port}; absolute_redirect off; ${server} }`, port);
  await common(origin, "/handbook/");
  assert.equal((await ask(`${origin}/handbook`)).headers.get("location"), "/handbook/");
  assert.equal((await ask(`${origin}/handbook/roles/`)).headers.get("referrer-policy"), "same-origin");

  port = await free();
  const text = block("sub-path", "Caddyfile, under a path").replace("example.com {", `http://127.0.0.1:${port} {`).replaceAll("/srv/handbook/public", site);
  const caddied = await caddy(text, port);
  await common(caddied, "/handbook/");
  assert.equal((await ask(`${caddied}/handbook`)).headers.get("location"), "/handbook/");

  const whole = project("one-folder", "--out", "public/handbook", "--base-url", "https://example.com/handbook/");
  writeFileSync(join(whole, "public/index.html"), "<title>Example</title>");
  const flared = await cloudflare(join(whole, "public"));
  await common(flared, "/handbook/");
  assert.match(await (await ask(`${flared}/`)).text(), /Example/);
});

test("the policies of S3 and CloudFront can be read, and allow what the workflow does and no more", () => {
  const read = (title) => JSON.parse(block("s3-cloudfront", title));
  assert.equal(read("bucket-policy.json").Statement.Action, "s3:GetObject");
  assert.ok(!JSON.stringify(read("bucket-policy.json")).includes('"*"'));
  assert.match(JSON.stringify(read("trust.json")), /repo:acme\/handbook:ref:refs\/heads\/main/);
  assert.deepEqual(read("permissions.json").Statement.flatMap((statement) => statement.Action).sort(), ["cloudfront:CreateInvalidation", "s3:DeleteObject", "s3:ListBucket", "s3:PutObject"]);
  assert.equal(read("headers.json").SecurityHeadersConfig.FrameOptions.FrameOption, "DENY");
});

/** Answers as oauth2-proxy does: 202 for a request with the cookie of a reader who signed in, 401 otherwise. */
async function signOn() {
  const server = createServer((asked, answer) => {
    const isIn = /_oauth2_proxy=ours/.test(asked.headers.cookie ?? "");
    const status = asked.url.startsWith("/oauth2/auth") ? (isIn ? 202 : 401) : 200;
    answer.writeHead(status, { "content-type": "text/html" });
    answer.end(asked.url.startsWith("/oauth2/sign_in") || asked.headers["x-auth-request-redirect"] ? `Sign in for ${asked.headers["x-auth-request-redirect"] ?? asked.url}` : "");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return server;
}

/** Checks that nothing is served without a sign-on, and everything with one. */
async function locked(origin, signedOut) {
  for (const path of ["/", "/roles/", "/search/", "/llms.txt", "/api/v1/competencies.json", "/nothing/", "/404.html"]) {
    const answer = await ask(origin + path);
    await signedOut(answer, path);
  }
  /** @type {RequestInit} */
  const cookie = { headers: { cookie: "_oauth2_proxy=ours" }, redirect: "manual" };
  const inside = await fetch(`${origin}/roles/product-manager/`, cookie);
  assert.equal(inside.status, 200);
  assert.match(inside.headers.get("cache-control"), /private/);
  const missing = await fetch(`${origin}/nothing/`, cookie);
  assert.equal(missing.status, 404);
  assert.match(await missing.text(), /Page not found/);
}

test("a sign-on in front of nginx and Caddy keeps everyone out who hasn't signed in", async () => {
  const site = join(project("internal", "--base-url", "https://handbook.example.com/"), "public");
  const server = await signOn();
  const proxy = `127.0.0.1:${server.address().port}`;
  try {
    let port = await free();
    const text = local(block("internal-readers", "nginx, with a sign-on"), port).replace("/srv/handbook/public", site).replaceAll("127.0.0.1:4180", proxy);
    await locked(await nginx(text, port), async (answer, path) => {
      assert.match(await answer.text(), new RegExp(`^Sign in for ${path}$`), path);
    });
    port = await free();
    const caddyfile = block("internal-readers", "Caddyfile, with a sign-on").replace("handbook.example.com {", `http://127.0.0.1:${port} {`).replaceAll("/srv/handbook/public", site).replaceAll("127.0.0.1:4180", proxy);
    await locked(await caddy(caddyfile, port), async (answer, path) => {
      assert.equal(answer.status, 302, path);
      assert.equal(answer.headers.get("location"), `/oauth2/sign_in?rd=${path}`);
    });
  } finally {
    server.close();
  }
});

test("a log of requests counts the pages that were read", async () => {
  const site = join(project("counted"), "public");
  const port = await free();
  const log = join(scratch, "access.log");
  const origin = await nginx(`server { listen 127.0.0.1:${port}; root ${site}; access_log ${log} combined; }`, port);
  for (const path of ["/roles/", "/roles/", "/glossary/", "/nothing/", "/robots.txt"]) await ask(origin + path);
  const command = page("analytics").split("```sh\nawk")[1].split("\n```")[0].replace("/var/log/nginx/access.log", log);
  const counted = execFileSync("sh", ["-c", `awk${command}`], { encoding: "utf8" }).trim().split("\n").filter((line) => !line.endsWith(" /"));
  assert.deepEqual(counted, ["2 /roles/", "1 /glossary/"]);
});

test("the settings for analytics allow one host in Cloudflare's runtime", async () => {
  const dir = project("analytics");
  mkdirSync(join(dir, "themes/acme/templates"), { recursive: true });
  writeFileSync(join(dir, "themes/acme/templates/base.html"), `${block("analytics", "themes/acme/templates/base.html")}\n`);
  writeFileSync(join(dir, "themes/acme/theme.toml"), 'extends = "default"\n');
  const toml = join(dir, "handbook/handbook.toml");
  writeFileSync(toml, readFileSync(toml, "utf8").replace(/^title = .*$/m, (title) => `${title}\ntheme = "acme"`));
  appendFileSync(toml, `\n${block("analytics", "handbook.toml").replace(/^theme = .*\n/m, "")}\n[publish]\nhost = "cloudflare"\n`);
  execFileSync(rolebook, ["-C", dir, "build", "--quiet"]);
  const answer = await ask(`${await cloudflare(join(dir, "public"))}/roles/`);
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /script-src 'self' https:\/\/stats\.example\.com;/);
  assert.match(policy, /connect-src 'self' https:\/\/stats\.example\.com;/);
  assert.equal(policy.split("stats.example.com").length, 3, "no other part of the policy names it");
  assert.match(await answer.text(), /<script defer src="https:\/\/stats\.example\.com\/script\.js" data-site=/);
});
