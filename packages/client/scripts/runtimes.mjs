#!/usr/bin/env node
// node scripts/runtimes.mjs [node|deno|bun|workerd[=<command>]]…
// Runs the built client in other runtimes, against a stand-in gateway in this process that cuts a create call and an event
// stream. Without arguments: every runtime that the PATH has. Prints one line for each; exits 1 where one fails.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const CHECKS = join(PACKAGE, 'test/runtimes');
const LIMIT_MS = 60_000;
const ARGUMENTS = { node: [[]], deno: [['run', '-A']], bun: [['run']] };

const given = process.argv.slice(2).map((one) => one.split('='));
const all = ['node', 'deno', 'bun', 'workerd'].map((name) => [name]);
let failed = false;
for (const [name, command = name] of given.length > 0 ? given : all) {
  const version = spawnSync(command, ['--version'], { encoding: 'utf8' });
  if (version.error !== undefined) {
    report(name, 'not found');
    failed ||= given.length > 0;
    continue;
  }
  const label = `${name} ${version.stdout.trim().split('\n')[0]}`;
  const runs = name === 'workerd' ? [() => runWorker(command)] : runsOf(name, command);
  for (const [i, check] of runs.entries()) {
    const gateway = await startStandIn();
    const { ok, output } = await check(gateway.url);
    await gateway.stop();
    failed ||= !ok;
    report(`${label} (${i === 0 ? 'ESM' : 'CommonJS'})`, ok ? 'works' : `FAILS\n${output}`);
  }
}
process.exit(failed ? 1 : 0);

function report(name, result) {
  process.stdout.write(`${name}: ${result}\n`);
}

function runsOf(name, command) {
  const [first = []] = ARGUMENTS[name] ?? [];
  return ['module.mjs', 'common.cjs'].map((file) => (url) => run(command, [...first, join(CHECKS, file), url]));
}

async function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { ok: code === 0 && out.includes('client works'), output: out + err };
}

/** workerd needs a configuration with every module, and is asked over HTTP. */
async function runWorker(command) {
  const folder = mkdtempSync(join(tmpdir(), 'kieq-workerd-'));
  // By their paths below the package, so that they find each other.
  const modules = ['test/runtimes/worker.mjs', 'dist/index.js', 'dist/calls.js', 'test/runtimes/smoke.mjs'];
  const gateway = await startStandIn();
  try {
    for (const [at, path] of modules.entries())
      writeFileSync(join(folder, `${at}.js`), readFileSync(join(PACKAGE, path)));
    const list = modules.map((path, at) => `(name = "${path}", esModule = embed "${at}.js")`);
    writeFileSync(
      join(folder, 'config.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (modules = [${list.join(', ')}], compatibilityDate = "2026-01-01")),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);\n`,
    );
    const child = spawn(command, ['serve', 'config.capnp', '--control-fd=3'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    const output = text(child.stderr);
    const port = await portOf(child);
    const answer = port === undefined ? undefined : await fetch(`http://127.0.0.1:${port}/?gateway=${gateway.url}`);
    const said = (await answer?.text()) ?? '';
    child.kill();
    return { ok: answer?.status === 200 && said === 'client works', output: said + (await output) };
  } finally {
    await gateway.stop();
    rmSync(folder, { recursive: true });
  }
}

/** workerd says on its control descriptor which port it has taken; undefined where it ends before. */
async function portOf(child) {
  let said = '';
  for await (const chunk of child.stdio[3]) {
    said += chunk;
    const port = /"port":\s*(\d+)/.exec(said)?.[1];
    if (port !== undefined) return port;
  }
  return undefined;
}

/** Answers as a gateway; cuts the first create call after it was read, and the first event stream after its first event. */
async function startStandIn() {
  const generation = {
    id: 'gen_1',
    state: 'succeeded',
    tenant: 'a',
    model: 'm',
    priority: 100,
    createdAt: 1,
    attempts: [],
    polls: 1,
    resultUrls: ['https://x.test/1.mp4'],
    kieUrls: [],
    results: [],
    metadata: {},
  };
  const keys = new Set();
  const event = (id, state) => `id: ${id}\nevent: state\ndata: {"id":"gen_1","state":"${state}"}\n\n`;
  const answer = (response, status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const routes = {
    async 'POST /v1/generations'(request, response) {
      const key = /"idempotencyKey":"([^"]+)"/.exec(await text(request))?.[1];
      const isFirst = !keys.has(key);
      keys.add(key);
      if (isFirst) request.socket.destroy();
      else answer(response, 200, { id: 'gen_1', created: false, state: 'queued' });
    },
    async 'POST /v1/generations/batch'(request, response) {
      const { items } = JSON.parse(await text(request));
      answer(response, 200, { items: items.map(() => ({ ok: true, id: 'gen_1', created: true, state: 'queued' })) });
    },
    'GET /v1/generations/gen_1'(_request, response) {
      answer(response, 200, generation);
    },
    'GET /v1/generations/gen_1/events'(request, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const after = request.headers['last-event-id'];
      if (after !== '2-0') {
        response.write(`retry: 50\n\n${event('1-0', 'queued')}${event('2-0', 'generating')}`, () =>
          setTimeout(() => request.socket.destroy(), 50),
        );
      } else response.end(`${event('3-0', 'succeeded')}event: end\ndata: {"id":"gen_1","state":"succeeded"}\n\n`);
    },
    'GET /v1/generations/gen_slow/events'(_request, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 50\n\n');
    },
  };
  const server = createServer((request, response) => {
    const handler = routes[`${request.method} ${request.url}`];
    const isCaller = request.headers.authorization === 'Bearer kq-smoke';
    if (handler !== undefined && isCaller) void handler(request, response);
    else answer(response, 404, { error: { code: 'not_found', message: 'there is none' } });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
    },
  };
}
