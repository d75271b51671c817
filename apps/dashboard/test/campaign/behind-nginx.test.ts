import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnvironment } from '@kieq/config';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { freePort } from '../../../../packages/testkit/src/free-port.ts';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import { documentedLocation, startNginx, type Nginx } from '../../../../packages/testkit/test/support/nginx.ts';
import { dashboardOf } from '../support.ts';
import { openBrowser } from '../browser.ts';

/** Where screenshots for a person go; none are made without it. */
const SCREENSHOTS = process.env['KIEQ_SCREENSHOTS'];
const SCREENS = { wide: { width: 1280, height: 900 }, telephone: { width: 390, height: 844 } } as const;
/** A name that no browser trusts without TLS, so that it tells no Sec-Fetch-Site. */
const NAME = 'ops.example';
/** The font that the policy forbids, and a header that browsers ignore without TLS. */
const EXPECTED = /fonts\.googleapis\.com|Cross-Origin-Opener-Policy header has been ignored/;
const { trustedProxies } = parseEnvironment({ TRUSTED_PROXIES: '127.0.0.1' }, ['proxies']);

let pool: PoolFixture;
let browser: Browser;
beforeAll(async () => {
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'nginx', worker: { archiveMode: 'wait' } });
  browser = await openBrowser(`--host-resolver-rules=MAP ${NAME} 127.0.0.1`);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await pool?.stop();
});

async function openDashboard(port: number, options: { readonly publicUrl?: string; readonly isOpen?: boolean }) {
  const app = await dashboardOf(pool, {
    logins: options.isOpen === true ? [] : [{ user: 'operator', password: 'correct horse', role: 'operator' }],
    publicUrl: options.publicUrl,
    trustedProxies,
    secrets: ['correct horse'],
  });
  await app.listen({ host: '127.0.0.1', port });
  onTestFinished(() => app.close());
}

async function behind(location: string): Promise<Nginx> {
  const nginx = await startNginx(location);
  onTestFinished(() => nginx.stop());
  return nginx;
}

/** A page that notes what goes wrong on it, and every address that it asks outside of the prefix. */
async function openPage(below: string, wrong: string[], screen: keyof typeof SCREENS): Promise<Page> {
  const context = await browser.newContext({ viewport: SCREENS[screen] });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) wrong.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${below}/`) && !/^data:|googleapis|\/results?\/|\.mp4/.test(url)) wrong.push(`asked ${url}`);
  });
  return page;
}

async function screenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `nginx-${name}.png`), fullPage: true });
}

describe.each([
  ['as documented, the prefix taken off', (block: string) => block, 'wide'],
  ['with the prefix left', (block: string) => block.replace(/:(\d+)\/;/, ':$1;'), 'telephone'],
] as const)('nginx %s', (_name, change, screen) => {
  it('login, overview, a generation and Bull Board work below a path, and nothing asks beside it', async () => {
    const port = await freePort();
    const nginx = await behind(change(await documentedLocation('/kieq/', port)));
    const below = `http://${NAME}:${new URL(nginx.origin).port}/kieq`;
    await openDashboard(port, { publicUrl: below });
    const [id = ''] = await pool.enqueue('a boat behind a proxy');
    await pool.recordWhen(id, ({ state }) => state === 'succeeded');

    const wrong: string[] = [];
    const page = await openPage(below, wrong, screen);
    await page.goto(`${below}/generations/${id}`);
    expect(page.url()).toBe(`${below}/login?next=${encodeURIComponent(`/generations/${id}`)}`);
    await screenshot(page, `login-${screen}`);
    await page.getByLabel('User').fill('operator');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('succeeded, since').waitFor();
    expect(page.url()).toBe(`${below}/generations/${id}`);
    await screenshot(page, `generation-${screen}`);
    const cookies = await page.context().cookies(below);
    expect(cookies.map(({ name, path }) => `${name} ${path}`).toSorted()).toEqual([
      'kieq_device /kieq',
      'kieq_session /kieq',
    ]);

    await page.getByRole('link', { name: 'Overview' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /^live$/ })
      .waitFor();
    await page.getByRole('button', { name: 'Pause submissions' }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('Submissions stand still: paused').waitFor();
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByText('Submissions flow').first().waitFor();
    await screenshot(page, `overview-${screen}`);
    expect(await page.locator('html').evaluate((html) => html.scrollWidth > html.clientWidth)).toBe(false);

    await page.getByRole('link', { name: 'Queues' }).click();
    await page.goto(`${below}/queues/queue/submit?status=completed`);
    const link = page.getByRole('link', { name: id, exact: true });
    await link.waitFor();
    expect(await link.getAttribute('href')).toBe(`/kieq/generations/${id}`);
    await screenshot(page, `queues-${screen}`);
    await page.goto(`${below}/`);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Password').waitFor();
    expect(page.url()).toBe(`${below}/login`);
    expect(wrong).toEqual([]);
  }, 60_000);
});

it('through nginx nobody is on this machine, as soon as it tells whom it forwards', async () => {
  const port = await freePort();
  const told = await behind(await documentedLocation('/kieq/', port));
  const bare = await behind(`location / { proxy_pass http://127.0.0.1:${port}; }`);
  await openDashboard(port, { isOpen: true });
  expect((await fetch(`${told.origin}/kieq/api/overview`)).status).toBe(403);
  // What nobody can tell apart, and the start line, kieq doctor and docs/deployment.md warn of.
  expect((await fetch(`${bare.origin}/api/overview`)).status).toBe(200);
});

it('guesses of one client of nginx hold no other one up', async () => {
  const port = await freePort();
  const nginx = await behind(
    (await documentedLocation('/kieq/', port)).replaceAll('$proxy_add_x_forwarded_for', '$http_x_test_client'),
  );
  await openDashboard(port, { publicUrl: `${nginx.origin}/kieq` });
  const logIn = async (client: string, password: string): Promise<number> => {
    const headers = { 'content-type': 'application/json', 'x-test-client': client };
    const body = JSON.stringify({ user: 'operator', password });
    return (await fetch(`${nginx.origin}/kieq/api/login`, { method: 'POST', headers, body })).status;
  };
  const gone = new AbortController();
  const throttle = Array.from({ length: 12 }, () =>
    fetch(`${nginx.origin}/kieq/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-test-client': '192.0.2.66' },
      body: JSON.stringify({ user: 'operator', password: 'a guess' }),
      signal: gone.signal,
    }).then(
      ({ status }) => status,
      () => 'late',
    ),
  );
  await Promise.race(throttle);
  const before = performance.now();
  expect(await logIn('192.0.2.7', 'correct horse')).toBe(200);
  expect(performance.now() - before).toBeLessThan(1000);
  gone.abort();
  const ends = await Promise.all(throttle);
  expect(ends.filter((end) => end === 'late').length).toBeGreaterThan(3);
}, 30_000);
