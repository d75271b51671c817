import type { BaseAdapter } from '@bull-board/api/baseAdapter';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { Ledger } from '@kieq/ledger';
import { QUEUE_NAMES, type QueueName, type Queues } from '@kieq/queue';
import type { Job } from 'bullmq';
import { JOB_READS, METHODS, QUEUE_READS, type BoardAction } from './actions.ts';
import { guard } from './guard.ts';
import { generationOf, withFacts } from './job-facts.ts';
import { createRedaction } from './redaction.ts';

const DESCRIPTIONS: Readonly<Record<QueueName, string>> = {
  submit: 'Generations on their way to Kie, one job each. Retry is harmless: the ledger never pays twice.',
  poll: 'Delayed polls of tasks that Kie accepted. Promote polls now.',
  archive: 'Results on their way into the archive, the most urgent first. Retry changes nothing; Promote tries now.',
  notify: 'Callbacks to callers, one job per end of a generation; tried for 24 hours.',
  'dead-letter':
    'What needs a person; nothing works on it. Resume on the page of the generation, or with kieq dlq redrive.',
};

export interface GuardOptions {
  readonly queues: Queues;
  readonly ledger: Ledger;
  /** Everything else is refused. */
  readonly allow: readonly BoardAction[];
  /** Values that must not be shown, in addition to what looks like a secret. */
  readonly secrets: readonly string[];
  /** The address of the page of a generation; undefined: jobs link to none. */
  readonly pageOf: ((generation: string) => string) | undefined;
}

/** An adapter for each queue of a pool. */
export function guardedAdapters(options: GuardOptions): BaseAdapter[] {
  return QUEUE_NAMES.map((name) => new GuardedAdapter(name, options));
}

/**
 * Reads one queue, and shows its jobs with the facts of their generations and without secrets. It calls nothing on queue
 * or jobs but what is allowed, whichever route of Bull Board asks for it.
 */
class GuardedAdapter extends BullMQAdapter {
  readonly #options: GuardOptions;
  readonly #redact: (value: unknown) => unknown;
  readonly #ofJobs: ReadonlySet<string>;
  readonly #isMirror: boolean;

  constructor(name: QueueName, options: GuardOptions) {
    const { queues, pageOf } = options;
    const isMirror = name === 'dead-letter';
    const allow = isMirror ? [] : options.allow;
    super(guard(queues[name], new Set([...QUEUE_READS, ...allow.flatMap((action) => METHODS[action].queue)])), {
      readOnlyMode: allow.length === 0,
      allowRetries: allow.includes('retry'),
      description: DESCRIPTIONS[name],
      ...(pageOf === undefined ? {} : { externalJobUrl: ({ data }) => linkOf(generationOf(data), pageOf) }),
    });
    this.#options = options;
    this.#redact = createRedaction(options.secrets);
    this.#ofJobs = new Set([...JOB_READS, ...allow.flatMap((action) => METHODS[action].job)]);
    this.#isMirror = isMirror;
  }

  override async getJob(id: string): Promise<Job | undefined> {
    const job = await super.getJob(id);
    if (job === undefined) return undefined;
    const [shown] = await this.#shown([job]);
    return shown;
  }

  override async getJobs(...given: Parameters<BullMQAdapter['getJobs']>): Promise<Job[]> {
    return this.#shown(await super.getJobs(...given));
  }

  override async getJobLogs(id: string): Promise<string[]> {
    const lines = await super.getJobLogs(id);
    return lines.map((line) => String(this.#redact(line)));
  }

  /** Without their templates, which are data of jobs. Kieq has none. */
  override async getJobSchedulers(): ReturnType<BullMQAdapter['getJobSchedulers']> {
    const schedulers = await super.getJobSchedulers();
    return schedulers.map(({ template: _template, ...rest }) => rest);
  }

  /** Nothing works on the mirror of dead letters, so no workers are missed there. */
  override getWorkers(): ReturnType<BullMQAdapter['getWorkers']> {
    return this.#isMirror ? Promise.resolve(null) : super.getWorkers();
  }

  /** It reads jobs past this adapter, and kieq has no flows. */
  override getFlowProducer(): Promise<null> {
    return Promise.resolve(null);
  }

  async #shown(jobs: readonly Job[]): Promise<Job[]> {
    const texts = jobs.map((job) => job.toJSON());
    const data = await withFacts(
      this.#options.ledger,
      texts.map((text): unknown => text.data),
    );
    return jobs.map((job, i) => {
      const shown = this.#redact({ ...texts[i], data: data[i] });
      return guard(job, this.#ofJobs, { toJSON: () => shown });
    });
  }
}

/** A job that is none of kieq's has no page: Bull Board wants an address even so. */
function linkOf(generation: string | undefined, pageOf: (generation: string) => string) {
  return generation === undefined ? { href: '' } : { displayText: generation, href: pageOf(generation) };
}
