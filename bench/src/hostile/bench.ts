import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp, startPool, TEST_KEY, testRequest, type AppProcess, type PoolFixture } from '@kieq/testkit';
import { z } from 'zod';
import { residentMiB } from '../process-cpu.ts';
import { partOf, type Setting } from '../setting.ts';
import { quantile } from '../statistics.ts';

const CALLBACKS = 2000;
const CALLBACK_BYTES = 262_144;
/** What Node gives to the heap of a process in a container of 512 MiB. */
const HEAP = '--max-old-space-size=256';
const BATCHES = 12;
const BATCH_BYTES = [4_000_000, 13_500_000] as const;
const SLOW_FORMS = 64;
const SAMPLES = 100;
const STREAMS = 3000;
const GUESSES = 4000;
const KEYS = 'hostile-tenants-key-000000:hostile,another-tenants-key-000000:other';
const [HOSTILE, OTHER] = ['hostile-tenants-key-000000', 'another-tenants-key-000000'];

interface Subject {
  readonly pool: PoolFixture;
  readonly gateway: AppProcess;
  readonly url: URL;
}

/** The probes that once took a gateway down or locked others out, each against a gateway process of its own. */
export async function* benchHostile({ redisUrl, share }: Setting): AsyncGenerator<object> {
  const probes: readonly ((subject: Subject, share: number) => Promise<object>)[] = [
    stalledCallbacks,
    (subject, part) => hostileBatches(subject, part, BATCH_BYTES[0]),
    (subject, part) => hostileBatches(subject, part, BATCH_BYTES[1]),
    slowForms,
    manyStreams,
    guessing,
  ];
  for (const probe of probes) {
    const pool = await startPool({ redisUrl: await redisUrl(), name: 'bench-hostile', workers: 0 });
    const gateway = await startApp('gateway', {
      REDIS_URL: pool.redis.url,
      KIEQ_PREFIX: pool.redis.prefix,
      KIE_API_KEY: TEST_KEY,
      KIE_BASE_URL: pool.simulator.url,
      GATEWAY_PORT: '0',
      GATEWAY_API_KEYS: KEYS,
      PUBLIC_URL: 'http://127.0.0.1:1',
      UPLOAD_STORE_URL: `file://${pool.archiveFolder}`,
      NODE_OPTIONS: HEAP,
    });
    try {
      yield await probe({ pool, gateway, url: new URL(String(gateway.first['url'])) }, share);
    } finally {
      gateway.signal('SIGKILL');
      await gateway.ended;
      await pool.stop();
    }
  }
}

/** A client without a key sends most of a body and then nothing. */
async function stalledCallbacks(subject: Subject, share: number): Promise<object> {
  const before = await residentMiB(subject.gateway.pid);
  const count = partOf(CALLBACKS, share);
  const head = `POST /callbacks/kie/x/t HTTP/1.1\r\nHost: kieq\r\nContent-Length: ${CALLBACK_BYTES}\r\n\r\n`;
  const sockets = Array.from({ length: count }, () => stall(subject.url, head, CALLBACK_BYTES - 1));
  const most = await mostResident(subject, 10_000);
  const open = sockets.filter((socket) => !socket.destroyed).length;
  for (const socket of sockets) socket.destroy();
  return { probe: 'stalled callbacks', count, before, most, stillOpen: open, ...(await latencies(subject)) };
}

function stall(url: URL, head: string, bytes: number): Socket {
  const socket = connect(Number(url.port), url.hostname);
  socket.on('error', () => undefined).resume();
  socket.write(head);
  socket.write(Buffer.alloc(bytes, 'x'));
  return socket;
}

/** Batches of unknown fields, all at once, while another tenant creates. */
async function hostileBatches(subject: Subject, share: number, bytes: number): Promise<object> {
  const before = await residentMiB(subject.gateway.pid);
  const count = partOf(BATCHES, share);
  const body = unknownFields(bytes);
  let done = false;
  const calls = Promise.all(
    Array.from({ length: count }, () => post(subject.url, '/v1/generations/batch', HOSTILE, body)),
  ).finally(() => (done = true));
  const [statuses, most, others] = await Promise.all([
    calls,
    mostResidentUntil(subject, () => done),
    latencies(subject),
  ]);
  return { probe: `batches of ${(bytes / 1e6).toFixed(1)} MB`, count, before, most, ...counted(statuses), ...others };
}

/** As much memory as a body of this length can take. */
function unknownFields(bytes: number): string {
  const parts: string[] = [];
  for (let length = 0, i = 0; length < bytes - 40; i += 1) {
    const part = `"k${i.toString(36)}":{}`;
    parts.push(part);
    length += part.length + 1;
  }
  return `{"items":[{${parts.join(',')}}]}`;
}

/** Forms of one tenant that send a byte per 5 s, while another one uploads. */
async function slowForms(subject: Subject, share: number): Promise<object> {
  const before = await residentMiB(subject.gateway.pid);
  const count = partOf(SLOW_FORMS, share);
  const type = 'Content-Type: multipart/form-data; boundary=b';
  const head = `POST /v1/generations HTTP/1.1\r\nHost: kieq\r\nAuthorization: Bearer ${HOSTILE}\r\n${type}\r\n`;
  const form = '--b\r\nContent-Disposition: form-data; name="request"; filename="f"\r\n\r\n{';
  const sockets = Array.from({ length: count }, () =>
    stall(subject.url, `${head}Content-Length: 1000000\r\n\r\n${form}`, 0),
  );
  const drip = setInterval(() => sockets.forEach((socket) => void socket.write(' ')), 5000);
  await sleep(500);
  const others = await latencies(subject, true);
  const most = await mostResident(subject, 1000);
  clearInterval(drip);
  for (const socket of sockets) socket.destroy();
  return { probe: 'slow forms', count, before, most, ...others };
}

async function manyStreams(subject: Subject, share: number): Promise<object> {
  const before = await residentMiB(subject.gateway.pid);
  const { status, text } = await post(subject.url, '/v1/generations', HOSTILE, JSON.stringify(testRequest('followed')));
  if (status !== 201) throw new Error(`not created: ${status}`);
  const { id } = z.object({ id: z.string() }).parse(JSON.parse(text));
  const head = `GET /v1/generations/${id}/events HTTP/1.1\r\nHost: kieq\r\nAuthorization: Bearer ${HOSTILE}\r\n\r\n`;
  const statuses: { status: number }[] = [];
  const count = partOf(STREAMS, share);
  const sockets = Array.from({ length: count }, () => {
    const socket = stall(subject.url, head, 0);
    socket.once('data', (data: Buffer) => statuses.push({ status: Number(data.subarray(9, 12).toString()) }));
    return socket;
  });
  const most = await mostResident(subject, 8000);
  const others = await latencies(subject);
  for (const socket of sockets) socket.destroy();
  return { probe: 'event streams of one key', count, before, most, ...counted(statuses), ...others };
}

async function guessing(subject: Subject, share: number): Promise<object> {
  const before = await residentMiB(subject.gateway.pid);
  const count = partOf(GUESSES, share);
  let next = 0;
  const statuses: { status: number }[] = [];
  const attempt = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      const headers = { authorization: `Bearer g${next}` };
      const status = await fetch(new URL('/v1/status', subject.url), { headers }).then(
        (answer) => answer.text().then(() => answer.status),
        () => 0,
      );
      statuses.push({ status });
    }
  };
  const startedAt = performance.now();
  const [, others] = await Promise.all([Promise.all(Array.from({ length: 16 }, attempt)), latencies(subject)]);
  const perSecond = (count * 1000) / (performance.now() - startedAt);
  const lines = subject.gateway.log.filter((line) => line['status'] === 401 || line['status'] === 429).length;
  const most = await residentMiB(subject.gateway.pid);
  return { probe: 'wrong keys', count, before, most, ...counted(statuses), lines, perSecond, ...others };
}

/** What another tenant waits for one create call, an image with it or not, at a steady pace. */
async function latencies({ url }: Subject, withForm = false): Promise<object> {
  const found: number[] = [];
  let refused = 0;
  for (let i = 0; i < SAMPLES; i += 1) {
    const startedAt = performance.now();
    const body = withForm ? formOf(i) : JSON.stringify(testRequest(`other ${i}`));
    const status = await post(url, '/v1/generations', OTHER, body).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status !== 201) refused += 1;
    found.push(performance.now() - startedAt);
  }
  return { othersP50Ms: quantile(found, 0.5), othersMostMs: Math.max(...found), othersRefused: refused };
}

function formOf(i: number): FormData {
  const form = new FormData();
  form.append('request', JSON.stringify({ model: 'other/model', input: { prompt: `form ${i}` } }));
  return form;
}

async function post(
  url: URL,
  path: string,
  key: string,
  body: string | FormData,
): Promise<{ status: number; text: string }> {
  const type = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  try {
    const answer = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, ...type },
      body,
    });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return { status: 0, text: '' };
  }
}

/** How many had each status, as text; 0 is a cut connection. */
function counted(statuses: readonly { readonly status: number }[]): { readonly answers: string } {
  const counts = new Map<number, number>();
  for (const { status } of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return {
    answers: [...counts]
      .toSorted(([a], [b]) => a - b)
      .map(([status, n]) => `${n} × ${status}`)
      .join(', '),
  };
}

async function mostResident(subject: Subject, forMs: number): Promise<number> {
  const until = performance.now() + forMs;
  return mostResidentUntil(subject, () => performance.now() >= until);
}

/** 0 where it has ended. */
async function mostResidentUntil({ gateway }: Subject, isOver: () => boolean): Promise<number> {
  let most = 0;
  while (!isOver()) {
    most = Math.max(most, await residentMiB(gateway.pid).catch(() => 0));
    await sleep(50);
  }
  return most;
}
