import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../../apps/dashboard/test/browser.ts';
import { serve } from './served.ts';

/** Where screenshots go, to be looked at; none are made without it. */
const SCREENSHOTS = process.env['KIEQ_SCREENSHOTS'];
const SITE = join(import.meta.dirname, '../..');
const BUILT = join(SITE, 'dist/html');
const PAGES = ['', 'operations.html', 'http-api.html', 'openapi/generations.html', 'guarantees.html', 'metrics.html'];
/** What a page fetches and how wide it is do not depend on them; they are there to be looked at. */
const COLORS = SCREENSHOTS === undefined ? (['light'] as const) : (['light', 'dark'] as const);
const SCREENS = [
  { name: 'desk', viewport: { width: 1280, height: 900 } },
  { name: 'telephone', viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
];

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

let browser: Browser;
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  const vitepress = join(SITE, 'node_modules/vitepress/bin/vitepress.js');
  // It fails where a link or an anchor leads nowhere, and where a page would fetch something from another host.
  await promisify(execFile)(process.execPath, [vitepress, 'build'], { cwd: SITE });
  const server = await serve(BUILT);
  url = server.url;
  browser = await openBrowser();
  close = async () => {
    await browser.close();
    await server.close();
  };
}, 180_000);

afterAll(() => close());

/** Opens the site; every request to another host, every absent file and every error of its scripts is told. */
async function open(options: Parameters<Browser['newContext']>[0]): Promise<[Page, string[]]> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) problems.push(`asks ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  return [page, problems];
}

async function screenshot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS === undefined) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

describe.each(SCREENS)(
  'on a $name',
  ({ name, ...screen }) => {
    test.each(COLORS)('pages ask no other host and fit on the screen (%s)', async (colorScheme) => {
      const [page, problems] = await open({ ...screen, colorScheme });
      const wide: string[] = [];
      for (const path of PAGES) {
        await page.goto(`${url}/${path}`);
        if (await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')) wide.push(path);
        await screenshot(page, `${name}-${colorScheme}-${path.replaceAll('/', '-') || 'home'}`);
      }
      await page.waitForLoadState('networkidle');
      expect([...problems, ...wide]).toEqual([]);
      await page.context().close();
    });

    test('the search finds 402, without a network', async () => {
      const [page, problems] = await open(screen);
      await page.getByRole('button', { name: 'Search' }).first().click();
      await page.locator('#localsearch-input').fill('402');
      const results = page.locator('#localsearch-list .result');
      await results.first().waitFor();
      await screenshot(page, `${name}-search`);
      expect((await results.allTextContents()).join('\n')).toContain('Failure modes: Kie');
      await results.first().click();
      await page.waitForURL(/\.html/);
      expect(problems).toEqual([]);
      await page.context().close();
    });
  },
  60_000,
);

test('every page of the sources is built', async () => {
  const names = async (folder: string, ending: string): Promise<string[]> =>
    (await readdir(folder, { recursive: true }))
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length))
      .toSorted();
  const sources = (await names(join(SITE, 'dist/pages'), '.md')).filter((name) => !name.startsWith('public/'));
  expect(sources.length).toBeGreaterThan(100);
  expect((await names(BUILT, '.html')).filter((name) => name !== '404')).toEqual(sources);
});
