import { describe, expect, it } from 'vitest';
import { isSameOrigin, meansLoopback } from '../../src/origin.ts';

describe('the host that a request means', () => {
  it.each([
    'localhost',
    'localhost:8081',
    'LOCALHOST:8081',
    '127.0.0.1',
    '127.0.0.1:8081',
    '127.1.2.3:1',
    '[::1]',
    '[::1]:8081',
  ])('is this machine: %s', (host) => expect(meansLoopback({ host })).toBe(true));

  it.each([
    'evil.example',
    'evil.example:8081',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil@localhost',
    '192.168.1.4:8081',
    '0.0.0.0:8081',
    '[::2]:8081',
    'localhost:8081:1',
    '',
    undefined,
  ])('is another: %s', (host) => expect(meansLoopback({ host })).toBe(false));
});

describe('the origin of a request that changes something', () => {
  it.each([
    [{ host: 'localhost:8081' }, true],
    [{ host: 'localhost:8081', origin: 'http://localhost:8081' }, true],
    [{ host: 'Board.example', origin: 'https://board.example' }, true],
    [{ host: 'localhost:8081', 'sec-fetch-site': 'same-origin' }, true],
    [{ host: 'localhost:8081', origin: 'http://localhost:3000' }, false],
    [{ host: 'localhost:8081', origin: 'https://evil.example' }, false],
    [{ host: 'localhost:8081', origin: 'null' }, false],
    [{ host: 'localhost:8081', 'sec-fetch-site': 'same-site' }, false],
    [{ host: 'localhost:8081', 'sec-fetch-site': 'cross-site', origin: 'http://localhost:8081' }, false],
    [{ host: 'localhost:8081', 'sec-fetch-site': 'none' }, false],
  ])('%j: %s', (headers, same) => expect(isSameOrigin(headers)).toBe(same));
});

describe('the origin behind a proxy that rewrites Host', () => {
  const publicUrl = 'https://ops.example/kieq';

  it.each([
    [{ host: '127.0.0.1:8081', origin: 'https://ops.example' }, true],
    [{ host: '127.0.0.1:8081', origin: 'http://127.0.0.1:8081' }, true],
    [{ host: '127.0.0.1:8081', 'sec-fetch-site': 'same-origin' }, true],
    [{ host: '127.0.0.1:8081', origin: 'http://ops.example' }, false],
    [{ host: '127.0.0.1:8081', origin: 'https://ops.example:444' }, false],
    [{ host: '127.0.0.1:8081', origin: 'https://evil.example' }, false],
    [{ host: '127.0.0.1:8081', origin: 'null' }, false],
    [{ host: '127.0.0.1:8081', origin: 'https://ops.example', 'sec-fetch-site': 'cross-site' }, false],
  ])('%j: %s', (headers, same) => expect(isSameOrigin(headers, publicUrl)).toBe(same));
});
