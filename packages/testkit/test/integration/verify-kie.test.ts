import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSimulator, type FaultRule, type Simulator, type SimulatorConfiguration } from '@kieq/simulator';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../src/index.ts';
import { optionsOf, type VerifyOptions } from '../../src/verify-kie/options.ts';
import { reportOf } from '../../src/verify-kie/report.ts';
import { verifyKie, type Verification } from '../../src/verify-kie/run.ts';
import { ROOT } from '../support/documents.ts';

const KEY = 'a-secret-key-0123456789';
const WEBHOOK_KEY = 'a key of the account';
/** What the simulator leaves out: it is quick, stands behind nothing, and has only what kieq calls. */
const ONLY_AT_KIE = ['kling-time', 'newer-answers', 'older-endpoints', 'way'];
const PACE = { pollMs: 20, limitMs: 10_000, callbackMs: 5000 };

/** As recorded traffic has it. */
const WIRE: SimulatorConfiguration = {
  apiKey: KEY,
  webhookKey: WEBHOOK_KEY,
  paramInput: 'string',
  paramNumbers: 'loose',
  blankFields: 'empty',
  costTime: 'seconds',
  createLatency: { minMs: 0, maxMs: 1 },
  queryLatency: { minMs: 0, maxMs: 1 },
  generation: { kind: 'uniform', minMs: 100, maxMs: 150 },
  results: 'tiny',
};

let simulator: Simulator | undefined;
afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
});

async function verified(
  change: SimulatorConfiguration = {},
  args: readonly string[] = [],
  faults: readonly FaultRule[] = [],
): Promise<{ found: Verification; options: VerifyOptions; simulator: Simulator }> {
  simulator = createSimulator({ ...WIRE, ...change });
  const { url } = await simulator.start();
  simulator.script(faults);
  const needed = ['--key-from-env', 'THE_KEY', '--max-credits', '60', '--base-url', url];
  const options = optionsOf([...needed, ...args], { THE_KEY: KEY, KIE_WEBHOOK_HMAC_KEY: WEBHOOK_KEY });
  const [first, second] = await Promise.all(
    ['cat.png', 'coffee.png'].map((name) => readFile(join(ROOT, 'examples/images', name))),
  );
  if (first === undefined || second === undefined) throw new Error('no images');
  const found = await verifyKie(options, [first, second], () => undefined, PACE);
  return { found, options, simulator };
}

const idsOf = ({ findings }: Verification, wanted: string): string[] =>
  findings.flatMap(({ id, verdict }) => (verdict === wanted ? [id] : [])).toSorted();

test('every fact of the wire is confirmed for 55 credits, callbacks included', async () => {
  const port = await freePort();
  const callbacks = ['--public-url', `http://127.0.0.1:${port}/verify`, '--listen', String(port)];
  const { found, options, simulator: kie } = await verified({}, callbacks);
  expect(idsOf(found, 'differs')).toEqual(ONLY_AT_KIE);
  const confirmed = ['callback-body', 'callback-id', 'callback-signature', 'param', 'kling-price', 'stream-upload'];
  expect(idsOf(found, 'confirmed')).toEqual(expect.arrayContaining(confirmed));
  expect(kie.ledger.charges().map(({ credits }) => credits)).toEqual([55]);
  const report = reportOf(found, options, (text) => text);
  expect(report).toContain('55 credits charged of at most 60.');
  expect(`${report}${JSON.stringify(found)}`).not.toContain(KEY);
});

test('an answer that is another one than the document says differs, and nothing else does', async () => {
  const { found } = await verified({
    prices: { 'kling-2.6/image-to-video': 60 },
    paramInput: 'object',
    errorStyle: 'status',
  });
  expect(idsOf(found, 'differs')).toEqual([...ONLY_AT_KIE, 'error-status', 'kling-price', 'param'].toSorted());
  expect(found.findings.find(({ id }) => id === 'kling-price')?.seen).toBe('60 credits');
  expect(found.findings.find(({ id }) => id === 'callback-body')?.seen).toBe('there is no --public-url');
});

test('above the cap no createTask is sent at all', async () => {
  const { found, simulator: kie } = await verified({}, ['--max-credits', '54']);
  expect(kie.ledger.submissions()).toEqual([]);
  const { verdict, seen } = found.findings.find(({ id }) => id === 'kling-price') ?? {};
  expect([verdict, seen]).toEqual(['not checked', 'the clip costs about 55 credits, and --max-credits is 54']);
});

test('a lost answer to createTask is told, and createTask is not sent again', async () => {
  const { found, simulator: kie } = await verified(
    {},
    [],
    [{ on: 'createTask', when: { prompt: 'the camera moves forward slowly' }, fault: { kind: 'cutAfter' } }],
  );
  expect(found.findings.find(({ id }) => id === 'create-answer')?.seen).toContain('a paid task may exist');
  expect(kie.ledger.charges()).toHaveLength(1);
});
