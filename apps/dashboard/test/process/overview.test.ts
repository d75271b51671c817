import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { source as axeSource } from 'axe-core';
import { accountFingerprint } from '@kieq/config';
import { createKieClient } from '@kieq/kie';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { posterName } from '@kieq/archive';
import { tinyVideo } from '../../../../packages/simulator/src/video/tiny.ts';
import { picture } from '../../../../packages/testkit/src/picture.ts';
import { startPool, TEST_KEY, until, type PoolFixture } from '../../../../packages/testkit/src/index.ts';
import { dashboardOf } from '../support.ts';
import { openBrowser } from '../browser.ts';

/** Where screenshots for the docs go; none are made without it. */
const SCREENSHOTS = process.env['KIEQ_SCREENSHOTS'];
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let pool: PoolFixture;
let browser: Browser;
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  pool = await startPool({
    redisUrl: inject('redisUrl'),
    name: 'overview',
    settings: { unknownWindowMs: 300 },
    worker: { archiveMode: 'wait' },
  });
  const kie = createKieClient({ apiKey: TEST_KEY, baseUrl: pool.simulator.url, uploadUrl: pool.simulator.url });
  await pool.ledger.settings.agree({ baseUrl: pool.simulator.url });
  const app = await dashboardOf(pool, {
    logins: [
      { user: 'operator', password: 'correct horse', role: 'operator' },
      { user: 'guest', password: 'only looking', role: 'viewer' },
    ],
    secrets: ['correct horse'],
    adopter: { kie, account: accountFingerprint(TEST_KEY), baseUrl: pool.simulator.url, timeScale: 1 },
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
  browser = await openBrowser();
  close = async () => {
    await browser.close();
    await app.close();
    await kie.close();
    await pool.stop();
  };
}, 120_000);

afterAll(() => close());

/** A page that has logged in, and that tells of every error in its console. */
async function open(user: 'operator' | 'guest', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('fonts.googleapis.com')) errors.push(message.text());
  });
  await page.goto(url);
  expect(new URL(page.url()).pathname).toBe('/login');
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password').fill(user === 'operator' ? 'correct horse' : 'only looking');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor();
  return page;
}
const errors: string[] = [];

async function screenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** What axe finds wrong for people with a screen reader, a keyboard alone, or weak eyes. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, 'axe').run();
    return violations.map(
      ({ id, nodes }: { id: string; nodes: { target: string[] }[] }) => `${id}: ${nodes[0]?.target.join(' ')}`,
    );
  });
}

/** A generation whose answer was lost for so long that a person must decide. */
async function lostOne(prompt: string): Promise<{ readonly id: string; readonly taskId: string }> {
  pool.simulator.script([{ on: 'createTask', when: { prompt }, fault: { kind: 'cutAfter' } }]);
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'dead');
  const taskId = pool.simulator.ledger.submissions().find((one) => one.prompt === prompt)?.taskId ?? '';
  return { id, taskId };
}

function chargesOf(prompt: string): number {
  return pool.simulator.ledger.chargesByPrompt().get(prompt) ?? 0;
}

it('from payment_unknown to a finished video by the overview alone: adopted for nothing, or paid again after a yes', async () => {
  const found = await lostOne('a boat, found in the account');
  const again = await lostOne('a bridge, paid again');
  const page = await open('operator');
  await page.getByRole('button', { name: 'payment_unknown' }).click();
  await screenshot(page, 'overview-dead-letters');
  await page.getByRole('button', { name: `Adopt a task: ${found.id}` }).click();
  await page.getByLabel('taskId in the Kie account').fill(found.taskId);
  await page.getByRole('button', { name: 'Adopt', exact: true }).click();
  await page.getByRole('button', { name: 'It is the one' }).click();
  await page.getByText(`${found.id} goes on with the task ${found.taskId}.`).waitFor();
  await pool.recordWhen(found.id, ({ state }) => state === 'succeeded');

  await page.getByRole('button', { name: `Pay again: ${again.id}` }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect((await pool.ledger.read.generation(again.id))?.state).toBe('dead');
  await page.getByRole('button', { name: `Pay again: ${again.id}` }).click();
  await page.getByRole('button', { name: 'Pay again', exact: true }).click();
  await page.getByText(`${again.id} goes on at queued.`).waitFor();
  await pool.recordWhen(again.id, ({ state }) => state === 'succeeded');

  await page.getByRole('link', { name: 'a bridge, paid again' }).waitFor();
  await page.getByText('No dead letter is open').waitFor();
  expect(await page.locator('video').count()).toBeGreaterThanOrEqual(2);
  expect([chargesOf('a boat, found in the account'), chargesOf('a bridge, paid again')]).toEqual([1, 2]);
  await page.context().close();
});

it("shows Kie's own reason of a refusal, and resumes only after a yes what its caller was told of", async () => {
  const prompt = 'a model that is off';
  const off = { kind: 'code', code: 505, msg: 'Model is offline' } as const;
  pool.simulator.script([{ on: 'createTask', when: { prompt }, fault: off }]);
  const [id = ''] = await pool.enqueue(prompt);
  await pool.recordWhen(id, ({ state }) => state === 'dead');
  const page = await open('operator');
  await page.getByRole('button', { name: 'model_unavailable' }).click();
  await page.getByText('Model is offline (code 505)').waitFor();
  await page.getByRole('button', { name: `Resume: ${id}` }).click();
  await page.getByText('the failure was reported to the caller').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect((await pool.ledger.read.generation(id))?.state).toBe('dead');
  await page.getByRole('button', { name: `Resume: ${id}` }).click();
  await page.getByRole('button', { name: 'Resume', exact: true }).last().click();
  await page.getByText(`${id} goes on at queued.`).waitFor();
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  await page.context().close();
});

it('is live without reloading: gates, numbers and results come and go, and a focused button stays focused', async () => {
  const page = await open('operator');
  await page.getByText('Submissions flow').first().waitFor();
  await page.getByRole('button', { name: 'Pause submissions' }).click();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByText('Submissions stand still: paused').waitFor();
  const ids = await pool.enqueue(...Array.from({ length: 30 }, (_, i) => `a wave, number ${i}`));
  await page.getByRole('row', { name: /^submit 30 / }).waitFor();
  const resume = page.getByRole('button', { name: 'Resume', exact: true });
  await resume.focus();
  await until(
    () => page.locator('#flow').textContent(),
    (text) => text?.includes('in the dashboard, by operator') ?? false,
  );
  expect(await resume.evaluate((button) => button.matches(':focus'))).toBe(true);
  await resume.click();
  await Promise.all(ids.map((id) => pool.recordWhen(id, ({ state }) => state === 'succeeded')));
  await page.getByText('Submissions stand still').waitFor({ state: 'detached' });
  await page
    .getByRole('link', { name: /a wave, number/ })
    .first()
    .waitFor();
  await screenshot(page, 'overview-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(page, 'overview-dark');
  await page.context().close();
});

it('shows a generation with its attempts, and the queues with words that a person can read', async () => {
  const [id = ''] = await pool.enqueue('a lighthouse at night');
  await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  const page = await open('operator');
  await page.goto(`${url}/generations/${id}`);
  await page.getByText('succeeded, since').waitFor();
  await page.getByRole('row', { name: /accepted/ }).waitFor();
  await screenshot(page, 'generation');
  await page.goto(`${url}/queues/queue/submit?status=completed`);
  await page.getByText('a lighthouse at night').first().waitFor();
  const link = page.getByRole('link', { name: id, exact: true });
  expect(await link.getAttribute('href')).toBe(`/generations/${id}`);
  await screenshot(page, 'queues');
  await page.context().close();
});

it('shows the poster of an archived video where there is one, and no broken image where there is none', async () => {
  const ids = await pool.enqueue('a harbour, with a poster', 'a harbour, without');
  const records = await Promise.all(ids.map((id) => pool.recordWhen(id, ({ state }) => state === 'succeeded')));
  const name = posterName(records[0]?.archiving?.files[0]?.name ?? '');
  const draft = await pool.archiveStore.create(name, 'image/jpeg', 'test');
  await draft.write(picture);
  await draft.commit();
  const page = await open('guest');
  await page.goto(`${url}/generations/${ids[0]}`);
  const address = `/api/generations/${ids[0]}/posters/1`;
  await page.locator(`video[poster="${address}"]`).waitFor();
  const width = await page.evaluate(async (src) => {
    const image = new (Reflect.get(globalThis, 'Image'))();
    image.src = src;
    await image.decode();
    return image.naturalWidth;
  }, address);
  expect(width).toBe(16);
  await screenshot(page, 'generation-poster');
  const asked = page.waitForResponse(`${url}/api/generations/${ids[1]}/posters`);
  await page.goto(`${url}/generations/${ids[1]}`);
  expect(await (await asked).json()).toEqual({ posters: [] });
  expect(await page.locator('video').count()).toBe(1);
  expect(await page.locator('[poster]').count()).toBe(0);
  await page.context().close();
});

/** A generation with an archived video. */
async function archivedOne(prompt: string) {
  const [id = ''] = await pool.enqueue(prompt);
  const record = await pool.recordWhen(id, ({ state }) => state === 'succeeded');
  return { id, file: record.archiving?.files[0]?.name ?? '', kie: record.verdict?.resultUrls[0] ?? '' };
}

/** The page of a generation whose link at Kie is dead, or not; and what was asked of that link. */
async function openPlayer(one: { readonly id: string; readonly kie: string }, isDead: boolean, options = {}) {
  const asked: string[] = [];
  const page = await open('guest', options);
  await page.route(one.kie, async (route) => {
    asked.push(route.request().url());
    if (isDead) await route.fulfill({ status: 404, body: 'gone' });
    else await route.fulfill({ contentType: 'video/mp4', body: Buffer.from(tinyVideo) });
  });
  await page.goto(`${url}/generations/${one.id}`);
  return { page, asked };
}

/** Until the video has its first picture. */
function shown(page: Page): Promise<unknown> {
  return until(
    () => page.locator('video').evaluate((video) => Number(Reflect.get(video, 'readyState'))),
    (state) => state >= 2,
  );
}

it.each([
  ['1280', { viewport: { width: 1280, height: 800 } }],
  ['390', PHONE],
])('plays an archived video whose link at Kie is dead, at %s px', async (width, options) => {
  const { page, asked } = await openPlayer(await archivedOne('a video that outlives its link'), true, options);
  await shown(page);
  expect(asked).toEqual([]);
  expect(await page.locator('.player [role=status]').isVisible()).toBe(false);
  const tooWide = await page.locator('html').evaluate((html) => html.scrollWidth > html.clientWidth);
  expect(tooWide).toBe(false);
  await screenshot(page, `player-archive-${width}`);
  await page.goto(url);
  await page.locator('figure video').first().waitFor();
  expect(asked).toEqual([]);
  await page.context().close();
});

it('a viewer sees no button that acts', async () => {
  await lostOne('a tree, for a viewer');
  const page = await open('guest');
  await page.getByRole('button', { name: 'payment_unknown' }).click();
  await page.getByText('a tree, for a viewer').waitFor();
  const names = await page.getByRole('button').allTextContents();
  expect(names.toSorted()).toEqual(['Log out', 'payment_unknown']);
  await page.context().close();
});

it.each(['light', 'dark'] as const)(
  'has no barrier that axe knows, %s, and fits on a telephone',
  async (colorScheme) => {
    const page = await open('operator', { ...PHONE, colorScheme });
    expect(await barriers(page)).toEqual([]);
    const tooWide = await page.locator('html').evaluate((html) => html.scrollWidth > html.clientWidth);
    expect(tooWide).toBe(false);
    const name = await page.getByRole('link', { name: 'dead-letter', exact: true }).boundingBox();
    expect(name?.height).toBeLessThan(30);
    await screenshot(page, `overview-telephone-${colorScheme}`);
    await page.context().close();
  },
);

it('tells that nobody works, and an old balance as old, and is green again with the first worker', async () => {
  const page = await open('operator');
  await page.getByText('Submissions flow').first().waitFor();
  await page.getByRole('rowheader', { name: 'worker-1', exact: true }).waitFor();
  await screenshot(page, 'overview-workers');
  await pool.stopWorkers();
  await pool.enqueue('a mill, for nobody');
  await pool.redis.client.hset(`${pool.ledger.root}stats`, 'balanceAt', Date.now() - 3 * 3_600_000);
  await page.getByText(/^No worker is running, and \d+ generations? waits? for one$/).waitFor();
  await page.getByText(/^The last one was seen .* ago\. Nothing is submitted/).waitFor();
  await page.getByRole('heading', { name: 'Credits, old' }).waitFor();
  expect(await page.locator('.flows').count()).toBe(0);
  expect(await page.locator('.held').count()).toBe(1);
  await screenshot(page, 'overview-nobody');
  const phone = await open('operator', PHONE);
  expect(await barriers(phone)).toEqual([]);
  expect(await phone.locator('html').evaluate((html) => html.scrollWidth > html.clientWidth)).toBe(false);
  await screenshot(phone, 'overview-nobody-telephone');
  await phone.context().close();
  await pool.addWorker();
  await page.getByText('Submissions flow').first().waitFor();
  await page.context().close();
});

// What was removed shows on the overview as well, so these come last.
it("falls back to Kie's link where the file was removed, and says so", async () => {
  const one = await archivedOne('a video whose file was removed');
  await pool.archiveStore.remove(one.file);
  const { page, asked } = await openPlayer(one, false);
  await page.getByText("The archive does not give it; this is Kie's link.").waitFor();
  await shown(page);
  expect(new Set(asked)).toEqual(new Set([one.kie]));
  await screenshot(page, 'player-kie-1280');
  await page.context().close();
  forgive(/status of 410/);
});

it('says where nothing gives the video, and begins with the archive again', async () => {
  const one = await archivedOne('a video that is nowhere');
  await pool.archiveStore.remove(one.file);
  const { page, asked } = await openPlayer(one, true, PHONE);
  await page.getByText("neither by the archive nor by Kie's link").waitFor();
  expect(new Set(asked)).toEqual(new Set([one.kie]));
  expect(await barriers(page)).toEqual([]);
  await screenshot(page, 'player-nowhere-390');
  const draft = await pool.archiveStore.create(one.file, 'video/mp4', 'test');
  await draft.write(tinyVideo);
  await draft.commit();
  await page.getByRole('button', { name: 'Try again' }).click();
  await shown(page);
  expect(await page.locator('.player [role=status]').isVisible()).toBe(false);
  await page.context().close();
  forgive(/status of (404|410)/);
});

/** A browser writes into its console what it could not load; here that was the very thing to be seen. */
function forgive(expected: RegExp): void {
  const rest = errors.filter((text) => !expected.test(text));
  expect(rest.length).toBeLessThan(errors.length);
  errors.splice(0, errors.length, ...rest);
}

// But for the font that Bull Board's page would load from elsewhere, which the policy forbids.
it('nothing went wrong on any page', () => {
  expect(errors).toEqual([]);
});
