import { clipSeconds, modelOf } from '@kieq/models';
import type { GenerationRecord } from '@kieq/ledger';
import { callerRecord, frozenPayload, type CallerRecord } from '@kieq/queue';
import { sizeOf } from './size.ts';
import type { Video } from './schemas.ts';

/** Kie keeps results for about a day. */
const KIE_KEEPS_S = 86_400;

/** Steps of a generation that has not ended, as a percentage. States of a newer version count as generating. */
const PROGRESS: Readonly<Record<string, number>> = { queued: 0, submitting: 10, unknown: 10, archiving: 90 };
const GENERATING = 50;
const DONE = 100;

/**
 * A generation in OpenAI's shape. Length and size are those that Kie is asked for, not those of the request. What is
 * uncertain shows as in progress, as in recordInfo, so that clients do not pay twice.
 * @param nowMs epoch ms in Redis time
 */
export function videoOf(record: GenerationRecord, nowMs: number): Video {
  const shown = callerRecord(record, nowMs);
  const input = frozenPayload(record.payload)?.request.input ?? {};
  const completedAt = shown.completeTime === null ? null : toSeconds(shown.completeTime);
  const { prompt } = input;
  return {
    id: record.id,
    object: 'video',
    model: record.model,
    status: statusOf(record, shown),
    progress: shown.state === 'waiting' ? (PROGRESS[record.state] ?? GENERATING) : shown.state === 'success' ? DONE : 0,
    created_at: toSeconds(record.createdAt),
    completed_at: completedAt,
    expires_at: expiryOf(record, shown, completedAt),
    seconds: secondsOf(record.model, input),
    size: sizeOf(record.model, input),
    prompt: typeof prompt === 'string' ? prompt : null,
    error:
      shown.state === 'fail'
        ? { code: shown.failCode ?? 'failed', message: shown.failMsg ?? 'The video failed.' }
        : null,
    remixed_from_video_id: null,
  };
}

/** The clip's length as text, where the input decides it. */
function secondsOf(id: string, input: Readonly<Record<string, unknown>>): string | null {
  const model = modelOf(id);
  const length = model === undefined ? undefined : clipSeconds(model, input);
  return length === undefined || length.low !== length.high ? null : String(length.low);
}

function statusOf({ state }: GenerationRecord, shown: CallerRecord): Video['status'] {
  if (shown.state === 'success') return 'completed';
  if (shown.state === 'fail') return 'failed';
  return state === 'queued' ? 'queued' : 'in_progress';
}

function expiryOf({ archiving }: GenerationRecord, { state }: CallerRecord, completedAt: number | null): number | null {
  if (state !== 'success' || completedAt === null || (archiving?.files.length ?? 0) > 0) return null;
  return completedAt + KIE_KEEPS_S;
}

function toSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
