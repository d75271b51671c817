import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Chromium, { inflate } from '@sparticuz/chromium';
import { chromium } from 'playwright-core';

/** Of a page as wide as the column of a README. */
const SIZE = { width: 1120, height: 900 };

/** The Overview at this address, as people see it, for `pnpm pictures`. The browser is that of ../browser.ts. */
export async function openPage(address) {
  const bin = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../../bin');
  const libraries = await inflate(join(bin, 'al2023.tar.br'));
  Chromium.setGraphicsMode = false;
  const browser = await chromium.launch({
    executablePath: await Chromium.executablePath(bin),
    args: [...Chromium.args.filter((flag) => flag !== '--single-process'), '--disable-background-networking'],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/tmp', LD_LIBRARY_PATH: join(libraries, 'lib') },
  });
  const page = await browser.newPage({ viewport: SIZE });
  await page.goto(address);
  await page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor();
  return { look: () => page.screenshot(), close: () => browser.close() };
}
