import type { JobsOptions } from 'bullmq';
import { z } from 'zod';

const whole = z.int().nonnegative();
const kept = z
  .union([z.boolean(), whole, z.object({ age: whole.optional(), count: whole.optional() })])
  .optional()
  .catch(undefined);
const schema = z.object({
  removeOnComplete: kept,
  removeOnFail: kept,
  telemetry: z.object({ metadata: z.string() }).optional().catch(undefined),
});

/**
 * What of a job's own options has an effect once it is taken: how long BullMQ keeps it, and whose trace it belongs to.
 * `attempts` and the like are the ledger's to decide (docs/payload.md), and whatever BullMQ's scripts would stumble over
 * at the end of the job, which then could never be ended, is left out.
 */
export function usableOptions(options: unknown): JobsOptions {
  const parsed = schema.safeParse(options);
  const { removeOnComplete, removeOnFail, telemetry } = parsed.success ? parsed.data : {};
  return {
    ...(removeOnComplete === undefined ? {} : { removeOnComplete: keptJobs(removeOnComplete) }),
    ...(removeOnFail === undefined ? {} : { removeOnFail: keptJobs(removeOnFail) }),
    ...(telemetry === undefined ? {} : { telemetry }),
  };
}

type Kept = NonNullable<z.infer<typeof kept>>;

function keptJobs(rule: Kept): NonNullable<JobsOptions['removeOnFail']> {
  if (typeof rule !== 'object') return rule;
  const { age, count } = rule;
  if (age !== undefined) return { age, ...(count === undefined ? {} : { count }) };
  return count === undefined ? false : { count };
}
