import { appRoutes, buildHistoryRoutes } from '@bull-board/api/dist/routes.js';
import { expect, it } from 'vitest';
import { ALLOWED_ROUTES, isAllowed } from '../../src/auth/allowed-routes.ts';

/** Bull Board's routes, below the address where this dashboard has it. */
const routes = appRoutes.api.flatMap(({ method, route }) =>
  [method]
    .flat()
    .flatMap((verb) => [route].flat().map((pattern) => ({ method: verb.toUpperCase(), pattern: `/queues${pattern}` }))),
);

const OF_BOARD = [...ALLOWED_ROUTES].filter((route) => route.includes(' /queues/'));

it('lists only routes that the installed Bull Board has', () => {
  const known = new Set(routes.map(({ method, pattern }) => `${method} ${pattern}`));
  expect(OF_BOARD.filter((route) => !known.has(route))).toEqual([]);
});

it('lets through what only shows, and of the rest only what is listed', () => {
  const open = routes.filter(({ method, pattern }) => method !== 'GET' && isAllowed(method, pattern));
  expect(new Set(open.map(({ method, pattern }) => `${method} ${pattern}`))).toEqual(new Set(OF_BOARD));
  expect(routes.filter(({ method, pattern }) => method === 'GET' && !isAllowed(method, pattern))).toEqual([]);
});

it('of Bull Board allows nothing by its words alone: what is listed retries, promotes, pauses or resumes', () => {
  for (const route of OF_BOARD) expect(route).toMatch(/^PUT .*\/(retry|promote|pause|resume)(\/:queueStatus)?$/);
});

it('denies routes that Bull Board adds, with an option or in a later version', () => {
  const provider = { getHistory: () => Promise.resolve([]) };
  const added = buildHistoryRoutes(provider, { hasUsage: true, canPurge: true, hasLatency: true });
  const mutating = added.filter(({ method }) => method !== 'get');
  expect(mutating).not.toEqual([]);
  for (const { route } of mutating) expect(isAllowed('POST', `/queues${String(route)}`)).toBe(false);
  for (const method of ['PUT', 'POST', 'PATCH', 'DELETE', 'PROPFIND'])
    expect(isAllowed(method, '/queues/api/new')).toBe(false);
  expect(isAllowed('PUT', undefined)).toBe(false);
  expect(isAllowed('DELETE', '/queues/api/queues/:queueName/pause')).toBe(false);
});
