import { appendFileSync, promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * A process of its own that saves one result with the built packages and kills itself before or after its nth call of
 * a function of the file system. It writes a line for each call, and the outcome as the last one.
 * Arguments: { location, place, url, steps: file that the calls are written to, dieAt?: { call, nth, phase } }
 */
const { location, place, url, steps, dieAt } = JSON.parse(process.argv[2]);
const CALLS = ['access', 'mkdir', 'open', 'readdir', 'rename', 'rm', 'stat', 'unlink'];
const HANDLE_CALLS = ['stat', 'sync', 'writeFile', 'writev'];

/** Calls so far, by name. */
const counts = new Map();

function pass(call, nth, phase) {
  if (dieAt?.call === call && dieAt.nth === nth && dieAt.phase === phase) process.kill(process.pid, 'SIGKILL');
}

function watch(owner, name) {
  const plain = owner[name];
  owner[name] = async function watched(...args) {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    appendFileSync(steps, `${name} ${nth}\n`);
    pass(name, nth, 'before');
    try {
      return await plain.apply(this, args);
    } finally {
      pass(name, nth, 'after');
    }
  };
}

const handle = await promises.open(process.execPath, 'r');
const handles = Object.getPrototypeOf(handle);
await handle.close();
for (const name of HANDLE_CALLS) watch(handles, name);
for (const name of CALLS) watch(promises, name);
// So that modules that import a call by its name get the watched one.
syncBuiltinESMExports();

const [{ createArchive }, { createOutbound }, { openBlobStore }] = await Promise.all([
  import('@kieq/archive'),
  import('@kieq/outbound'),
  import('@kieq/storage'),
]);
const archive = createArchive({
  store: openBlobStore(location),
  outbound: createOutbound({ allowPrivate: true }),
  maxBytes: 2 ** 32,
  bytesPerSecond: 0,
  headMs: 10_000,
  stallMs: 10_000,
  totalMs: 600_000,
});
const outcome = await archive.save({ place, url });
await archive.close();
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ ...outcome, peakBytes }));
