import { createHash } from 'node:crypto';

/** The trace of a generation's spans. */
export interface TraceIds {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits: of the span of the whole generation, the parent of all others. */
  readonly wholeId: string;
  /** 16 hex digits: of the caller's span, where there is one. */
  readonly callerId?: string;
  readonly isSampled: boolean;
}

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;

/** Whether a text is a `traceparent` by W3C Trace Context. */
export function isTraceparent(text: string): boolean {
  return text.length <= 200 && TRACEPARENT.test(text);
}

/**
 * The ids of a generation's trace. They follow only from its id, so that all processes derive the same ones; with a
 * caller's `traceparent` the generation belongs to that trace, and the caller's decision to record it applies.
 * @param ratio share of the traces without a caller that are recorded, from 0 to 1
 */
export function traceIds(generation: string, traceparent: string | undefined, ratio: number): TraceIds {
  const digest = createHash('sha256').update(`trace:${generation}`).digest('hex');
  const wholeId = digest.slice(32, 48);
  const given = traceparent !== undefined && isTraceparent(traceparent) ? TRACEPARENT.exec(traceparent) : null;
  const [, callersTrace, callerId, flags] = given ?? [];
  if (callersTrace !== undefined && callerId !== undefined && flags !== undefined) {
    return { traceId: callersTrace, wholeId, callerId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
  }
  const traceId = digest.slice(0, 32);
  return { traceId, wholeId, isSampled: Number.parseInt(traceId.slice(0, 8), 16) / 2 ** 32 < ratio };
}
