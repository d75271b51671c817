import type { OverviewAnswer } from '../src/overview/schemas.ts';
import { ask } from './api.ts';
import { byId } from './dom.ts';
import { showYou } from './header.ts';
import { showFlow } from './sections/flow.ts';
import { showDeadLetters } from './sections/dead-letters.ts';
import { showQueues } from './sections/queues.ts';
import { showRecent } from './sections/recent.ts';
import { showTiles } from './sections/tiles.ts';
import { showUnknown } from './sections/unknown.ts';
import { showWorkers } from './sections/workers.ts';

const EVERY_MS = 2000;

async function reload(): Promise<void> {
  const overview = await ask<OverviewAnswer>('/api/overview');
  byId('pool').textContent = overview.prefix;
  showYou(overview.you);
  showFlow(overview, reload);
  showTiles(overview);
  await showDeadLetters(overview, reload);
  showUnknown(overview, reload);
  showWorkers(overview);
  showQueues(overview);
  showRecent(overview);
}

/** A hidden page sends no requests. */
async function live(): Promise<void> {
  if (document.visibilityState === 'visible') {
    const light = byId('live');
    try {
      await reload();
      light.className = 'live';
      light.textContent = 'live';
    } catch (error) {
      light.className = 'lost';
      light.textContent = `not live: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  setTimeout(() => void live(), EVERY_MS);
}

void live();
