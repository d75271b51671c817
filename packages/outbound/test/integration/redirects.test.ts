import { expect, test } from 'vitest';

import { createOutbound } from '../../src/index.ts';
import { CERTIFICATE, expectNoConnections, httpServer, toPost } from './servers.ts';

const lookup = async (): Promise<string[]> => ['127.0.0.1'];
const outbound = createOutbound({ allowPrivate: true, certificateAuthority: CERTIFICATE }, { lookup });

test.each([307, 308])('%d is followed with method, headers and body, also to another host', async (status) => {
  const server = await httpServer((response, { headers }) => {
    if (headers.host?.startsWith('www.') === true) response.writeHead(202).end();
    else response.writeHead(status, { location: `http://www.a.example:${server.port}/moved` }).end();
  });
  const headers = { 'webhook-signature': 'v1,abc' };
  const answer = await outbound.post(toPost(`http://a.example:${server.port}/hook`, { headers }));
  expect(answer).toEqual({ kind: 'answered', status: 202 });
  expect(server.seen[1]).toMatchObject({ method: 'POST', url: '/moved', body: Buffer.from('{"code":200}'), headers });
});

test.each([301, 302, 303])('%d is an answer', async (status) => {
  const server = await httpServer((response) => response.writeHead(status, { location: '/there' }).end());
  const answer = await outbound.post(toPost(`http://a.example:${server.port}/`));
  expect(answer).toEqual({ kind: 'answered', status });
  expect(server.seen).toHaveLength(1);
});

test('a 307 that names no place is an answer', async () => {
  const server = await httpServer((response) => response.writeHead(307).end());
  const answer = await outbound.post(toPost(`http://a.example:${server.port}/`));
  expect(answer).toEqual({ kind: 'answered', status: 307 });
});

test('three redirects are followed, a loop ends', async () => {
  const server = await httpServer((response, { url }) => {
    const hop = Number(url.slice(1));
    if (hop === 3) response.writeHead(200).end();
    else response.writeHead(307, { location: hop < 3 ? `/${hop + 1}` : url }).end();
  });
  const base = `http://a.example:${server.port}`;
  expect(await outbound.post(toPost(`${base}/0`))).toEqual({ kind: 'answered', status: 200 });
  expect(await outbound.post(toPost(`${base}/9`))).toEqual({ kind: 'failed', transport: 'TOO_MANY_REDIRECTS' });
  expect(server.seen).toHaveLength(8);
  await expectNoConnections(server);
});

test('the time limit holds for all redirects together', async () => {
  const server = await httpServer((response, { url }) => {
    if (url === '/') response.writeHead(307, { location: '/hang' }).end();
  });
  const answer = await outbound.post(toPost(`http://a.example:${server.port}/`, { timeoutMs: 500 }));
  expect(answer).toEqual({ kind: 'failed', transport: 'ETIMEDOUT' });
  expect(server.seen.map(({ url }) => url)).toEqual(['/', '/hang']);
  await expectNoConnections(server);
});

test('https: the certificate must be for the name; a redirect may lead to https but not out of it', async () => {
  const plain = await httpServer((response) =>
    response.writeHead(307, { location: `https://secure.example:${secure.port}/end` }).end(),
  );
  const secure = await httpServer((response, { url }) => {
    if (url === '/end') response.writeHead(200).end();
    else response.writeHead(307, { location: `http://plain.example:${plain.port}/` }).end();
  }, true);
  const post = (url: string): Promise<unknown> => outbound.post(toPost(url));
  expect(await post(`http://plain.example:${plain.port}/`)).toEqual({ kind: 'answered', status: 200 });
  expect(await post(`https://secure.example:${secure.port}/out`)).toEqual({
    kind: 'refused',
    reason: 'redirect target must not leave https',
  });
  expect(await post(`https://other.example:${secure.port}/end`)).toEqual({
    kind: 'failed',
    transport: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
  expect(plain.seen).toHaveLength(1);
  expect(secure.seen.map(({ url }) => url)).toEqual(['/end', '/out']);
});
