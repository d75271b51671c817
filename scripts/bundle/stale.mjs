#!/usr/bin/env node
// node scripts/bundle/stale.mjs <app>…: prints `<app> <source>` for each app of which a source has changed since its
// bundle was made.
import { fileURLToPath } from 'node:url';
import { changedSince } from './sources.mjs';

for (const app of process.argv.slice(2)) {
  const source = changedSince(fileURLToPath(new URL(`../../apps/${app}`, import.meta.url)));
  if (source !== undefined) process.stdout.write(`${app} ${source}\n`);
}
