import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { MAX_FILE_BYTES } from '../../src/limits.ts';
import { createS3Store } from '../../src/s3-store.ts';
import { stubAwsEnvironment } from '../support/aws-environment.ts';
import { startFakeS3 } from '../support/fake-s3.ts';

const text = Buffer.from('text');
const limits = { connectTimeoutMs: 1000, requestTimeoutMs: 150, attempts: 3 };
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  vi.unstubAllEnvs();
});

async function storeOn(answer: (response: ServerResponse, request: IncomingMessage, nth: number) => void) {
  const server = await startFakeS3(answer);
  stubAwsEnvironment(server.url);
  const store = createS3Store({ bucket: 'bucket', prefix: 'p' }, limits);
  stops.push(store.close, server.stop);
  return { store, server };
}

test('sends the bytes alone, signed, to a path below the endpoint', async () => {
  const { store, server } = await storeOn((response) => response.end());
  await store.put('a/x.png', text, 'image/png');
  const [first] = server.seen;
  expect(first?.url.replace(/\?.*/, '')).toBe('/bucket/p/a/x.png');
  expect(first?.headers).toMatchObject({
    'content-length': '4',
    'content-type': 'image/png',
    'x-amz-content-sha256': createHash('sha256').update(text).digest('hex'),
  });
  expect(first?.headers).not.toHaveProperty('content-encoding');
  expect(Object.keys(first?.headers ?? {}).filter((name) => /checksum|crc32/.test(name))).toEqual([]);
});

test('tries again after 503', async () => {
  const { store, server } = await storeOn((response, _request, nth) => {
    response.writeHead(nth < 3 ? 503 : 200).end(nth < 3 ? '' : 'text');
  });
  expect(await store.get('x')).toEqual(text);
  expect(server.seen.length).toBe(3);
});

test('gives up after its attempts', async () => {
  const { store, server } = await storeOn((response) => response.writeHead(503).end());
  await expect(store.put('x', text, 'text/plain')).rejects.toThrow(
    /s3:\/\/bucket\/p: cannot write x: \w+ \(HTTP 503\)/,
  );
  expect(server.seen.length).toBe(3);
});

test('a server that never answers is left after the time limit of every attempt', async () => {
  const { store, server } = await storeOn(() => {});
  await expect(store.get('x')).rejects.toThrow('s3://bucket/p: cannot read x: TimeoutError');
  expect(server.seen.length).toBe(3);
});

test('a body that stalls is left after the time limit', async () => {
  const { store } = await storeOn((response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half');
  });
  await expect(store.get('x')).rejects.toThrow('s3://bucket/p: cannot read x: TimeoutError');
});

test('a body that is cut is an error, not a short file', async () => {
  const { store } = await storeOn((response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  await expect(store.get('x')).rejects.toThrow('s3://bucket/p: cannot read x: ECONNRESET');
});

test('a body that is announced too large is not read', async () => {
  const { store } = await storeOn((response) => {
    response.writeHead(200, { 'content-length': String(MAX_FILE_BYTES + 1) }).flushHeaders();
  });
  await expect(store.get('x')).rejects.toThrow(`s3://bucket/p: x has more than ${MAX_FILE_BYTES} bytes`);
});

test('a 404 that does not come from S3 is an error, not an absent file', async () => {
  const { store } = await storeOn((response) => response.writeHead(404).end('<html><body>nginx</body></html>'));
  await expect(store.get('x')).rejects.toThrow(/s3:\/\/bucket\/p: cannot read x: \w+ \(HTTP 404\)/);
});

test('what a server says about a wrong secret stays out of the error, and of all that is logged with it', async () => {
  const { store } = await storeOn((response) => {
    response.writeHead(403, { 'content-type': 'application/xml' }).end(
      `<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><Message>hunter2</Message>
       <AWSAccessKeyId>hunter2</AWSAccessKeyId><StringToSign>hunter2</StringToSign></Error>`,
    );
  });
  const failure = await store.get('x').catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: 's3://bucket/p: cannot read x: SignatureDoesNotMatch (HTTP 403)' });
  expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain('hunter2');
});

test('words of a server do not enter the message', async () => {
  const { store } = await storeOn((response) => {
    response.writeHead(400).end('<Error><Code>Bad\nAKIA secret</Code><Message>S3RVER</Message></Error>');
  });
  await expect(store.get('x')).rejects.toThrow(/^s3:\/\/bucket\/p: cannot read x: unknown reason \(HTTP 400\)$/);
});

test('a port without a listener is reported by its code', async () => {
  const { store, server } = await storeOn(() => {});
  await server.stop();
  await expect(store.remove('x')).rejects.toThrow('s3://bucket/p: cannot remove x: ECONNREFUSED');
});

const NONE = '<Error><Code>NoSuchKey</Code></Error>';

test.each([
  [412, false],
  [409, false],
  [501, true],
])('a new file whose condition is answered with %d', async (status, written) => {
  const { store, server } = await storeOn((response, { method, headers }) => {
    if (method === 'GET') response.writeHead(404).end(NONE);
    else response.writeHead(headers['if-none-match'] === '*' ? status : 200).end();
  });
  expect(await store.putNew('x', text, 'text/plain')).toBe(written);
  expect(server.seen.findLast(({ method }) => method === 'PUT')?.headers['if-none-match']).toBe(
    written ? undefined : '*',
  );
});
