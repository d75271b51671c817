import type { JobsOptions } from 'bullmq';

/**
 * What of a job's own options has an effect once it is taken: how long BullMQ keeps it, and whose trace it belongs to.
 * `attempts` and the like are the ledger's to decide (docs/payload.md), and whatever BullMQ's scripts would stumble over
 * at the end of the job, which then could never be ended, is left out.
 */
export function usableOptions(options: unknown): JobsOptions {
  if (!isObject(options)) return {};
  const removeOnComplete = keptJobs(options['removeOnComplete']);
  const removeOnFail = keptJobs(options['removeOnFail']);
  const telemetry = traceIn(options['telemetry']);
  return {
    ...(removeOnComplete === undefined ? {} : { removeOnComplete }),
    ...(removeOnFail === undefined ? {} : { removeOnFail }),
    ...(telemetry === undefined ? {} : { telemetry }),
  };
}

/** Each job that is taken brings its options, so they are read by hand. Undefined for what is no rule. */
function keptJobs(rule: unknown): JobsOptions['removeOnFail'] {
  if (typeof rule === 'boolean' || isWhole(rule)) return rule;
  if (!isObject(rule)) return undefined;
  const { age, count } = rule;
  if (!isWholeOrAbsent(age) || !isWholeOrAbsent(count)) return undefined;
  if (age !== undefined) return { age, ...(count === undefined ? {} : { count }) };
  return count === undefined ? false : { count };
}

function traceIn(telemetry: unknown): JobsOptions['telemetry'] {
  if (!isObject(telemetry)) return undefined;
  const { metadata } = telemetry;
  return typeof metadata === 'string' ? { metadata } : undefined;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isWholeOrAbsent(value: unknown): value is number | undefined {
  return value === undefined || isWhole(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
