import { get } from 'node:http';
import type { SubmitAnswer } from '@kieq/domain';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { holds } from '../../../testkit/test/fuzz/holds.ts';
import { KieError } from '../../src/errors.ts';
import type { KieClient } from '../../src/client.ts';
import { answers, BODY_LIMIT, isWhole, write, type HostileAnswer } from '../fuzz/answers.ts';
import { TASK, TOKEN } from '../fuzz/bodies.ts';
import { API_KEY, client, httpServer, REQUEST, sendOptions, type TestServer } from './servers.ts';

/** The same answers in every run; change it to look elsewhere. */
const SEED = 20_262;
const RUNS = 100;
const TIMEOUT_MS = 60;
/** A busy machine takes its time; a search without end takes minutes. */
const PATIENCE_MS = 5000;
const EVIDENCE_LIMIT = 3000;
const LANDED = '/landed';

/** Codes that say "nothing was created", and statuses that do where there is no code (docs/failure-modes/kie.md). */
const REFUSING_CODES = new Set([400, 401, 402, 404, 422, 429, 433, 451, 455, 500, 501, 505]);
const REFUSING_STATUSES = new Set([401, 402, 403, 429]);

interface Hostile {
  readonly kie: KieClient;
  readonly server: TestServer;
  /** What is answered from now on. */
  say(answer: HostileAnswer): void;
}

async function openHostile(): Promise<Hostile> {
  let said: HostileAnswer | undefined;
  const server = await httpServer((response, { socket, url }) => {
    if (url === LANDED) response.end();
    else if (said !== undefined) write(socket, said);
  });
  const kie = client(server.url, { queryTimeoutMs: TIMEOUT_MS, uploadTimeoutMs: TIMEOUT_MS, maxBodyBytes: BODY_LIMIT });
  return { kie, server, say: (answer) => (said = answer) };
}

/**
 * Resolves when the server has seen what was sent to it so far: on a busy machine a call may run into its timeout before
 * its request is seen, and the request would count for the next call.
 */
function landed(server: TestServer): Promise<void> {
  return new Promise((resolve, reject) => {
    get(`${server.url}${LANDED}`, { agent: false }, (response) => response.resume().on('end', resolve)).on(
      'error',
      reject,
    );
  });
}

/** Runs a call on every answer and checks its end; the message of a failure contains the seed. */
async function onEveryAnswer(
  call: (kie: KieClient) => Promise<unknown>,
  check: (end: unknown, answer: HostileAnswer, requests: number) => void,
  runs = RUNS,
): Promise<void> {
  const { kie, server, say } = await openHostile();
  const property = fc.asyncProperty(answers, async (answer) => {
    say(answer);
    const before = server.seen.length;
    const startedAt = performance.now();
    const end = await call(kie);
    expect(performance.now() - startedAt).toBeLessThan(PATIENCE_MS);
    await landed(server);
    check(end, answer, server.seen.slice(before).filter(({ url }) => url !== LANDED).length);
  });
  await holds(property, { seed: SEED, runs });
}

/** What an evidence, an error or a verdict may be: short, and without a secret. */
function isFitToKeep(text: string, limit = EVIDENCE_LIMIT): void {
  expect(text.length).toBeLessThan(limit);
  expect(text).not.toContain(API_KEY);
  expect(text).not.toContain(TOKEN);
}

// @guarantee G1
test('createTask: sent once, and refused only where the whole answer says so', async () => {
  await onEveryAnswer(
    (kie) => kie.createTask(REQUEST, sendOptions({ timeoutMs: TIMEOUT_MS })),
    (end, answer, requests) => {
      const submitted = end as SubmitAnswer;
      expect(requests).toBe(1);
      expect(submitted.class).not.toBe('not_sent');
      if (submitted.class === 'accepted') expect(taskIdOf(answer)).toBe(submitted.taskId);
      else if (submitted.class !== 'unknown') expect(isRefusal(answer)).toBe(true);
      if (isWhole(answer) && taskIdOf(answer) !== undefined) expect(submitted.class).toBe('accepted');
      isFitToKeep(JSON.stringify(submitted.evidence));
    },
  );
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function taskIdOf({ body }: HostileAnswer): string | undefined {
  const data = member(jsonOf(body), 'data');
  const ids = ['taskId', 'task_id', 'recordId'].map((name) => (Array.isArray(data) ? undefined : member(data, name)));
  return ids.find((id): id is string => typeof id === 'string' && /^[^\s\p{Cc}]{1,200}$/u.test(id));
}

function isRefusal(answer: HostileAnswer): boolean {
  if (answer.status !== 204 && !isWhole(answer)) return false;
  const code = member(jsonOf(answer.body), 'code');
  const number = typeof code === 'string' && /^-?\d{1,9}$/.test(code) ? Number(code) : code;
  return Number.isInteger(number) ? REFUSING_CODES.has(Number(number)) : REFUSING_STATUSES.has(answer.status);
}

test('recordInfo: a verdict is only what Kie says in a whole answer, and everything else is asked again', async () => {
  await onEveryAnswer(
    (kie) => kie.recordInfo(TASK),
    (end, answer, requests) => {
      expect(requests).toBeLessThanOrEqual(3);
      const { kind, evidence, verdict, vendorState } = end as Record<string, unknown>;
      expect(['verdict', 'no_result', 'running', 'not_found', 'trouble']).toContain(kind);
      if (kind !== 'trouble') expect(isWhole(answer)).toBe(true);
      if (kind === 'verdict') expect([200, 408, 501]).toContain(Number(member(jsonOf(answer.body), 'code')));
      const {
        resultJson: _verbatim,
        resultUrls: _links,
        ...judged
      } = { ...(verdict as object | undefined) } as Record<string, unknown>;
      isFitToKeep(JSON.stringify([evidence, judged, vendorState]), 2 * EVIDENCE_LIMIT);
    },
  );
});

test.each<[string, (kie: KieClient) => Promise<unknown>, (value: unknown) => boolean]>([
  ['credits', (kie) => kie.credits(), (value) => Number.isFinite(value)],
  ['downloadUrl', (kie) => kie.downloadUrl('https://a.example/1.mp4'), isLink],
  ['upload', (kie) => kie.upload(FILE), (value) => isLink(member(value, 'downloadUrl'))],
])('%s: what was asked for, or a KieError', async (_name, call, isRight) => {
  await onEveryAnswer(
    (kie) => call(kie).catch((error: unknown) => error),
    (end, answer, requests) => {
      expect(requests).toBeLessThanOrEqual(3);
      if (!(end instanceof KieError)) return expect(isWhole(answer) && isRight(end)).toBe(true);
      isFitToKeep(JSON.stringify([end.message, end.evidence]));
    },
    RUNS / 2,
  );
});

const FILE = { file: Buffer.from('x'), fileName: 'a.png', uploadPath: 'images' };

function isLink(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
}
