import { randomUUID } from 'node:crypto';
import { uploadUrl, type TaskEcho } from '@kieq/domain';
import type { Attempt, GenerationRecord } from '@kieq/ledger';
import { describe, expect, test } from 'vitest';
import { hashAttemptToken } from '../../src/submit/attempt-token.ts';
import { proveAdoption } from '../../src/adopt/adoption-proof.ts';
import { recordOf } from '../record.ts';

const ID = 'gen_0123456789';
const SENT = 1_754_000_000_000;
const MINUTE = 60_000;
const request = { model: 'kling-2.6/image-to-video', input: { prompt: 'a cat', duration: '5' } };

function attempt(n: number, outcome: Attempt['outcome'], more: Partial<Attempt> = {}): Attempt {
  const admittedAt = SENT + (n - 1) * 10 * MINUTE;
  return { n, tokenHash: hashAttemptToken(`secret-${n}`), admittedAt, sendBy: admittedAt + 5000, outcome, ...more };
}

function record(attempts: readonly Attempt[]): GenerationRecord {
  const payload = JSON.stringify({ request });
  return recordOf(ID, { state: 'unknown', payload, model: request.model, current: attempts.length, attempts });
}

const echo = (more: Partial<TaskEcho> = {}): TaskEcho => ({
  taskId: 'task-1',
  model: request.model,
  input: { duration: '5', prompt: 'a cat' },
  createTime: SENT + 1000,
  ...more,
});
const ours = (secret: string, id = ID): Partial<TaskEcho> => ({
  callBackUrl: `https://kieq.example/base/callbacks/kie/${id}/${secret}`,
});

interface Case {
  readonly what: string;
  readonly attempts?: readonly Attempt[];
  readonly payload?: string;
  readonly echo: TaskEcho;
  readonly proof: object;
}

const refuted = (reason: string) => ({ kind: 'refuted', reason: expect.stringContaining(reason) });
const fits = (n: number) => ({ kind: 'plausible', attempt: n, differences: [] });
const differs = (...differences: readonly object[]) => ({ kind: 'plausible', attempt: 1, differences });
const TIME = `${new Date(SENT).toISOString()} to ${new Date(SENT + 5000).toISOString()}, give or take a minute`;
const untimely = (at: number) => ({ field: 'createTime', requested: TIME, shown: new Date(at).toISOString() });

const UPLOADED = uploadUrl({ tenant: 'default', sha256: 'ab'.repeat(32), copy: randomUUID(), extension: 'png' });
const uploaded = (images: readonly string[]) => ({ ...request.input, image_urls: images });
const payload = JSON.stringify({ request: { ...request, input: uploaded([UPLOADED, 'https://example.com/a.png']) } });

const CASES: readonly Case[] = [
  {
    what: "Kie's link in the place of an uploaded image",
    payload,
    echo: echo({ input: uploaded(['https://files.example/x.png', 'https://example.com/a.png']) }),
    proof: fits(1),
  },
  {
    what: 'another image beside the uploaded one',
    payload,
    echo: echo({ input: uploaded(['https://files.example/x.png', 'https://example.com/b.png']) }),
    proof: differs({
      field: 'input.image_urls[1]',
      requested: '"https://example.com/a.png"',
      shown: '"https://example.com/b.png"',
    }),
  },
  {
    what: 'fewer images than were asked for',
    payload,
    echo: echo({ input: uploaded(['https://files.example/x.png']) }),
    proof: differs({ field: 'input.image_urls[1]', requested: '"https://example.com/a.png"', shown: null }),
  },
  { what: 'the token of its attempt', echo: echo(ours('secret-1')), proof: { kind: 'proved', attempt: 1 } },
  {
    what: 'the token of an older attempt',
    attempts: [attempt(1, 'lost'), attempt(2, 'open')],
    echo: echo(ours('secret-1')),
    proof: { kind: 'proved', attempt: 1 },
  },
  {
    what: 'the token, although everything else differs',
    echo: { taskId: 'task-1', ...ours('secret-1') },
    proof: { kind: 'proved', attempt: 1 },
  },
  {
    what: 'the token of a refused attempt: Kie was wrong',
    attempts: [attempt(1, 'refused')],
    echo: echo(ours('secret-1')),
    proof: { kind: 'proved', attempt: 1 },
  },
  { what: 'a token that no attempt had', echo: echo(ours('secret-9')), proof: refuted('no attempt') },
  {
    what: 'the hash instead of the token',
    echo: echo(ours(hashAttemptToken('secret-1'))),
    proof: refuted('no attempt'),
  },
  {
    what: 'the address of another generation',
    echo: echo(ours('secret-1', 'gen_9999999999')),
    // The owner is named apart: whoever may not see it must not read it in the reason.
    proof: { ...refuted('gen_9999999999'), owner: 'gen_9999999999' },
  },
  {
    what: "somebody else's callback address",
    echo: echo({ callBackUrl: 'https://elsewhere.example/hook' }),
    proof: refuted('not of this pool'),
  },
  { what: 'no address, all alike', echo: echo(), proof: fits(1) },
  {
    what: 'no address, an attempt that expired',
    attempts: [attempt(1, 'expired')],
    echo: echo(),
    proof: fits(1),
  },
  {
    what: 'no address, the attempt whose time fits',
    attempts: [attempt(1, 'lost'), attempt(2, 'lost')],
    echo: echo({ createTime: SENT + 10 * MINUTE }),
    proof: fits(2),
  },
  {
    what: 'no address, a minute early',
    echo: echo({ createTime: SENT - MINUTE }),
    proof: fits(1),
  },
  {
    what: 'no address, more than a minute early',
    echo: echo({ createTime: SENT - MINUTE - 1 }),
    proof: differs(untimely(SENT - MINUTE - 1)),
  },
  {
    what: 'no address, a minute late',
    echo: echo({ createTime: SENT + 5000 + MINUTE }),
    proof: fits(1),
  },
  {
    what: 'no address, more than a minute late',
    echo: echo({ createTime: SENT + 5000 + MINUTE + 1 }),
    proof: differs(untimely(SENT + 5000 + MINUTE + 1)),
  },
  {
    what: 'no address, another model',
    echo: echo({ model: 'other/model' }),
    proof: differs({ field: 'model', requested: `"${request.model}"`, shown: '"other/model"' }),
  },
  {
    what: 'no address, another input',
    echo: echo({ input: { prompt: 'a dog', duration: '5' } }),
    proof: differs({ field: 'input.prompt', requested: '"a cat"', shown: '"a dog"' }),
  },
  {
    what: 'no address, the duration as Kie repeats it: a number',
    echo: echo({ input: { duration: 5, prompt: 'a cat' } }),
    proof: fits(1),
  },
  {
    what: 'no address, a field more',
    echo: echo({ input: { ...request.input, sound: true } }),
    proof: differs({ field: 'input.sound', requested: null, shown: 'true' }),
  },
  {
    what: 'no address, no input',
    echo: { taskId: 'task-1', model: request.model, createTime: SENT },
    proof: differs({ field: 'input', requested: JSON.stringify(request.input), shown: null }),
  },
  {
    what: 'no address, no time',
    echo: { taskId: 'task-1', model: request.model, input: request.input },
    proof: differs({ field: 'createTime', requested: TIME, shown: null }),
  },
  {
    what: 'no address, and between two attempts: the nearer one',
    attempts: [attempt(1, 'lost'), attempt(2, 'lost')],
    echo: echo({ createTime: SENT + 4 * MINUTE }),
    proof: differs(untimely(SENT + 4 * MINUTE)),
  },
  {
    what: 'no word of Kie but the end of the task',
    echo: { taskId: 'task-1' },
    proof: refuted('neither model nor input'),
  },
  {
    what: 'the task that this attempt has already',
    attempts: [attempt(1, 'surplus', { taskId: 'task-1' }), attempt(2, 'lost')],
    echo: echo({ model: 'other/model' }),
    proof: { kind: 'bound', attempt: 1 },
  },
  {
    what: 'such a task, but with the address of another generation',
    attempts: [attempt(1, 'surplus', { taskId: 'task-1' })],
    echo: echo(ours('secret-1', 'gen_9999999999')),
    proof: { ...refuted('gen_9999999999'), owner: 'gen_9999999999' },
  },
  {
    what: 'no address, the attempt was refused',
    attempts: [attempt(1, 'refused')],
    echo: echo(),
    proof: refuted('unresolved'),
  },
  {
    what: 'no address, the attempt has a task',
    attempts: [attempt(1, 'accepted', { taskId: 'task-7' })],
    echo: echo(),
    proof: refuted('unresolved'),
  },
  { what: 'no address, never submitted', attempts: [], echo: echo(), proof: refuted('unresolved') },
];

describe('proveAdoption', () => {
  test.each(CASES)('$what', ({ attempts = [attempt(1, 'lost')], payload: frozen, echo: given, proof }) => {
    const known = record(attempts);
    expect(proveAdoption({ ...known, payload: frozen ?? known.payload }, given)).toEqual(proof);
  });

  test('without the payload nothing can be compared, but a token still proves', () => {
    const tombstone = { ...record([attempt(1, 'lost')]), payload: undefined };
    expect(proveAdoption(tombstone, echo())).toEqual(refuted('payload was purged'));
    expect(proveAdoption(tombstone, echo(ours('secret-1')))).toEqual({ kind: 'proved', attempt: 1 });
  });
});
