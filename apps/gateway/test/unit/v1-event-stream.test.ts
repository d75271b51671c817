import { PassThrough, Writable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { EventStream } from '../../src/v1/event-stream.ts';

/** A client that never reads. */
function stalled(): Writable {
  return new Writable({ highWaterMark: 10, write: () => undefined });
}

function openOn(answer: Writable, options: { heartbeatMs?: number; bufferLimitBytes?: number } = {}): EventStream {
  const stream = new EventStream(answer, { heartbeatMs: 60_000, ...options });
  onTestFinished(() => stream.end());
  return stream;
}

test('writes events with and without an id', () => {
  const answer = new PassThrough();
  const stream = openOn(answer);
  stream.send({ id: '1-0', event: 'state', data: { a: 'line\nbreak' } });
  stream.send({ event: 'end', data: {} });
  const text = 'retry: 2000\n\nid: 1-0\nevent: state\ndata: {"a":"line\\nbreak"}\n\nevent: end\ndata: {}\n\n';
  expect(answer.read().toString()).toBe(text);
});

test('drops a client that leaves too much unread, and aborts its signal', async () => {
  const answer = stalled();
  const stream = openOn(answer, { bufferLimitBytes: 1000 });
  for (let i = 0; i < 8; i += 1) stream.send({ event: 'state', data: { text: 'x'.repeat(80) } });
  expect(answer.destroyed).toBe(false);
  expect(stream.closed.aborted).toBe(false);
  for (let i = 0; i < 8; i += 1) stream.send({ event: 'state', data: { text: 'x'.repeat(80) } });
  expect(answer.destroyed).toBe(true);
  expect(stream.closed.aborted).toBe(true);
});

test('one event may be larger than what a client may leave unread', () => {
  const answer = stalled();
  const stream = openOn(answer, { bufferLimitBytes: 1000 });
  stream.send({ event: 'webhook', data: { body: 'x'.repeat(5000) } });
  expect(stream.closed.aborted).toBe(false);
  stream.send({ event: 'webhook', data: {} });
  expect(stream.closed.aborted).toBe(true);
});

test('heartbeats do not pile up at a client that does not read, and stop at the end', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const answer = stalled();
  const before = openOn(answer, { heartbeatMs: 100 });
  const unread = answer.writableLength;
  vi.advanceTimersByTime(10_000);
  expect(answer.writableLength).toBe(unread);
  before.end();
  const reading = new PassThrough();
  const stream = openOn(reading, { heartbeatMs: 100 });
  vi.advanceTimersByTime(350);
  expect(reading.read().toString()).toBe(`retry: 2000\n\n${':\n\n'.repeat(3)}`);
  stream.end();
  expect(vi.getTimerCount()).toBe(0);
});

test('closes when the client goes away, and writes nothing more', () => {
  const answer = new PassThrough();
  const stream = openOn(answer);
  answer.emit('close');
  expect(stream.closed.aborted).toBe(true);
  stream.send({ event: 'state', data: {} });
  expect(answer.read().toString()).toBe('retry: 2000\n\n');
});

test('is drained at once while the client reads, after it has read, and when it goes away', async () => {
  const reading = openOn(new PassThrough());
  await reading.drained();
  const answer = new PassThrough({ highWaterMark: 100 });
  const stream = openOn(answer);
  stream.send({ event: 'webhook', data: { body: 'x'.repeat(200) } });
  let isDrained = false;
  const drained = stream.drained().then(() => (isDrained = true));
  await Promise.resolve();
  expect(isDrained).toBe(false);
  answer.resume();
  await drained;
  const gone = openOn(stalled());
  gone.send({ event: 'webhook', data: { body: 'x'.repeat(200) } });
  const given = gone.drained();
  gone.end();
  await given;
});

test('a position is a block of its own, which is no event', () => {
  const answer = new PassThrough();
  openOn(answer).position('5-0');
  expect(answer.read().toString()).toBe('retry: 2000\n\nid: 5-0\n\n');
});
