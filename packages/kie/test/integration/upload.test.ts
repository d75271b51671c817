import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { API_KEY, client, httpServer, json } from './servers.ts';
import type { Seen } from './servers.ts';

const IMAGE = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const STORED = {
  success: true,
  code: 200,
  data: { downloadUrl: 'https://f.example/a.png', fileSize: 300_000, mimeType: 'image/png' },
};

async function formOf(seen: Seen | undefined): Promise<{ file: File; fields: Record<string, unknown> }> {
  if (seen === undefined) throw new Error('nothing arrived');
  const headers = { 'content-type': seen.headers['content-type'] ?? '' };
  const form = await new Response(new Uint8Array(seen.body), { headers }).formData();
  const file = form.get('file');
  if (!(file instanceof File)) throw new Error('no file');
  return { file, fields: { uploadPath: form.get('uploadPath'), fileName: form.get('fileName') } };
}

async function fileOf(content: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-upload-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.bin'), content);
  return join(folder, 'a.bin');
}

describe('upload', () => {
  it.each(['memory', 'path'])('sends the file from %s, with its fields and a length', async (from) => {
    const server = await httpServer((response) => json(response, STORED));
    const file = from === 'memory' ? IMAGE : await fileOf(IMAGE);
    const stored = await client(server.url).upload({ file, fileName: 'kätzchen "1".png', uploadPath: 'images/a' });
    expect(stored).toEqual(STORED.data);
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', url: '/api/file-stream-upload' });
    expect(seen?.headers).toMatchObject({
      authorization: `Bearer ${API_KEY}`,
      'content-length': String(seen?.body.length),
    });
    const { file: sent, fields } = await formOf(seen);
    expect(fields).toEqual({ uploadPath: 'images/a', fileName: 'kätzchen "1".png' });
    expect([sent.name, sent.type]).toEqual(['kätzchen "1".png', 'image/png']);
    expect(Buffer.from(await sent.arrayBuffer()).equals(IMAGE)).toBe(true);
  });

  it('sends an empty file and a given type', async () => {
    const server = await httpServer((response) => json(response, STORED));
    await client(server.url).upload({
      file: await fileOf(Buffer.alloc(0)),
      fileName: 'a',
      uploadPath: 'p',
      contentType: 'x/y',
    });
    const { file } = await formOf(server.seen[0]);
    expect([file.size, file.type]).toEqual([0, 'x/y']);
  });

  it('sends the whole file again after a cut and after a page', async () => {
    const server = await httpServer((response, _seen, index) => {
      if (index === 0) response.destroy();
      else if (index === 1) response.writeHead(502).end('<html>');
      else json(response, STORED);
    });
    const stored = await client(server.url).upload({ file: await fileOf(IMAGE), fileName: 'a.png', uploadPath: 'p' });
    expect(stored.downloadUrl).toBe('https://f.example/a.png');
    expect(server.seen.map(({ body }) => body.length)).toEqual(Array(3).fill(server.seen[0]?.body.length));
  });

  it('needs nothing but a downloadUrl', async () => {
    const server = await httpServer((response) =>
      json(response, { code: 200, data: { downloadUrl: 'http://f.example/a', fileSize: 'big' } }),
    );
    expect(await client(server.url).upload({ file: IMAGE, fileName: 'a', uploadPath: 'p' })).toEqual({
      downloadUrl: 'http://f.example/a',
    });
  });

  it.each([
    [200, { code: 401, msg: 'no' }, 'unauthorized'],
    [200, { code: 400, msg: 'no', success: false }, 'refused'],
    [413, '<html>', 'refused'],
    [200, { code: 200, data: { downloadUrl: 'javascript:alert(1)' } }, 'unreadable'],
    [200, { code: 200, data: null }, 'unreadable'],
  ])('throws on HTTP %i %o', async (status, body, code) => {
    const server = await httpServer((response) => json(response, body, status));
    await expect(client(server.url).upload({ file: IMAGE, fileName: 'a', uploadPath: 'p' })).rejects.toMatchObject({
      name: 'KieError',
      code,
    });
    expect(server.seen).toHaveLength(1);
  });

  it('throws when the file cannot be read', async () => {
    const server = await httpServer((response) => json(response, STORED));
    const upload = client(server.url).upload({ file: '/nowhere/a.png', fileName: 'a.png', uploadPath: 'p' });
    await expect(upload).rejects.toMatchObject({ code: 'file' });
    expect(server.seen).toHaveLength(0);
  });

  it('stops on abort', async () => {
    const controller = new AbortController();
    const server = await httpServer(() => controller.abort());
    const upload = client(server.url).upload({
      file: IMAGE,
      fileName: 'a',
      uploadPath: 'p',
      signal: controller.signal,
    });
    await expect(upload).rejects.toMatchObject({ code: 'aborted' });
  });
});
