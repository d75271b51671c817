import { expect, test } from 'vitest';

import { requestHeaders } from '../../src/headers.ts';
import { redirectTarget } from '../../src/redirect.ts';

test('the caller wins over the defaults, in any case, but never sends an identity', () => {
  const given = {
    'Content-Type': 'application/cloudevents+json',
    'webhook-id': 'msg_1',
    Authorization: 'Bearer secret',
    'Proxy-Authorization': 'Basic secret',
    Cookie: 'a=b',
    Host: 'elsewhere.example',
    'Transfer-Encoding': 'chunked',
    'Content-Length': '1',
    Connection: 'upgrade',
  };
  expect(requestHeaders(given, 'kieq/test')).toEqual({
    'user-agent': 'kieq/test',
    'content-type': 'application/cloudevents+json',
    accept: '*/*',
    'accept-encoding': 'identity',
    'webhook-id': 'msg_1',
  });
});

test.each([
  [307, '/there', 'https://a.example/there'],
  [308, 'https://b.example/', 'https://b.example/'],
  [308, '//b.example/x', 'https://b.example/x'],
  [301, '/there', undefined],
  [302, '/there', undefined],
  [303, '/there', undefined],
  [200, '/there', undefined],
  [307, 'http://[', undefined],
  [307, undefined, undefined],
])('%d to %s', (status, location, expected) => {
  const headers = location === undefined ? {} : { location };
  expect(redirectTarget(status, headers, new URL('https://a.example/here'))?.href).toBe(expected);
});
