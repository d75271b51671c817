import { expect, it } from 'vitest';
import { FileStore, imageTypeOf } from '../../src/files.ts';
import { signCallback } from '../../src/signature.ts';

it.each([
  ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
  ['image/png', Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1')],
  ['image/webp', Buffer.from('RIFF....WEBPVP8 ', 'latin1')],
  [undefined, Buffer.from('RIFF....WAVEfmt ', 'latin1')],
  [undefined, Buffer.from('GIF89a', 'latin1')],
  [undefined, Buffer.alloc(0)],
])('recognises %s', (type, bytes) => {
  expect(imageTypeOf(bytes)).toBe(type);
});

it('overwrites by path and forgets after the time to live', () => {
  const store = new FileStore();
  const file = { mimeType: 'image/png', uploadedAtMs: 1000 };
  store.put('a', { ...file, bytes: Buffer.from('1') });
  store.put('a', { ...file, bytes: Buffer.from('2') });
  expect(store.get('a', 1500, 500)?.bytes.toString()).toBe('2');
  expect(store.get('a', 1501, 500)).toBeUndefined();
});

it('signs id and time as Kie does', () => {
  // printf 'abc.1700000000' | openssl dgst -sha256 -hmac key -binary | base64
  expect(signCallback('abc', 1_700_000_000, 'key')).toBe('DVsH2H8WBYDKcDunI2Eou0AuIWKGHhVnNF1NDjQeZCA=');
});
