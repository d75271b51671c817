import { silentLogger } from '@kieq/telemetry';
import { expect, test } from 'vitest';
import { watchPublicUrl } from '../../src/archive/public-url-watch.ts';

const logger = silentLogger();

function pool() {
  const calls: string[] = [];
  const archiveLinks = {
    usePublicUrl: async (url: string) => void calls.push(`use ${url}`),
    keepPublicUrl: async (url: string) => {
      calls.push(`keep ${url}`);
      return url;
    },
    basis: () => Promise.reject(new Error('not asked for')),
    ensureKey: () => Promise.reject(new Error('not asked for')),
    announceReader: () => Promise.reject(new Error('not asked for')),
  };
  return { calls, ledger: { archiveLinks } };
}

test('a worker says its PUBLIC_URL to the pool when it starts', async () => {
  const { calls, ledger } = pool();
  const watch = watchPublicUrl({ ledger, logger, publicUrl: 'https://a.example' });
  await watch.recorded;
  watch.stop();
  expect(calls).toEqual(['use https://a.example', 'keep https://a.example']);
});

test('one without says nothing, and takes nothing back', async () => {
  const { calls, ledger } = pool();
  const watch = watchPublicUrl({ ledger, logger, publicUrl: undefined });
  await watch.recorded;
  watch.stop();
  expect(calls).toEqual([]);
});

test('a Redis that is away does not hold up the start', async () => {
  const { ledger } = pool();
  const archiveLinks = { ...ledger.archiveLinks, usePublicUrl: () => Promise.reject(new Error('away')) };
  const watch = watchPublicUrl({ ledger: { archiveLinks }, logger, publicUrl: 'https://a.example' });
  await expect(watch.recorded).resolves.toBeUndefined();
  watch.stop();
});
