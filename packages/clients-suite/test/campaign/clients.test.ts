import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { KEYS, startGateway } from '../../../../apps/gateway/test/support.ts';
import { startPool, TEST_KEY, type PoolFixture } from '../../../testkit/src/pool.ts';
import { startReceiver, type Receiver } from '../../../testkit/src/receiver.ts';
import { createKieClient } from '../../../kie/src/index.ts';
import { read, ROOT, withPart } from '../../../testkit/test/support/documents.ts';
import { execute, makeProject, npmInstall } from '../../../testkit/test/support/published.ts';
import { SUITE, type SuiteClient } from '../support/suite.ts';
import { dated, seenSchema, tableOf, type Seen } from '../support/table.ts';

const DOCUMENT = 'docs/kie/clients.md';
const PROGRAMS = join(import.meta.dirname, '../../clients');
const IMAGE = join(ROOT, 'examples/images/cat.png');
const PUBLIC_URL = 'https://kieq.example.com';

let folder: string;
let pool: PoolFixture;
let receiver: Receiver;
const seen = new Map<SuiteClient, Seen>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-clients-'));
  const project = join(folder, 'app');
  // npm takes a replacement only where no dependency of the project itself has the name.
  const manifest = JSON.stringify({ private: true, overrides: { sqlite3: 'file:./sqlite3' } });
  await makeProject(project, { 'package.json': manifest });
  await cp(PROGRAMS, project, { recursive: true });
  const packages = SUITE.flatMap(({ name, version, with: more = [] }) => [`${name}@${version}`, ...more]);
  [pool, receiver] = await Promise.all([
    startPool({
      redisUrl: inject('redisUrl'),
      name: 'clients',
      simulator: { models: ['*'] },
      worker: { archiveMode: 'at-once' },
    }),
    startReceiver(),
    npmInstall(project, ['--ignore-scripts', ...packages]),
  ]);
}, 300_000);

afterAll(async () => {
  await receiver.stop();
  await pool.stop();
  await rm(folder, { recursive: true, force: true });
});

/** For a client of pictures: Kie's answer is a picture, where the simulator has videos alone. */
async function answerWithPicture(prompt: string): Promise<void> {
  const { url } = pool.simulator;
  const kie = createKieClient({ apiKey: TEST_KEY, baseUrl: url, uploadUrl: url });
  const { downloadUrl } = await kie.upload({ file: IMAGE, fileName: 'sprites.png', uploadPath: 'results' });
  await kie.close();
  const resultJson = JSON.stringify({ resultUrls: [downloadUrl] });
  pool.simulator.script([{ on: 'task', when: { prompt }, fault: { kind: 'result', resultJson } }]);
}

test.each(SUITE)('$name: each step works', { timeout: 60_000 }, async (client) => {
  const { url } = await startGateway({ pool, keys: KEYS, publicUrl: PUBLIC_URL });
  const prompt = `by ${client.name}`;
  if (client.program === 'sprites.mjs') await answerWithPicture(prompt);
  const env = {
    BASE_URL: url,
    KEY: 'key-of-a',
    MODEL: 'kling-2.6/image-to-video',
    PROMPT: prompt,
    CALLBACK_URL: `${receiver.url}/${client.program}`,
    IMAGE,
    ...client.env,
  };
  const printed = await execute(join(folder, 'app'), process.execPath, [...(client.node ?? []), client.program], env);
  const { steps } = seenSchema.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? ''));
  seen.set(client, { steps });
  expect(steps.filter(({ ok }) => !ok)).toEqual([]);
});

test('the MCP server got the callback of each generation', async () => {
  const bodies = receiver.received.filter(({ path }) => path === '/mcp.mjs').map(({ text }) => JSON.parse(text));
  const states = z.array(z.looseObject({ code: z.literal(200) })).parse(bodies);
  expect(states.length).toBeGreaterThanOrEqual(2);
});

test('docs/kie/clients.md has the table', async () => {
  const rows = SUITE.flatMap((client): [SuiteClient, Seen][] => {
    const found = seen.get(client);
    return found === undefined ? [] : [[client, found]];
  });
  const text = await read(DOCUMENT);
  const today = new Date().toISOString().slice(0, 10);
  await expect(withPart(text, 'clients', dated(text, tableOf(rows), today))).toMatchFileSnapshot(join(ROOT, DOCUMENT));
});
