import { expect, test } from 'vitest';
import { commandsIn, ReplyCounter } from '../../src/kill-matrix/resp.ts';

const text = (commands: readonly Buffer[][]): string[][] => commands.map((parts) => parts.map(String));

test('a write is taken apart into its commands', () => {
  const two = '*2\r\n$3\r\nGET\r\n$1\r\na\r\n*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$4\r\n1\r\n2\r\n';
  expect(text(commandsIn(two))).toEqual([
    ['GET', 'a'],
    ['SET', 'b', '1\r\n2'],
  ]);
  expect(text(commandsIn(Buffer.from('*1\r\n$2\r\n\u00e9\r\n')))).toEqual([['é']]);
  expect(commandsIn('GET / HTTP/1.1\r\n')).toEqual([]);
});

/** Each is one reply. */
const REPLIES = [
  '+OK\r\n',
  '-ERR no\r\n',
  ':1\r\n',
  '$5\r\nab\r\nc\r\n',
  '$0\r\n\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '*0\r\n',
  '*3\r\n:1\r\n*2\r\n$1\r\na\r\n+b\r\n_\r\n',
  '%1\r\n+a\r\n*1\r\n,1.5\r\n',
  '*1\r\n*0\r\n',
];

test.each([1, 2, 7, 1000])('replies are counted in chunks of %i bytes', (size) => {
  const bytes = Buffer.from(REPLIES.join(''));
  const counter = new ReplyCounter();
  let ended = 0;
  for (let at = 0; at < bytes.length; at += size) ended += counter.take(bytes.subarray(at, at + size));
  expect(ended).toBe(REPLIES.length);
});

test('what Redis says unasked is no reply', () => {
  expect(new ReplyCounter().take(Buffer.from('>2\r\n+message\r\n$1\r\na\r\n+OK\r\n'))).toBe(1);
});
