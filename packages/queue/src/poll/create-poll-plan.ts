import type { ScheduleOptions, Timings } from '@kieq/domain';
import type { Ledger } from '@kieq/ledger';
import type { Gauge, Logger } from '@kieq/telemetry';
import { PollPlan } from './poll-plan.ts';

interface CreatePollPlanOptions {
  readonly ledger: Ledger;
  /** Scaled like the timings. */
  readonly schedule: ScheduleOptions;
  readonly timings: Pick<Timings, 'pollPlanMs'>;
  /** Where Kie reaches the gateway; with it, the plan relies on callbacks. */
  readonly publicUrl: string | undefined;
  readonly metrics: {
    readonly pollPriceMs: Gauge<never>;
    readonly pollSaturated: Gauge<never>;
    readonly callbacksOn: Gauge<never>;
  };
  readonly logger: Logger;
}

/** The plan of one worker process, with its metrics. */
export function createPollPlan(options: CreatePollPlanOptions): PollPlan {
  const { ledger, schedule, timings, publicUrl, metrics, logger } = options;
  metrics.callbacksOn.set(publicUrl === undefined ? 0 : 1);
  return new PollPlan({
    ledger,
    schedule,
    callbacks: publicUrl !== undefined,
    planMs: timings.pollPlanMs,
    now: () => performance.now(),
    onPlan({ costRatioMs, isSaturated }) {
      metrics.pollPriceMs.set(costRatioMs);
      metrics.pollSaturated.set(isSaturated ? 1 : 0);
    },
    onProblem: (error) => logger.warn({ err: error }, 'planning the polls failed; the last plan stays in use'),
  });
}
