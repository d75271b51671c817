import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Simulator } from '../../src/index.ts';
import { boxesOf, trackOf } from '../mp4.ts';
import { createdId, envelope, parsed, record, requestOf, started } from '../support.ts';

const photo = new URL('../../../../examples/images/cat.png', import.meta.url);

interface Uploaded {
  readonly success: boolean;
  readonly code: number;
  readonly msg: string;
  readonly data: { downloadUrl: string; fileSize: number; mimeType: string } | null;
}

async function upload(
  simulator: Simulator,
  bytes: Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = { uploadPath: 'images', fileName: 'cat.png' },
  headers: Record<string, string> = {},
): Promise<Uploaded> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([bytes]), 'original.png');
  const url = `${simulator.url}/api/file-stream-upload`;
  const response = await fetch(url, { method: 'POST', body: form, headers });
  return parsed(await response.text());
}

async function postJson(simulator: Simulator, path: string, body: unknown): Promise<Uploaded> {
  const response = await fetch(`${simulator.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return parsed(await response.text());
}

async function bytesAt(url: string, headers: Record<string, string> = {}): Promise<Buffer> {
  return Buffer.from(await (await fetch(url, { headers })).arrayBuffer());
}

async function resultUrlOf(simulator: Simulator, body: unknown): Promise<string> {
  const taskId = await createdId(simulator, body);
  simulator.finish({ taskId });
  const { resultJson } = await record(simulator, taskId);
  const [url = ''] = parsed<{ resultUrls: string[] }>(resultJson ?? '').resultUrls;
  return url;
}

describe('uploads', () => {
  it('serve back what was sent', async () => {
    const simulator = await started();
    const bytes = new Uint8Array(await readFile(photo));
    const { success, data } = await upload(simulator, bytes);
    expect(success).toBe(true);
    expect(data).toMatchObject({
      downloadUrl: `${simulator.url}/files/images/cat.png`,
      fileSize: bytes.length,
      mimeType: 'image/png',
    });
    expect((await bytesAt(data?.downloadUrl ?? '')).equals(bytes)).toBe(true);
  });

  it('refuse other types, large files, a missing path and a wrong key', async () => {
    const simulator = await started({ uploadMaxBytes: 1000, apiKey: 'k' });
    const headers = { authorization: 'Bearer k' };
    const path = { uploadPath: 'x' };
    const png = new Uint8Array(Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1'));
    const large = new Uint8Array(1001);
    large.set(png);
    const exact = large.slice(0, 1000);
    expect(await upload(simulator, new Uint8Array(9), path, headers)).toMatchObject({
      success: false,
      msg: 'File type not supported',
    });
    expect((await upload(simulator, large, path, headers)).msg).toMatch(/exceeds/u);
    expect((await upload(simulator, exact, path, headers)).success).toBe(true);
    expect((await upload(simulator, png, {}, headers)).msg).toMatch(/uploadPath/u);
    expect(await upload(simulator, png, path)).toMatchObject({ success: false, code: 401 });
  });

  it('work by base64 and by link to this host', async () => {
    const simulator = await started();
    const base64 = (await readFile(photo)).toString('base64');
    const first = await postJson(simulator, '/api/file-base64-upload', {
      base64Data: `data:image/png;base64,${base64}`,
      uploadPath: 'a b',
      fileName: 'ü.png',
    });
    expect(first.data?.mimeType).toBe('image/png');
    const second = await postJson(simulator, '/api/file-url-upload', {
      fileUrl: first.data?.downloadUrl,
      uploadPath: 'copy',
    });
    expect(second.data?.fileSize).toBe(first.data?.fileSize);
    const foreign = { fileUrl: 'http://127.0.0.1:1/x.png', uploadPath: 'copy' };
    expect(await postJson(simulator, '/api/file-url-upload', foreign)).toMatchObject({
      success: false,
    });
  });

  it('expire, and a task with an image that is gone is refused with 451', async () => {
    let now = 0;
    const clock = { now: () => now, monotonic: () => performance.now() };
    const simulator = await started({ uploadTtlMs: 100, clock });
    const { data } = await upload(simulator, new Uint8Array(await readFile(photo)));
    const body = requestOf('x', { image_urls: [data?.downloadUrl] });
    expect(await createdId(simulator, body)).toBeDefined();
    const malformed = requestOf('x', { image_urls: [`${simulator.url}/files/%zz`] });
    expect(await postJson(simulator, '/api/v1/jobs/createTask', malformed)).toMatchObject({ code: 451 });
    now = 101;
    const refused = await postJson(simulator, '/api/v1/jobs/createTask', body);
    expect(refused.code).toBe(451);
  });

  it('have faults of their own', async () => {
    const simulator = await started();
    simulator.script([{ on: 'upload', fault: { kind: 'code', code: 500 } }]);
    const bytes = new Uint8Array(await readFile(photo));
    expect(await upload(simulator, bytes)).toMatchObject({ code: 500 });
    expect(await upload(simulator, bytes)).toMatchObject({ code: 200 });
  });
});

describe('results', () => {
  it('are H.264 in MP4, made from the uploaded image in its aspect', async () => {
    const simulator = await started({ video: { seconds: 1, fps: 12 } });
    const { data } = await upload(simulator, new Uint8Array(await readFile(photo)));
    const body = requestOf('x', { image_urls: [data?.downloadUrl] });
    const url = await resultUrlOf(simulator, body);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toBe('video/mp4');
    const video = Buffer.from(await response.arrayBuffer());
    expect(boxesOf(video).map(({ type }) => type)).toEqual(expect.arrayContaining(['ftyp', 'moov', 'mdat']));
    const track = trackOf(video);
    expect(track).toMatchObject({ codec: 'avc1', frames: 12 });
    expect(track.width / track.height).toBeCloseTo(451 / 300, 1);
    expect([track.width % 2, track.height % 2]).toEqual([0, 0]);
    expect((await bytesAt(url)).equals(video)).toBe(true);
  });

  it('come from a gradient when the image is elsewhere', async () => {
    const simulator = await started({ video: { seconds: 0.5, fps: 10, maxSide: 160 } });
    const track = trackOf(await bytesAt(await resultUrlOf(simulator, requestOf('x'))));
    expect(track).toMatchObject({ codec: 'avc1', width: 160, height: 90, frames: 5 });
  });

  it('tiny ones are valid too, and ranges work', async () => {
    const simulator = await started({ results: 'tiny' });
    const url = await resultUrlOf(simulator, requestOf('x'));
    const video = await bytesAt(url);
    expect(video.length).toBeLessThan(4096);
    expect(trackOf(video)).toMatchObject({ codec: 'avc1', width: 32, height: 32 });
    const part = await fetch(url, { headers: { range: 'bytes=4-7' } });
    expect(part.status).toBe(206);
    expect(await part.text()).toBe('ftyp');
    expect((await fetch(url, { headers: { range: 'bytes=99999-' } })).status).toBe(416);
  });

  it('exist only for tasks that succeeded, and not indefinitely', async () => {
    let now = 0;
    const clock = { now: () => now, monotonic: () => performance.now() };
    const simulator = await started({ results: 'tiny', resultTtlMs: 100, clock });
    const running = await createdId(simulator, requestOf('running'));
    expect((await fetch(`${simulator.url}/results/${running}.mp4`)).status).toBe(404);
    const url = await resultUrlOf(simulator, requestOf('x'));
    expect((await fetch(url)).status).toBe(200);
    now = 101;
    expect((await fetch(url)).status).toBe(404);
  });

  it('have temporary links', async () => {
    let now = 1000;
    const clock = { now: () => now, monotonic: () => performance.now() };
    const simulator = await started({ results: 'tiny', downloadLinkTtlMs: 50, clock });
    const url = await resultUrlOf(simulator, requestOf('x'));
    const ask = async (given: unknown): Promise<{ code: number; data: string }> =>
      envelope<string>(
        await fetch(`${simulator.url}/api/v1/common/download-url`, {
          method: 'POST',
          body: JSON.stringify({ url: given }),
        }),
      );
    const { data: link } = await ask(url);
    expect((await fetch(link)).status).toBe(200);
    expect((await fetch(link.replace('expires=1050', 'expires=9050'))).status).toBe(403);
    now = 1050;
    expect((await fetch(link)).status).toBe(403);
    expect((await ask('https://elsewhere.example/x.mp4')).code).toBe(422);
    expect((await ask(undefined)).code).toBe(422);
  });

  it('have faults of their own', async () => {
    const simulator = await started({ results: 'tiny' });
    const url = await resultUrlOf(simulator, requestOf('x'));
    simulator.script([
      { on: 'result', when: { prompt: 'x' }, fault: { kind: 'html', status: 404 } },
      { on: 'result', fault: { kind: 'cutBody' } },
    ]);
    expect((await fetch(url)).status).toBe(404);
    await expect(bytesAt(url)).rejects.toThrow(TypeError);
    expect((await fetch(url)).status).toBe(200);
  });
});
