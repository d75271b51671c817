import { benchArchive } from './archive/bench.ts';
import { archiveView } from './archive/view.ts';
import { benchCallbacks, callbacksView } from './callbacks.ts';
import { benchCost } from './cost/bench.ts';
import { costView } from './cost/view.ts';
import { benchEnqueue } from './enqueue/bench.ts';
import { enqueueView } from './enqueue/view.ts';
import { benchEvents, eventsView } from './events.ts';
import { benchFlood } from './flood/bench.ts';
import { floodView } from './flood/view.ts';
import { benchHostile } from './hostile/bench.ts';
import { hostileView } from './hostile/view.ts';
import { benchInFlight } from './in-flight/bench.ts';
import { inFlightView } from './in-flight/view.ts';
import { benchOverview, overviewView } from './overview.ts';
import { benchPeers } from './peers/bench.ts';
import { peersView } from './peers/view.ts';
import { benchPipeline } from './pipeline/bench.ts';
import { pipelineView } from './pipeline/view.ts';
import { benchRecovery } from './recovery/bench.ts';
import { recoveryView } from './recovery/view.ts';
import { benchSchedule } from './schedule/bench.ts';
import type { Bench } from './setting.ts';
import { benchVerdict } from './verdict/bench.ts';
import { verdictView } from './verdict/view.ts';
import { benchWindow } from './window/bench.ts';
import { benchWaiting, waitingView } from './waiting.ts';
import { windowView } from './window/view.ts';

/** Every bench by its name, in the order in which all of them run. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  archive: { run: benchArchive, view: archiveView },
  callbacks: { run: benchCallbacks, view: callbacksView },
  cost: { run: benchCost, view: costView },
  enqueue: { run: benchEnqueue, view: enqueueView },
  events: { run: benchEvents, view: eventsView },
  flood: { run: benchFlood, view: floodView },
  hostile: { run: benchHostile, view: hostileView },
  'in-flight': { run: benchInFlight, view: inFlightView },
  overview: { run: benchOverview, view: overviewView },
  peers: { run: benchPeers, view: peersView },
  pipeline: { run: benchPipeline, view: pipelineView },
  recovery: { run: benchRecovery, view: recoveryView },
  waiting: { run: benchWaiting, view: waitingView },
  verdict: { run: benchVerdict, view: verdictView },
  // Writes tables and plot of docs/polling.md itself.
  schedule: { run: benchSchedule },
  window: { run: benchWindow, view: windowView },
};
