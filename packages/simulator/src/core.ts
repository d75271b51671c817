import { Callbacks } from './callbacks.ts';
import type { Clock } from './clock.ts';
import { Emitter } from './events.ts';
import { FaultBook } from './fault-book.ts';
import { FileStore } from './files.ts';
import { Holds } from './holds.ts';
import { Ledger } from './ledger.ts';
import type { SimulatorOptions } from './configuration.ts';
import { type Streams, streams } from './random.ts';
import { Tasks } from './tasks.ts';
import { Renderer } from './video/renderer.ts';
import { ResultVideos } from './video/results.ts';
import { warnOfShippedVideo } from './video/warning.ts';
import { SlidingWindow } from './window.ts';

/** Everything that the routes share. Outlives a stop and a start: the account is at Kie, not in the server. */
export class Core {
  options: SimulatorOptions;
  random: Streams;
  /** `http://127.0.0.1:port` once listening. */
  address = '';
  readonly clock: Clock;
  readonly events = new Emitter();
  readonly ledger: Ledger;
  readonly faults: FaultBook;
  readonly holds: Holds;
  readonly tasks: Tasks;
  readonly callbacks: Callbacks;
  readonly files: FileStore;
  readonly videos: ResultVideos;
  readonly submitWindow = new SlidingWindow();
  readonly queryWindow = new SlidingWindow();
  /** Calls so far at the sites that the ledger does not number. */
  readonly calls = { task: 0, callback: 0, credit: 0, upload: 0, result: 0 };

  constructor(
    options: SimulatorOptions,
    clock: Clock,
    videos: ResultVideos = new ResultVideos(new Renderer(), warnOfShippedVideo),
  ) {
    this.options = options;
    this.clock = clock;
    this.random = streams(options.seed);
    this.ledger = new Ledger(options.credits);
    this.faults = new FaultBook(() => this.random.faults);
    this.holds = new Holds((held) => {
      this.ledger.counts.held = held;
      this.events.emit('held', held);
    });
    this.callbacks = new Callbacks(this);
    this.files = new FileStore();
    this.videos = videos;
    this.tasks = new Tasks(this.ledger, clock, (task) => {
      this.events.emit('settled', task);
      this.callbacks.settled(task);
    });
  }

  /** Where links to results and uploads point. */
  get origin(): string {
    return this.options.publicUrl === null ? this.address : new URL(this.options.publicUrl).origin;
  }

  /** Forgets tasks, ledger, faults and uploads; options and listeners stay. */
  reset(): void {
    this.holds.release();
    this.faults.clear();
    this.callbacks.cancel();
    this.tasks.clear();
    this.files.clear();
    this.submitWindow.clear();
    this.queryWindow.clear();
    this.random = streams(this.options.seed);
    Object.assign(this.calls, { task: 0, callback: 0, credit: 0, upload: 0, result: 0 });
    this.ledger.reset(this.options.credits);
  }
}
