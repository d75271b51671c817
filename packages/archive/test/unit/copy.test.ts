import { expect, test } from 'vitest';
import { measure, type Sink } from '../../src/copy.ts';
import { video } from '../../../testkit/src/video.ts';

/** A sender that records whether it was ended: one that was not keeps its timers and its connection. */
function sender(bytes: Uint8Array): { readonly chunks: AsyncGenerator<Uint8Array>; readonly ended: () => boolean } {
  let isEnded = false;
  async function* send(): AsyncGenerator<Uint8Array> {
    try {
      for (let from = 0; from < bytes.length; from += 1000) yield bytes.subarray(from, from + 1000);
    } finally {
      isEnded = true;
    }
  }
  return { chunks: send(), ended: () => isEnded };
}

const refuse = (): Promise<void> => Promise.reject(new Error('no room'));

test.each<[string, Sink, number, string?]>([
  ['is taken whole', {}, 1e6],
  ['does not begin', { begin: refuse }, 1e6, 'no room'],
  ['cannot be written', { take: refuse }, 1e6, 'no room'],
  ['is too long', {}, 2000, 'the file has more than 2000 bytes'],
])('a file that %s ends its sender', async (_what, sink, maxBytes, message) => {
  const { chunks, ended } = sender(video(5000));
  const measured = measure(chunks, sink, maxBytes);
  if (message === undefined) expect(await measured).toMatchObject({ bytes: 5000 });
  else await expect(measured).rejects.toThrow(message);
  expect(ended()).toBe(true);
});

test('what is no media ends its sender', async () => {
  const { chunks, ended } = sender(Buffer.alloc(5000));
  await expect(measure(chunks, {}, 1e6)).rejects.toThrow('the file is no video of a known kind');
  expect(ended()).toBe(true);
});
