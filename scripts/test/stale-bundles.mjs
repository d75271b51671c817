import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedSince } from '../bundle/sources.mjs';

const APPS = fileURLToPath(new URL('../../apps/', import.meta.url));

/** A global setup of Vitest: says so when process tests start something else than what the sources say. */
export default function tellStaleBundles(project) {
  tell();
  project.onTestsRerun(tell);
}

function tell() {
  for (const app of readdirSync(APPS)) {
    const reason = reasonOf(join(APPS, app));
    if (reason === undefined) continue;
    process.stderr.write(`The bundle of apps/${app} ${reason}. Tests of its process run what was built: pnpm build\n`);
  }
}

function reasonOf(folder) {
  try {
    const changed = changedSince(folder);
    return changed === undefined ? undefined : `is older than ${changed}`;
  } catch {
    return 'is not there';
  }
}
