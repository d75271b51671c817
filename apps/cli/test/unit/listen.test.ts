import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutboundAnswer, OutboundPost } from '@kieq/outbound';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BlockReader } from '../../src/listen/blocks.ts';
import { feedEventOf } from '../../src/listen/feed-event.ts';
import { forward, type Forwarded } from '../../src/listen/forward.ts';
import { forwardedText, heldText } from '../../src/listen/lines.ts';
import { listenSecret } from '../../src/listen/secret.ts';
import { targetAddress } from '../../src/listen/target.ts';
import { timeSpan } from '../../src/program/command.ts';
import { PLAIN } from '../../src/text/paint.ts';

describe('the address of --forward-to', () => {
  it.each([
    ['localhost:3000/webhooks/kieq', 'http://localhost:3000/webhooks/kieq'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['https://dev.internal/hook?a=b', 'https://dev.internal/hook?a=b'],
    ['[::1]:3000/x', 'http://[::1]:3000/x'],
  ])('%s', (text, url) => expect(targetAddress(text)).toBe(url));

  it.each(['', 'ftp://localhost/', 'http://user:pass@localhost/', 'localhost:99999'])('refuses %j', (text) =>
    expect(() => targetAddress(text)).toThrow(/^--forward-to must /),
  );
});

describe('times of --since', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s', (text, ms) => expect(timeSpan(text)).toBe(ms));
  it.each(['', '10', 'm', '0m', '1w', '-1m', '1.5h', '1234567s'])('refuses %j', (text) =>
    expect(() => timeSpan(text)).toThrow('such as 10m'),
  );
});

describe('blocks of a stream', () => {
  it('are complete however the text is cut', () => {
    const text = 'retry: 2000\n\nid: 1-0\n\n:\n\nid: 2-0\nevent: webhook\ndata: {"a":"b: c"}\n\nid: 3';
    for (let size = 1; size < 20; size += 1) {
      const reader = new BlockReader();
      const blocks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        reader.push(text.slice(i * size, (i + 1) * size)),
      ).flat();
      expect(blocks).toEqual([{}, { id: '1-0' }, {}, { id: '2-0', event: 'webhook', data: '{"a":"b: c"}' }]);
    }
  });

  it('a text without end is no stream', () => {
    const reader = new BlockReader();
    expect(() => Array.from({ length: 10 }, () => reader.push('x'.repeat(1024 * 1024)))).toThrow('no stream of events');
  });

  it('events of a newer gateway, and broken ones, are none', () => {
    const told = { generation: 'gen_1', tenant: 'a', state: 'succeeded', webhookId: 'msg_1', body: '{}' };
    const block = { event: 'webhook', data: JSON.stringify({ ...told, more: 1 }) };
    expect(feedEventOf(block)).toEqual({ kind: 'webhook', ...told });
    expect(feedEventOf({ event: 'missed', data: '{}' })).toEqual({ kind: 'missed' });
    for (const none of [{}, { id: '1-0' }, { ...block, event: 'newer' }, { ...block, data: '{' }, { event: 'held' }])
      expect(feedEventOf(none)).toBeUndefined();
  });
});

describe('the secret', () => {
  async function home(): Promise<{ readonly XDG_DATA_HOME: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'kieq-listen-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    return { XDG_DATA_HOME: folder };
  }

  it('is made once for a user, for the user alone', async () => {
    const env = await home();
    const first = await listenSecret(undefined, env);
    expect(first).toEqual({ secret: expect.stringMatching(/^whsec_[\w+/]{32}$/), from: 'user' });
    expect(await listenSecret(undefined, env)).toEqual(first);
    const path = join(env.XDG_DATA_HOME, 'kieq', 'listen-secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe(`${first.secret}\n`);
  });

  it('is that of the environment where there is one, and nothing is written', async () => {
    const env = await home();
    expect(await listenSecret('whsec_given', env)).toEqual({ secret: 'whsec_given', from: 'environment' });
    await expect(stat(join(env.XDG_DATA_HOME, 'kieq'))).rejects.toThrow('ENOENT');
  });

  it('lasts for one run where it cannot be kept', async () => {
    const env = await home();
    await writeFile(join(env.XDG_DATA_HOME, 'kieq'), 'a file is in the way');
    const made = () => Buffer.alloc(24, 7);
    const secret = `whsec_${made().toString('base64')}`;
    expect(await listenSecret(undefined, env, made)).toEqual({ secret, from: 'run' });
  });
});

const WEBHOOK = { id: 'msg_gen_1_5', taskId: 'gen_1', body: '{"code":200}' };

/** Forwards with a clock that only pauses move, and these answers one after the other; the last one repeats. */
async function forwarded(...answers: readonly OutboundAnswer[]) {
  const sent: OutboundPost[] = [];
  const pauses: number[] = [];
  const retries: string[] = [];
  let nowMs = 1_000_000;
  const outcome = await forward(
    WEBHOOK,
    {
      target: 'http://localhost/',
      secret: 's',
      signal: new AbortController().signal,
      onRetry: (why) => retries.push(why),
    },
    {
      nowMs: () => nowMs,
      random: () => 0,
      async sleep(ms) {
        pauses.push(ms);
        nowMs += ms;
      },
      outbound: {
        async post(request) {
          sent.push(request);
          return answers[Math.min(sent.length, answers.length) - 1] ?? { kind: 'failed', transport: 'none' };
        },
      },
    },
  );
  return { outcome, sent, pauses, retries };
}
const AWAY: OutboundAnswer = { kind: 'failed', transport: 'ECONNREFUSED' };

describe('forwarding', () => {
  it('tries a receiver that is away for a minute, with the same id and a new time and signature', async () => {
    const { outcome, sent, pauses, retries } = await forwarded(AWAY);
    expect(outcome).toMatchObject({ answer: AWAY, tries: sent.length });
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000]);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(['msg_gen_1_5']));
    expect(new Set(sent.map(({ headers }) => headers['webhook-signature'])).size).toBeGreaterThan(5);
    expect(retries).toEqual(['ECONNREFUSED']);
  });

  it.each<[string, OutboundAnswer]>([
    ['a success', { kind: 'answered', status: 204 }],
    ['an error of the receiver', { kind: 'answered', status: 500, retryAfterMs: 1 }],
    ['a response that takes too long', { kind: 'failed', transport: 'ETIMEDOUT' }],
    ['an address that must not be called', { kind: 'refused', reason: 'must not leave https' }],
  ])('%s is the outcome', async (_name, answer) => {
    expect(await forwarded(AWAY, answer)).toMatchObject({ outcome: { answer, tries: 2 }, pauses: [500] });
  });
});

describe('lines', () => {
  const event = {
    kind: 'webhook',
    generation: 'gen_1',
    tenant: 'a',
    state: 'dead',
    webhookId: 'm',
    body: '',
  } as const;
  it.each<[Forwarded, string]>([
    [{ answer: { kind: 'answered', status: 200 }, tries: 1, ms: 12.4 }, 'dead       gen_1  200 in 12 ms'],
    [{ answer: { kind: 'answered', status: 500 }, tries: 3, ms: 1 }, 'dead       gen_1  500 in 1 ms (try 3)'],
    [{ answer: AWAY, tries: 11, ms: 1 }, 'gen_1  not forwarded: no connection for 60 s (ECONNREFUSED, 11 tries)'],
    [{ answer: { kind: 'refused', reason: 'is wrong' }, tries: 1, ms: 1 }, 'not forwarded: the address is wrong'],
    [{ answer: { kind: 'failed', transport: 'ETIMEDOUT' }, tries: 1, ms: 1 }, 'no response in time (ETIMEDOUT)'],
  ])('of %j', (outcome, text) => {
    expect(forwardedText(event, outcome, 0, PLAIN)).toMatch(/^\d\d:\d\d:\d\d {2}dead /);
    expect(forwardedText(event, outcome, 0, PLAIN)).toContain(text);
  });

  it('of a held one', () => {
    const held = {
      kind: 'held',
      generation: 'gen_1',
      tenant: 'a',
      state: 'dead',
      class: 'task_lost',
      heldUntil: 0,
    } as const;
    expect(heldText(held, 0, PLAIN)).toContain('gen_1  task_lost: no webhook before 1970-01-01T00:00:00.000Z');
  });
});
