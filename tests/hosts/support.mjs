// What the tests of hosts share: a temporary folder, free ports, and servers that end with the tests.

import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { after } from "node:test";

export const here = dirname(fileURLToPath(import.meta.url));
export const repository = resolve(here, "../..");
export const scratch = mkdtempSync(join(tmpdir(), "rolebook-hosts-"));
// If root starts nginx, it reads files as another user.
chmodSync(scratch, 0o755);
const children = [];
after(() => {
  for (const child of children) child.kill();
  rmSync(scratch, { recursive: true, force: true });
});

export const free = () => new Promise((found) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => found(port));
  });
});

/** Starts a server and waits until it answers. */
export async function start(port, command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  children.push(child);
  let said = "";
  child.stdout.on("data", (bytes) => { said += bytes; });
  child.stderr.on("data", (bytes) => { said += bytes; });
  for (let n = 0; n < 300; n += 1) {
    if (child.exitCode !== null) break;
    try {
      await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" });
      return `http://127.0.0.1:${port}`;
    } catch {
      await new Promise((next) => setTimeout(next, 200));
    }
  }
  throw new Error(`${command} does not answer: ${said}`);
}

export const ask = (url) => fetch(url, { redirect: "manual" });

/** Starts Cloudflare's runtime on a folder. */
export async function cloudflare(site) {
  const port = await free();
  const env = { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", HOME: scratch };
  const wrangler = join(here, "node_modules/.bin/wrangler");
  return start(port, wrangler, ["pages", "dev", site, "--port", String(port), "--ip", "127.0.0.1", "--compatibility-date", "2026-01-01", "--inspector-port", "0"], { env, cwd: scratch });
}

/** Starts nginx with the block of a server. */
export async function nginx(server, port) {
  const folder = mkdtempSync(join(scratch, "nginx-"));
  chmodSync(folder, 0o755);
  const config = `daemon off; pid ${folder}/pid; error_log ${folder}/errors; worker_processes 1;\nevents {}\nhttp {\n` +
    `include /etc/nginx/mime.types; access_log off; client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;\n${server}\n}\n`;
  writeFileSync(join(folder, "nginx.conf"), config);
  return start(port, "nginx", ["-c", join(folder, "nginx.conf"), "-p", folder, "-e", join(folder, "errors")]);
}

/** Starts Caddy with the text of a Caddyfile. */
export async function caddy(text, port) {
  const file = join(mkdtempSync(join(scratch, "caddy-")), "Caddyfile");
  writeFileSync(file, `{\n    admin off\n}\n${text}\n`);
  const env = { ...process.env, HOME: scratch, XDG_DATA_HOME: scratch, XDG_CONFIG_HOME: scratch };
  return start(port, "caddy", ["run", "--config", file, "--adapter", "caddyfile"], { env });
}
