import { getEventListeners } from 'node:events';
import { silentLogger } from '@kieq/telemetry';
import { describe, expect, test } from 'vitest';
import { persist } from '../../src/loop/persist.ts';

const contextOf = (end: AbortSignal) => ({ end, logger: silentLogger() });

describe('persist', () => {
  // @guarantee G2
  test('tries again until Redis takes it', async () => {
    let tries = 0;
    const write = async (): Promise<string> => {
      tries += 1;
      if (tries < 3) throw new Error('OOM command not allowed');
      return 'written';
    };
    expect(await persist(contextOf(new AbortController().signal), 'a taskId', 'by hand', write)).toBe('written');
    expect(tries).toBe(3);
  });

  // @guarantee G3
  test('gives up at the end of the process, also while a command waits for a lost connection', async () => {
    const end = new AbortController();
    const written = persist(contextOf(end.signal), 'a taskId', 'by hand', () => new Promise<never>(() => undefined));
    end.abort();
    await expect(written).rejects.toThrow('the process ends');
  });

  // @guarantee G8
  test('leaves nothing behind on the signal, which lives as long as the process', async () => {
    const end = new AbortController();
    for (let i = 0; i < 20; i += 1)
      await persist(contextOf(end.signal), 'a taskId', 'by hand', () => Promise.resolve(i));
    expect(getEventListeners(end.signal, 'abort')).toEqual([]);
  });
});
