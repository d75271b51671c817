import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { REQUEST } from '../generations.ts';
import { NO_WORKER, testPool, type TestPool } from '../support.ts';

let pool: TestPool;
let folder: string;
beforeEach(async () => {
  pool = await testPool('cli-enqueue');
  folder = await mkdtemp(join(tmpdir(), 'kieq-cli-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await pool.cleanup();
});

const single = ['enqueue', '--prompt', 'a slow pan', '--image-url', 'https://example.com/a.jpg'];
const countQueued = async (): Promise<number> => (await pool.ledger.read.stateCounts()).queued;

it('enqueues one with the cheapest defaults and prints its id', async () => {
  const { code, stdout, stderr } = await pool.run([...single, '--tenant', 'shop', '--priority', '5']);
  // No worker runs on this pool, which the command says as well.
  expect(stderr).toMatch(NO_WORKER);
  expect([code, stderr.replace(NO_WORKER, '')]).toEqual([0, '1 enqueued, 0 existed already, 0 not enqueued.\n']);
  expect(stdout).toMatch(/^gen_\w+\n$/);
  const record = await pool.ledger.read.generation(stdout.trim());
  expect(record).toMatchObject({ state: 'queued', tenant: 'shop', priority: 5 });
  expect(JSON.parse(record?.payload ?? '')).toEqual({
    request: {
      model: REQUEST.model,
      input: { prompt: 'a slow pan', image_urls: ['https://example.com/a.jpg'], duration: '5', sound: false },
    },
  });
});

it('passes what it is told, also for other models', async () => {
  const kling = await pool.run([
    ...single,
    '--image-url',
    'https://example.com/b.jpg',
    '--duration',
    '10',
    '--sound',
    '--json',
  ]);
  expect(kling.json).toEqual([{ id: expect.stringMatching(/^gen_/), created: true }]);
  const other = await pool.run([
    'enqueue',
    '--model',
    'other/model',
    '--input',
    '{"image":"https://example.com/a.jpg","n":0}',
  ]);
  expect(JSON.parse((await pool.ledger.read.generation(other.stdout.trim()))?.payload ?? '')).toEqual({
    request: { model: 'other/model', input: { image: 'https://example.com/a.jpg', n: 0 } },
  });
});

it('is the same generation for the same key, and a conflict with another request', async () => {
  const keyed = [...single, '--idempotency-key', 'k1', '--json'];
  const first = await pool.run(keyed);
  const again = await pool.run(keyed);
  expect(first.json).toMatchObject([{ created: true }]);
  expect(again).toMatchObject({ code: 0, json: [{ created: false, state: 'queued' }] });
  const conflict = await pool.run([...keyed, '--sound']);
  expect(conflict).toMatchObject({ code: 4, json: [{ error: { code: 'idempotency_conflict' } }] });
  expect(await countQueued()).toBe(1);
});

it('tells how one stands that was made before, and ends as waiting for it would', async () => {
  const keyed = [...single, '--idempotency-key', 'k1'];
  const id = (await pool.run(keyed)).stdout.trim();
  const waiting = await pool.run(keyed);
  expect(waiting).toMatchObject({ code: 0, stdout: `${id}\n` });
  expect(waiting.stderr).toContain(`${id} existed already: queued; follow it with: kieq watch ${id}\n`);

  await pool.ledger.kill({ id, class: 'invalid_request', expected: 'queued', evidence: { summary: 'no such image' } });
  const dead = await pool.run(keyed);
  expect(dead).toMatchObject({ code: 6, stdout: `${id}\n` });
  expect(dead.stderr).toMatch(
    /existed already: dead \(invalid_request: no such image\) since 20\S+Z; .*kieq dlq show gen_/,
  );
  const json = await pool.run([...keyed, '--json']);
  expect(json).toMatchObject({
    code: 6,
    json: [{ id, created: false, state: 'dead', deadLetter: { class: 'invalid_request', summary: 'no such image' } }],
  });
});

it('names those of a file that exist already and have no video, and enqueues the others', async () => {
  const cancelled = (await pool.run([...single, '--idempotency-key', 'k1'])).stdout.trim();
  await pool.ledger.cancel(cancelled);
  const request = { model: REQUEST.model, input: { ...REQUEST.input, image_urls: ['https://example.com/a.jpg'] } };
  await pool.run([...single, '--idempotency-key', 'k2']);
  const piped = ['k1', 'k2', 'k3'].map((idempotencyKey) => JSON.stringify({ request, options: { idempotencyKey } }));
  const { code, stderr } = await pool.run(['enqueue', '--from', '-'], { piped: piped.join('\n') });
  expect(code).toBe(6);
  expect(stderr.match(/existed already: /g)).toHaveLength(1);
  expect(stderr.replace(NO_WORKER, '')).toMatch(
    new RegExp(`^${cancelled} existed already: cancelled since 20\\S+Z; see kieq show ${cancelled}`),
  );
  expect(stderr).toContain('1 enqueued, 2 existed already, 0 not enqueued.');
  expect(await countQueued()).toBe(2);
});

it.each([
  [['enqueue'], 'input.prompt'],
  [['enqueue', '--prompt', 'x'], 'input.image_urls'],
  [[...single, '--input', '[]'], '--input must be a JSON object'],
  [[...single, '--tenant', 'a b'], 'options.tenant must be 1 to 64'],
  [[...single, '--duration', '7'], 'Allowed choices are 5'],
  [[...single, '--from', 'x.jsonl'], 'cannot be used with'],
  [['enqueue', '--from', '/no/such/file.jsonl'], 'cannot be read'],
  [['enqueue', '--from', '/tmp'], 'cannot be read'],
  [['enqueue', '--from', '-'], 'has no requests'],
])('refuses %j', async (argv, reason) => {
  const { code, stdout, stderr } = await pool.run(argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(reason);
  expect(await countQueued()).toBe(0);
});

it('enqueues the lines of a file in their order', async () => {
  const lines = Array.from({ length: 250 }, (_, i) =>
    JSON.stringify({ request: REQUEST, options: { idempotencyKey: `k${i}`, metadata: { n: String(i) } } }),
  );
  const file = join(folder, 'requests.jsonl');
  await writeFile(file, `${lines.join('\r\n')}\n\n`);
  const { code, stdout } = await pool.run(['enqueue', '--from', file]);
  expect(code).toBe(0);
  const ids = stdout.trimEnd().split('\n');
  expect(new Set(ids).size).toBe(250);
  expect(await countQueued()).toBe(250);
  expect((await pool.ledger.read.generation(ids[249] ?? ''))?.payload).toContain('"n":"249"');
});

it('enqueues nothing when one line is wrong, and names them', async () => {
  const piped = [
    JSON.stringify({ request: REQUEST }),
    '{',
    '[]',
    JSON.stringify(REQUEST),
    JSON.stringify({ request: { ...REQUEST, input: {} } }),
    JSON.stringify({ request: REQUEST, options: { idempotencykey: 'x' } }),
  ].join('\n');
  const { code, stderr } = await pool.run(['enqueue', '--from', '-'], { piped });
  expect(code).toBe(2);
  expect(stderr).toContain('nothing was enqueued, since 5 lines are wrong');
  for (const text of [
    'line 2: is not JSON',
    'line 3: must be an object',
    'line 4: must have request and options only',
    'line 5: input.prompt',
    'line 6: there is no option idempotencykey',
  ]) {
    expect(stderr).toContain(text);
  }
  expect(await countQueued()).toBe(0);
});

it('names the fields of a file that have no effect, line by line, and enqueues', async () => {
  const request = { ...REQUEST, callbackUrl: 'https://example.com/hook', priority: 1 };
  const lines = [{ request: REQUEST }, { request }].map((line) => JSON.stringify(line));
  const { code, stdout, stderr } = await pool.run(['enqueue', '--from', '-'], { piped: lines.join('\n') });
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(2);
  const callback = 'callbackUrl is no known field and was ignored';
  const option = 'priority has no effect in the request: it is one of the options';
  expect(stderr).toContain(`warning: line 2: ${callback}; ${option}\n`);
  expect(stderr).not.toContain('line 1');
});

it('prints the lines of conflicts next to the ids', async () => {
  await pool.run([...single, '--idempotency-key', 'k1']);
  const piped = [{ request: REQUEST, options: { idempotencyKey: 'k1' } }, { request: REQUEST }]
    .map((line) => JSON.stringify(line))
    .join('\n');
  const { code, stdout, stderr } = await pool.run(['enqueue', '--from', '-'], { piped });
  expect(code).toBe(4);
  expect(stdout).toMatch(/^not enqueued: idempotencyKey .*\ngen_\w+\n$/);
  expect(stderr).toContain('1 enqueued, 0 existed already, 1 not enqueued.');
});

it('refuses what would not arrive as it was meant: bytes, half characters, numbers, arguments', async () => {
  const line = (prompt: string): string =>
    JSON.stringify({ request: { ...REQUEST, input: { ...REQUEST.input, prompt } } });
  const file = join(folder, 'strange.jsonl');
  const number = '{"request":{"model":"other/model","input":{"seed":9007199254740993}}}';
  const text = [line('fine – é'), String.raw`${line('half')}`.replace('half', String.raw`\ud800`), number, ''].join(
    '\n',
  );
  await writeFile(file, Buffer.concat([Buffer.from(text), Buffer.from(line('caf\u00e9'), 'latin1')]));
  const { code, stderr } = await pool.run(['enqueue', '--from', file]);
  expect(code).toBe(2);
  for (const reason of [
    'since 3 lines are wrong',
    'line 2: input.prompt must have whole characters',
    'line 3: input.seed must have no more digits than a double holds',
    'line 4: has bytes that are no UTF-8',
  ])
    expect(stderr).toContain(reason);
  // As Node reads an argument that is no UTF-8.
  const argument = await pool.run([...single, '--prompt', 'caf\ufffd']);
  expect(argument).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--prompt is not UTF-8'),
  });
  expect(await countQueued()).toBe(0);
});
