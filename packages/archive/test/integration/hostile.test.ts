import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createOutbound } from '@kieq/outbound';
import { openBlobStore } from '@kieq/storage';
import { describe, expect, onTestFinished, test } from 'vitest';
import { video, videoBytes } from '../../../testkit/src/video.ts';
import { createArchive, type Archive, type ArchiveOptions, type Bearing } from '../../src/index.ts';
import { sendVideo, startSource, type Answering } from '../support/source.ts';

const PLACE = { tenant: 'shop', createdAt: Date.UTC(2026, 7, 1), generation: 'gen_0123456789', n: 1 };
const NAME = 'tenant-shop/2026-08-01/gen_0123456789.mp4';
const MIB = 1024 * 1024;
const TAIL = 'bytes that are no box follow its last box';
const CASES = new URL('../cases/', import.meta.url);
const caseOf = (name: string): Promise<Buffer> => readFile(new URL(name, CASES));

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

interface Opened {
  readonly archive: Archive;
  readonly folder: string;
  /** Files below the folder, as a reader would find them, and what is left over. */
  readonly files: () => Promise<{ readonly named: string[]; readonly others: string[] }>;
}

async function openArchive(more: Partial<ArchiveOptions> = {}): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-archive-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const archive = createArchive({
    store: openBlobStore({ kind: 'file', path: folder }),
    outbound: createOutbound({ allowPrivate: true }),
    maxBytes: 64 * MIB,
    bytesPerSecond: 0,
    headMs: 5000,
    stallMs: 5000,
    totalMs: 20_000,
    ...more,
  });
  const files = async () => {
    const all = await readdir(folder, { recursive: true, withFileTypes: true });
    const names = all.filter((entry) => entry.isFile()).map((entry) => entry.name);
    return {
      named: names.filter((name) => !name.startsWith('~')),
      others: names.filter((name) => name.startsWith('~')),
    };
  };
  return { archive, folder, files };
}

const whole = video(3 * MIB);
const hashOf = (bytes: Iterable<Uint8Array>): string => {
  const hash = createHash('sha256');
  for (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
};

describe('a sender that', () => {
  // @guarantee G3
  test.each<[string, Answering, object, Partial<ArchiveOptions>?]>([
    [
      'cuts at 90 %',
      (response) => {
        response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': whole.length });
        response.write(whole.subarray(0, whole.length * 0.9), () => response.destroy());
      },
      { code: 'cut', evidence: { transport: 'ECONNRESET' } },
    ],
    [
      'cuts at 90 % and had named no length',
      (response) => {
        response.writeHead(200, { 'content-type': 'video/mp4', connection: 'close' });
        response.useChunkedEncodingByDefault = false;
        response.write(whole.subarray(0, whole.length * 0.9), () => response.destroy());
      },
      { code: 'cut' },
    ],
    [
      'ends at 90 % as if that were all',
      (response) => response.end(whole.subarray(0, whole.length * 0.9)),
      { code: 'damaged', evidence: { summary: expect.stringContaining('cut off within its box mdat') } },
    ],
    [
      'names a longer length',
      (response) => {
        response.writeHead(200, { 'content-length': whole.length + 1 });
        response.write(whole, () => response.destroy());
      },
      { code: 'cut' },
    ],
    [
      'names a shorter length',
      (response) => {
        response.strictContentLength = false;
        response.writeHead(200, { 'content-length': whole.length - 1000 });
        response.end(whole);
      },
      { code: expect.stringMatching(/^(damaged|cut)$/) },
    ],
    [
      'sends JSON',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"code":404}'),
      { code: 'wrong_type' },
    ],
    [
      'sends HTML with 200',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>ftyp'),
      { code: 'wrong_type', evidence: { summary: expect.stringContaining('text/html') } },
    ],
    [
      'sends HTML with 200 and calls it a video',
      (response) => response.writeHead(200, { 'content-type': 'video/mp4' }).end('\n<html>You are being redirected'),
      { code: 'not_media', evidence: { summary: 'the result is refused: the response is a web page' } },
    ],
    [
      'sends JSON and calls it a video',
      (response) => response.writeHead(200, { 'content-type': 'video/mp4' }).end('{"code":404,"msg":"ftyp"}'),
      { code: 'not_media', evidence: { summary: 'the result is refused: the file is no video of a known kind' } },
    ],
    ['sends nothing', (response) => response.end(), { code: 'not_media' }],
    [
      'trickles',
      (response) => {
        const pieces = videoBytes(MIB);
        response.writeHead(200, { 'content-type': 'video/mp4' }).write(pieces.next().value);
        const drip = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(drip));
      },
      { code: 'cut', evidence: { transport: 'STALLED' } },
      { stallMs: 300 },
    ],
    [
      'announces too much',
      (response) => response.writeHead(200, { 'content-length': 65 * MIB }).write(whole),
      { code: 'too_large' },
    ],
    [
      'sends too much without saying so',
      (response) => {
        response.writeHead(200, { 'content-type': 'video/mp4', 'transfer-encoding': 'chunked' });
        sendVideoChunked(response);
      },
      { code: 'too_large' },
      { maxBytes: 2 * MIB },
    ],
    ['denies it', (response) => response.writeHead(403).end(), { code: 'link_dead', evidence: { httpStatus: 403 } }],
    [
      'is overloaded',
      (response) => response.writeHead(503, { 'retry-after': '9' }).end(),
      { code: 'answered', evidence: { httpStatus: 503 }, retryAfterMs: 9000 },
    ],
  ])('%s leaves nothing behind', async (_what, answer, expected, more = {}) => {
    const source = await startSource(answer);
    const { archive, files } = await openArchive(more);
    const found = await archive.save({ place: PLACE, url: `${source.url}/v.mp4` });
    expect(found).toMatchObject({ kind: 'problem', ...expected });
    expect(await files()).toEqual({ named: [], others: [] });
  });

  test('redirects to a private address is not followed', async () => {
    const inside = await startSource((response) => sendVideo(response, MIB));
    const source = await startSource((response) => response.writeHead(302, { location: `${inside.url}/v.mp4` }).end());
    const lookup = (): Promise<string[]> => Promise.resolve(['93.184.216.34']);
    const outbound = createOutbound({}, { lookup, route: () => '127.0.0.1' });
    const { archive, files } = await openArchive({ outbound });
    const url = `http://cdn.example:${new URL(source.url).port}/v.mp4`;
    const summary = 'the link of the result may not be called: redirect target must not be a private address';
    const found = await archive.save({ place: PLACE, url });
    expect(found).toMatchObject({ kind: 'problem', code: 'refused', evidence: { summary } });
    expect(inside.asked).toEqual([]);
    expect(await files()).toEqual({ named: [], others: [] });
  });
});

function sendVideoChunked(response: Parameters<Answering>[0]): void {
  const pieces = videoBytes(16 * MIB);
  const more = (): void => {
    for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
      if (!response.write(next.value)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

describe('an honest sender', () => {
  test('has its file saved: name, length, hash, content', async () => {
    const source = await startSource((response) => sendVideo(response, whole.length));
    const { archive, folder, files } = await openArchive();
    const found = await archive.save({ place: PLACE, url: source.url });
    const sha256 = hashOf([whole]);
    const told = { name: NAME, bytes: whole.length, sha256, contentType: 'video/mp4', wasThere: false };
    expect(found).toEqual({ kind: 'saved', ...told });
    expect(hashOf([await readFile(join(folder, NAME))])).toBe(sha256);
    expect(await files()).toEqual({ named: ['gen_0123456789.mp4'], others: [] });
  });

  test.each([
    ['no type', { 'content-type': '' }],
    ['another type of bytes', { 'content-type': 'application/octet-stream' }],
    ['no length', { 'content-length': '', 'transfer-encoding': 'chunked' }],
  ])('may send %s', async (_what, headers) => {
    const source = await startSource((response) => {
      const given = Object.entries({ 'content-type': 'video/mp4', 'content-length': String(whole.length), ...headers });
      response.writeHead(200, Object.fromEntries(given.filter(([, value]) => value !== ''))).end(whole);
    });
    const { archive } = await openArchive();
    expect(await archive.save({ place: PLACE, url: source.url })).toMatchObject({ kind: 'saved', bytes: whole.length });
  });

  test('may send pictures, which get their own extension', async () => {
    const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1000)]);
    const source = await startSource((response) => response.end(png));
    const { archive } = await openArchive();
    const found = await archive.save({ place: { ...PLACE, n: 2 }, url: source.url });
    expect(found).toMatchObject({ name: 'tenant-shop/2026-08-01/gen_0123456789-2.png', contentType: 'image/png' });
  });

  test.each([
    ['frag.mp4', 'mp4', 'video/mp4', undefined],
    ['moov-end.mp4', 'mp4', 'video/mp4', undefined],
    ['uuid-end.mp4', 'mp4', 'video/mp4', undefined],
    ['trailing-newline.mp4', 'mp4', 'video/mp4', TAIL],
    ['trailing-5.mp4', 'mp4', 'video/mp4', TAIL],
    ['quick.mov', 'mov', 'video/quicktime', undefined],
    ['plain.mkv', 'mkv', 'video/x-matroska', undefined],
  ])('may send %s, which is kept as .%s, %s, with the warning: %s', async (name, extension, contentType, warning) => {
    const bytes = await caseOf(name);
    const source = await startSource((response) => response.writeHead(200, { 'content-type': 'video/mp4' }).end(bytes));
    const { archive, folder } = await openArchive();
    const found = await archive.save({ place: PLACE, url: source.url });
    const stored = NAME.replace('mp4', extension);
    const sha256 = hashOf([bytes]);
    const told = { name: stored, contentType, bytes: bytes.length, sha256, wasThere: false };
    expect(found).toEqual({ kind: 'saved', ...told, ...(warning === undefined ? {} : { warning }) });
    expect(await readFile(join(folder, stored))).toEqual(bytes);
  });

  test('may send a box before ftyp', async () => {
    const bytes = Buffer.concat([Buffer.from('\0\0\0\x10free12345678', 'latin1'), whole]);
    const source = await startSource((response) => response.end(bytes));
    const { archive } = await openArchive();
    const found = await archive.save({ place: PLACE, url: source.url });
    expect(found).toEqual(expect.not.objectContaining({ warning: expect.anything() }));
    expect(found).toMatchObject({ kind: 'saved', contentType: 'video/mp4', bytes: bytes.length });
  });

  test('may call a video a text: it is kept, with a warning', async () => {
    const type = `text/plain; x=${'y'.repeat(500)}`;
    const source = await startSource((response) => response.writeHead(200, { 'content-type': type }).end(whole));
    const { archive } = await openArchive();
    const found = await archive.save({ place: PLACE, url: source.url });
    expect(found).toMatchObject({ kind: 'saved', warning: expect.stringMatching(/^its content type is text\/plain/) });
  });

  test.each<[Bearing, boolean, boolean]>([
    ['sound', true, false],
    ['announced', true, true],
    ['announced', false, false],
    ['anything', false, true],
  ])(
    'of a file of which something is missing: %s, length announced %s, kept %s',
    async (bearing, isAnnounced, isKept) => {
      const bytes = whole.subarray(0, MIB);
      const length = isAnnounced ? { 'content-length': bytes.length } : { 'transfer-encoding': 'chunked' };
      const source = await startSource((response) => response.writeHead(200, length).end(bytes));
      const { archive, files } = await openArchive();
      const found = await archive.save({ place: PLACE, url: source.url, bearing });
      const warning = 'the file is cut off within its box mdat';
      if (isKept) expect(found).toMatchObject({ kind: 'saved', bytes: bytes.length, warning });
      else
        expect(found).toMatchObject({
          kind: 'problem',
          code: 'damaged',
          evidence: { summary: expect.stringContaining(warning) },
        });
      expect((await files()).named).toHaveLength(isKept ? 1 : 0);
    },
  );

  test('is asked at the rate of the limit', async () => {
    const source = await startSource((response) => response.end(whole));
    const { archive } = await openArchive({ bytesPerSecond: 6 * MIB });
    const from = performance.now();
    await archive.save({ place: PLACE, url: source.url });
    expect(performance.now() - from).toBeGreaterThan(400);
  });
});

describe('a file that an earlier try has saved', () => {
  test('is taken as it is, and the sender keeps its bytes', async () => {
    const source = await startSource((response) => sendVideo(response, 32 * MIB));
    const { archive, folder } = await openArchive();
    const draft = await archive.store.create(NAME, 'video/mp4', 'earlier');
    await draft.write(whole);
    await draft.commit();
    const found = await archive.save({ place: PLACE, url: source.url });
    expect(found).toMatchObject({ kind: 'saved', bytes: whole.length, sha256: hashOf([whole]), wasThere: true });
    expect((await readFile(join(folder, NAME))).length).toBe(whole.length);
  });

  // @guarantee G3
  test('is found also when the link is dead', async () => {
    const source = await startSource((response) => response.writeHead(404).end());
    const { archive } = await openArchive();
    const draft = await archive.store.create(NAME, 'video/mp4', 'earlier');
    await draft.write(whole);
    await draft.commit();
    expect(await archive.save({ place: PLACE, url: source.url })).toMatchObject({ kind: 'saved', wasThere: true });
  });

  test('is found also where it was doubtful: it was kept', async () => {
    const source = await startSource((response) => response.writeHead(404).end());
    const { archive } = await openArchive();
    const draft = await archive.store.create(NAME, 'video/mp4', 'earlier');
    await draft.write(whole.subarray(0, MIB));
    await draft.commit();
    const found = await archive.save({ place: PLACE, url: source.url });
    expect(found).toMatchObject({ kind: 'saved', wasThere: true, warning: 'the file is cut off within its box mdat' });
  });

  test.each([
    ['quick.mov', 'mp4', 'video/quicktime', 200],
    ['quick.mov', 'mp4', 'video/quicktime', 404],
    ['plain.mkv', 'webm', 'video/x-matroska', 404],
  ])('%s is found as .%s, as older workers called it: %s, link %i', async (name, extension, contentType, status) => {
    const bytes = await caseOf(name);
    const source = await startSource((response) => response.writeHead(status).end(status === 200 ? bytes : ''));
    const { archive } = await openArchive();
    const stored = NAME.replace('mp4', extension);
    const draft = await archive.store.create(stored, 'video/any', 'earlier');
    await draft.write(bytes);
    await draft.commit();
    const found = await archive.save({ place: PLACE, url: source.url });
    expect(found).toMatchObject({ kind: 'saved', name: stored, contentType, wasThere: true });
  });

  test('is replaced where it is no video: another process put it there', async () => {
    const source = await startSource((response) => sendVideo(response, whole.length));
    const { archive } = await openArchive();
    const draft = await archive.store.create(NAME, 'video/mp4', 'somebody');
    await draft.write(whole.subarray(0, 1000));
    await draft.commit();
    expect(await archive.save({ place: PLACE, url: source.url })).toMatchObject({ kind: 'saved', wasThere: false });
  });
});

test('an archive that does not work is a problem of its own, also with a dead link', async () => {
  const source = await startSource((response) => sendVideo(response, MIB));
  const { archive, folder } = await openArchive({ store: openBlobStore({ kind: 'file', path: '/dev/null/archive' }) });
  const found = await archive.save({ place: PLACE, url: source.url });
  expect(found).toMatchObject({
    kind: 'problem',
    code: 'store',
    evidence: { summary: expect.stringContaining('ENOTDIR') },
  });
  expect(await readdir(folder)).toEqual([]);
});

test('the end of the process ends a download, and nothing is left', async () => {
  const stop = new AbortController();
  const source = await startSource((response) => {
    response.writeHead(200, { 'content-length': whole.length }).write(whole.subarray(0, MIB), () => stop.abort());
  });
  const { archive, files } = await openArchive();
  const found = await archive.save({ place: PLACE, url: source.url, signal: stop.signal });
  expect(found).toMatchObject({ kind: 'problem', code: 'aborted' });
  expect(await files()).toEqual({ named: [], others: [] });
});

test('64 MiB pass without being held in the memory', async () => {
  const source = await startSource((response) => sendVideo(response, 64 * MIB));
  const { archive } = await openArchive();
  const before = heldBytes();
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, heldBytes())), 100);
  const found = await archive.save({ place: PLACE, url: source.url });
  clearInterval(watch);
  expect(found).toMatchObject({ kind: 'saved', bytes: 64 * MIB });
  expect(most).toBeGreaterThan(0);
  // What is under way, the sender's part included, which is of this process too: more of it on a busy machine.
  expect(most - before).toBeLessThan(40 * MIB);
});

/** Bytes of buffers that are still referenced; garbage does not count. */
function heldBytes(): number {
  // A thread of its own frees the memory of the buffers that a collection has found; the next collection waits for it.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
