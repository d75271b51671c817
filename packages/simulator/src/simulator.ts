import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Failure, Price, SimulatorConfiguration, SimulatorOptions } from './configuration.ts';
import type { Control, Summary, TaskFilter } from './control.ts';
import { Core } from './core.ts';
import type { Listener, SimulatorEvents, WaitOptions } from './events.ts';
import type { FaultRule } from './fault-rules.ts';
import type { HoldFilter } from './holds.ts';
import type { Counts, LedgerView } from './ledger.ts';
import { mergeOptions } from './options.ts';
import { streams } from './random.ts';
import type { Submission } from './records.ts';
import { summaryOf } from './summary.ts';
import { waitForCounts } from './waiting.ts';

/** Where and how to listen; everything else is behaviour and can be changed at runtime. */
export interface SimulatorSettings extends SimulatorConfiguration {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free port, kept for later starts. */
  readonly port?: number;
  /** Routes below /__sim/ for tests in other processes; loopback hosts only. Default false. */
  readonly control?: boolean;
  /** Default: the system's clocks. */
  readonly clock?: Clock;
}

/** A running or stopped simulated Kie. */
export interface Simulator extends Control {
  /** The address, once started. */
  readonly url: string;
  /** Listens. After a `stop` it listens on the same port again, with account, tasks and ledger as they were. */
  start(): Promise<{ url: string; port: number }>;
  /** Cuts all connections, drops callbacks under way and stops listening; tasks go on ageing. */
  stop(): Promise<void>;
  /** Listens; the returned function stops it. */
  on<Name extends keyof SimulatorEvents>(name: Name, listener: Listener<Name>): () => void;
  /** The next event that `wanted` accepts (default: any). */
  next<Name extends keyof SimulatorEvents>(
    name: Name,
    wanted?: (value: SimulatorEvents[Name]) => boolean,
    options?: WaitOptions,
  ): Promise<SimulatorEvents[Name]>;
  /** The first decided submission that `wanted` accepts, past or future. */
  waitForSubmission(wanted: (submission: Submission) => boolean, options?: WaitOptions): Promise<Submission>;
}

/** A simulated Kie, not yet listening. Throws a SimulatorError that names every bad option. */
export function createSimulator(settings: SimulatorSettings = {}): Simulator {
  return new KieSimulator(settings);
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

class KieSimulator implements Simulator {
  readonly #core: Core;
  readonly #host: string;
  readonly #hasControl: boolean;
  #port: number;
  #app: FastifyInstance | undefined;

  constructor({ host, port, control, clock, ...configuration }: SimulatorSettings) {
    this.#host = host ?? '127.0.0.1';
    this.#port = port ?? 0;
    this.#hasControl = control ?? false;
    if (this.#hasControl && !LOOPBACK.has(this.#host)) {
      throw new Error(`simulator: control routes need a loopback host, not ${this.#host}`);
    }
    this.#core = new Core(mergeOptions(undefined, configuration), clock ?? systemClock);
  }

  get url(): string {
    return this.#core.address;
  }

  get ledger(): LedgerView {
    return this.#core.ledger;
  }

  get options(): SimulatorOptions {
    return this.#core.options;
  }

  async start(): Promise<{ url: string; port: number }> {
    if (this.#app !== undefined) throw new Error('simulator: already started');
    this.#app = await buildApp(this.#core, this.#hasControl ? this : undefined);
    await this.#app.listen({ host: this.#host, port: this.#port });
    const port = portOf(this.#app);
    this.#port = port;
    const name = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    this.#core.address = `http://${name === '0.0.0.0' ? '127.0.0.1' : name}:${port}`;
    this.#core.tasks.arm();
    return { url: this.#core.address, port };
  }

  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    this.#core.tasks.disarm();
    this.#core.callbacks.cancel();
    await this.#core.videos.close();
    await app?.close();
  }

  configure(part: SimulatorConfiguration): void {
    this.#core.options = mergeOptions(this.#core.options, part);
    if (part.credits !== undefined) this.#core.ledger.balance = part.credits;
    if (part.seed !== undefined) this.#core.random = streams(part.seed);
  }

  script(rules: readonly FaultRule[]): void {
    this.#core.faults.script(rules);
  }

  clearFaults(): void {
    this.#core.faults.clear();
  }

  release(filter: HoldFilter = {}): number {
    return this.#core.holds.release(filter);
  }

  finish({ taskId, prompt }: TaskFilter = {}, failure?: Failure): number {
    const chosen = this.#core.tasks.running().filter((task) => {
      const isIt = taskId === undefined || task.taskId === taskId;
      return isIt && (prompt === undefined || task.prompt.includes(prompt));
    });
    for (const task of chosen) this.#core.tasks.finish(task, failure);
    return chosen.length;
  }

  topUp(credits: number): number {
    this.#core.ledger.balance += credits;
    return this.#core.ledger.balance;
  }

  setPrice(model: string, price: Price | null): void {
    const { [model]: _, ...others } = this.#core.options.prices;
    this.configure({ prices: price === null ? others : { ...others, [model]: price } });
  }

  reset(): void {
    this.#core.reset();
  }

  summary(): Summary {
    return summaryOf(this.#core);
  }

  async waitUntil(condition: (counts: Readonly<Counts>) => boolean, timeoutMs?: number): Promise<void> {
    await waitForCounts(this.#core, condition, timeoutMs);
  }

  on<Name extends keyof SimulatorEvents>(name: Name, listener: Listener<Name>): () => void {
    return this.#core.events.on(name, listener);
  }

  async next<Name extends keyof SimulatorEvents>(
    name: Name,
    wanted: (value: SimulatorEvents[Name]) => boolean = () => true,
    options: WaitOptions = {},
  ): Promise<SimulatorEvents[Name]> {
    return this.#core.events.next(name, wanted, options);
  }

  async waitForSubmission(wanted: (submission: Submission) => boolean, options: WaitOptions = {}): Promise<Submission> {
    const past = this.#core.ledger.submissions().find((entry) => isDecided(entry) && wanted(entry));
    return past ?? this.#core.events.next('submission', wanted, options);
  }
}

function isDecided(submission: Submission): boolean {
  return submission.decision !== 'none' || submission.fault !== undefined;
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('simulator: not listening');
  return address.port;
}
