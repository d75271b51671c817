import type { GenerationRecord } from '@kieq/ledger';

/** What has not happened yet. */
const NOTHING = {
  queuedAt: undefined,
  notBefore: undefined,
  deadlineAt: undefined,
  endedAt: undefined,
  settledAt: undefined,
  acceptedAt: undefined,
  pollSince: undefined,
  nextPollAt: undefined,
  purgedAt: undefined,
  taskId: undefined,
  firstMissAt: undefined,
  trace: undefined,
} as const;

/** A record as the ledger gives it; a fresh one, but for `more`. */
export function recordOf(id: string, more: Partial<GenerationRecord> = {}): GenerationRecord {
  return {
    ...NOTHING,
    id,
    state: 'queued',
    since: 0,
    hash: '',
    payload: JSON.stringify({ request: { model: 'm', input: {} } }),
    tenant: 'default',
    model: 'm',
    priority: 100,
    createdAt: 0,
    callback: false,
    callbacksSeen: 0,
    epoch: 1,
    vehicle: `${id}-1`,
    queue: 'submit',
    current: 0,
    polls: 0,
    misses: 0,
    deadLetterChanges: 0,
    serverErrors: 0,
    validationRetries: 0,
    resubmits: 0,
    attempts: [],
    ...more,
  };
}
