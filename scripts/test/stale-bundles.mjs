import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedSince } from '../bundle/sources.mjs';

const APPS = fileURLToPath(new URL('../../apps/', import.meta.url));

/** A global setup of Vitest: warns when process tests would start bundles that are older than the sources. */
export default function reportStaleBundles(project) {
  report();
  project.onTestsRerun(report);
}

function report() {
  for (const app of readdirSync(APPS)) {
    const reason = reasonOf(join(APPS, app));
    if (reason === undefined) continue;
    process.stderr.write(
      `The bundle of apps/${app} ${reason}. Tests of its process run the old bundle. Build first: pnpm build\n`,
    );
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
