import { parseEnvironment } from '@kieq/config';
import { expect, it } from 'vitest';
import * as places from '../../src/paths.ts';

it.each([
  ['/kieq', '/'],
  ['/kieq/', '/'],
  ['/kieq?x=1', '/?x=1'],
  ['/kieq/queues/queue/submit?page=2', '/queues/queue/submit?page=2'],
  ['/queues/', '/queues/'],
  ['/', '/'],
  ['/kieqs/api/overview', '/kieqs/api/overview'],
  ['/Kieq/', '/Kieq/'],
  ['/kieq/kieq/', '/kieq/'],
])('behind the prefix /kieq, %s asks for %s', (url, path) => expect(places.withoutPrefix(url, '/kieq')).toBe(path));

it('at the root nothing is taken off', () => {
  for (const url of ['/', '/queues/', '/?x', '//x']) expect(places.withoutPrefix(url, '')).toBe(url);
});

it('no prefix can be mistaken for a path of the dashboard', () => {
  const paths = [...Object.values(places).filter((place) => typeof place === 'string'), places.generationPage('x')];
  expect(paths.length).toBeGreaterThan(6);
  for (const path of paths) {
    const env = { REDIS_URL: 'redis://localhost', DASHBOARD_USER: 'me', DASHBOARD_PASSWORD: 'pw' };
    const DASHBOARD_PUBLIC_URL = `https://ops.example/${path.split('/')[1]}/more`;
    expect(() => parseEnvironment({ ...env, DASHBOARD_PUBLIC_URL }, ['dashboard'])).toThrow('DASHBOARD_PUBLIC_URL');
  }
});
