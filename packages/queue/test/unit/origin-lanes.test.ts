import { expect, test } from 'vitest';
import { OriginLanes } from '../../src/deliveries/origin-lanes.ts';

const SLOW = 'https://slow.example';

function entered(lanes: OriginLanes, origin: string): () => void {
  const place = lanes.enter(origin);
  if ('pauses' in place) throw new Error('no place');
  return place.leave;
}

function pauses(lanes: OriginLanes, origin: string): number {
  const place = lanes.enter(origin);
  if (!('pauses' in place)) throw new Error('a place');
  return place.pauses;
}

test('one origin gets its share, and the others theirs', () => {
  const lanes = new OriginLanes(2);
  entered(lanes, SLOW);
  const leave = entered(lanes, SLOW);
  expect(lanes.enter(SLOW)).toEqual({ pauses: 1 });
  entered(lanes, 'https://other.example');
  leave();
  entered(lanes, SLOW);
  expect(lanes.enter(SLOW)).toMatchObject({ pauses: expect.any(Number) });
});

test('the longer the backlog of an origin, the later its deliveries ask again, up to a limit', () => {
  const lanes = new OriginLanes(2);
  entered(lanes, SLOW);
  const leave = entered(lanes, SLOW);
  expect([1, 2, 3, 4, 5].map(() => pauses(lanes, SLOW))).toEqual([1, 1, 2, 2, 3]);
  // One of those that waited gets in.
  leave();
  entered(lanes, SLOW);
  expect(pauses(lanes, SLOW)).toBe(3);
  for (let i = 0; i < 1000; i += 1) lanes.enter(SLOW);
  expect(pauses(lanes, SLOW)).toBe(60);
});

test('an origin that is idle is forgotten', () => {
  const lanes = new OriginLanes(1);
  const leave = entered(lanes, SLOW);
  for (let i = 0; i < 10; i += 1) lanes.enter(SLOW);
  leave();
  entered(lanes, SLOW);
  expect(pauses(lanes, SLOW)).toBe(1);
});
