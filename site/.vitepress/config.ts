import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { defineConfig } from 'vitepress';
import { z } from 'zod';
import { problemsOf, readSite } from '../src/check/site.ts';
import { markLongCells } from '../src/long-cells.ts';
import { anchorOf } from '../src/markdown.ts';
import { withoutInterpolation } from '../src/no-interpolation.ts';
import { sidebarOf } from '../src/sidebar.ts';
import { stage, stageOne } from '../src/stage.ts';

const ROOT = join(import.meta.dirname, '../..');
const DIST = join(import.meta.dirname, '../dist');
const SOURCES = join(DIST, 'pages');
const NO_ICON = 'data:,';

const { pages, sources } = await stage(ROOT, SOURCES);
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));

export default defineConfig({
  title: 'kieq',
  description: 'A distributed queue that turns images into videos through the Kie API',
  srcDir: 'dist/pages',
  outDir: 'dist/html',
  cacheDir: 'dist/cache',
  head: [['link', { rel: 'icon', href: NO_ICON }]],
  markdown: {
    anchor: { slugify: anchorOf },
    languageAlias: { env: 'dotenv' },
    config: (markdown) => {
      markLongCells(markdown);
      withoutInterpolation(markdown);
    },
  },
  themeConfig: {
    siteTitle: `kieq ${version}`,
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Operate', link: '/operations' },
      { text: 'HTTP API', link: '/http-api' },
      { text: 'Guarantees', link: '/guarantees' },
    ],
    sidebar: sidebarOf(pages),
  },
  vite: {
    // The search index of all pages, which a browser loads with the first search.
    build: { chunkSizeWarningLimit: 2_000 },
    plugins: [
      {
        name: 'kieq-documents',
        /** While it is served, a changed document is staged again. */
        configureServer({ watcher, config: { logger } }) {
          watcher.add(sources.map((source) => join(ROOT, source)));
          watcher.on('change', (path) => {
            const source = relative(ROOT, path);
            if (!sources.includes(source)) return;
            stageOne(ROOT, SOURCES, source, { sources }).catch((error: unknown) => logger.error(String(error)));
          });
        },
      },
    ],
  },
  async buildEnd({ outDir, site: { base } }) {
    const problems = problemsOf(await readSite(outDir, base));
    if (problems.length > 0) throw new Error(`the site has ${problems.length} problems:\n${problems.join('\n')}`);
  },
});
