import { appRoutes, buildHistoryRoutes } from '@bull-board/api/dist/routes.js';
import { expect, it } from 'vitest';
import { ALLOWED_ROUTES, isAllowed } from '../../src/allowed-routes.ts';

const routes = appRoutes.api.flatMap(({ method, route }) =>
  [method].flat().flatMap((verb) => [route].flat().map((pattern) => ({ method: verb.toUpperCase(), pattern }))),
);

it('lists only routes that the installed Bull Board has', () => {
  const known = new Set(routes.map(({ method, pattern }) => `${method} ${pattern}`));
  expect([...ALLOWED_ROUTES].filter((route) => !known.has(route))).toEqual([]);
});

it('lets through what only shows, and of the rest only what is listed', () => {
  const open = routes.filter(({ method, pattern }) => method !== 'GET' && isAllowed(method, pattern));
  expect(new Set(open.map(({ method, pattern }) => `${method} ${pattern}`))).toEqual(ALLOWED_ROUTES);
  expect(routes.filter(({ method, pattern }) => method === 'GET' && !isAllowed(method, pattern))).toEqual([]);
});

it('allows nothing by its words alone: what is listed retries, promotes, pauses or resumes', () => {
  for (const route of ALLOWED_ROUTES) expect(route).toMatch(/^PUT .*\/(retry|promote|pause|resume)(\/:queueStatus)?$/);
});

it('denies routes that Bull Board adds, with an option or in a later version', () => {
  const provider = { getHistory: () => Promise.resolve([]) };
  const added = buildHistoryRoutes(provider, { hasUsage: true, canPurge: true, hasLatency: true });
  const mutating = added.filter(({ method }) => method !== 'get');
  expect(mutating).not.toEqual([]);
  for (const { route } of mutating) expect(isAllowed('POST', String(route))).toBe(false);
  for (const method of ['PUT', 'POST', 'PATCH', 'DELETE', 'PROPFIND'])
    expect(isAllowed(method, '/api/new')).toBe(false);
  expect(isAllowed('PUT', undefined)).toBe(false);
  expect(isAllowed('DELETE', '/api/queues/:queueName/pause')).toBe(false);
});
