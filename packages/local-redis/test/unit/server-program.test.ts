import { describe, expect, test } from 'vitest';
import { parseServerVersion } from '../../src/server-version.js';

describe('parseServerVersion', () => {
  test.each([
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=a5d8', 'redis', 7, 0, 'redis 7.0.15'],
    ['Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', 'valkey', 8, 1, 'valkey 8.1.1'],
  ])('reads %s', (output, flavour, major, minor, text) => {
    expect(parseServerVersion(output)).toEqual({ flavour, major, minor, text });
  });

  test('knows nothing else', () => {
    expect(parseServerVersion('command not found')).toBeUndefined();
  });
});
