import { describe, expect, test } from 'vitest';
import { SseParser } from '../../src/sse.ts';

const STREAM =
  '\uFEFFretry: 2000\n\n:\n\nid: 7-0\nevent: state\ndata: {"state":"queued"}\n\n' +
  'id:7-1\r\nevent:state\r\ndata: a\r\ndata: b\r\n\r\nevent: end\rdata\r\rdata: last\n\n';
const EVENTS = [
  { event: 'state', data: '{"state":"queued"}' },
  { event: 'state', data: 'a\nb' },
  { event: 'end', data: '' },
  { event: 'message', data: 'last' },
];

describe('SseParser', () => {
  test.each(Array.from({ length: STREAM.length + 1 }, (_, at) => at))('reads the same events cut at %i', (at) => {
    const parser = new SseParser();
    const events = [STREAM.slice(0, at), STREAM.slice(at)].flatMap((piece) => parser.push(piece) ?? []);
    expect(events).toEqual(EVENTS);
    expect([parser.lastEventId, parser.retryMs]).toEqual(['7-1', 2000]);
  });

  test('reads the same events letter by letter', () => {
    const parser = new SseParser();
    expect(Array.from(STREAM).flatMap((letter) => parser.push(letter) ?? [])).toEqual(EVENTS);
  });

  test('does not take a block for seen that was cut off', () => {
    const parser = new SseParser('1-0');
    expect(parser.push('id: 2-0\nevent: state\ndata: x\n')).toEqual([]);
    expect(parser.lastEventId).toBe('1-0');
    expect(parser.push('\n')).toHaveLength(1);
    expect(parser.lastEventId).toBe('2-0');
  });

  test('refuses a block without end', () => {
    const parser = new SseParser();
    const answers = Array.from({ length: 11 }, () => parser.push('x'.repeat(100_000)));
    expect([answers[9], answers[10]]).toEqual([[], undefined]);
  });
});
