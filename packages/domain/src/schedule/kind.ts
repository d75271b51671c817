import type { RequestKind } from './prior.ts';

/** Longer model names are cut: the kind becomes part of a key in Redis. */
const MODEL_LIMIT = 80;
/** Longest clip in s that a kind distinguishes. */
const LONGEST_CLIP_SECONDS = 3600;

/**
 * The kind of a request: tasks of one kind are alike in their completion times. The model, the requested duration in s
 * and sound, as in `kling-2.6/image-to-video|5s|sound`; parts that the input does not have, or has in an unknown form,
 * are left out.
 * @param input as the caller sent it; models differ, and Kie's `duration` is a string on some and a number on others
 */
export function timingKind(model: string, input: Readonly<Record<string, unknown>>): string {
  const name = model.replaceAll(/[^\w./:-]/g, '_').slice(0, MODEL_LIMIT);
  const seconds = secondsOf(input['duration']);
  const parts = [seconds === undefined ? [] : [`${seconds}s`], input['sound'] === true ? ['sound'] : []].flat();
  return [name, ...parts].join('|');
}

/** What the prior needs to know of a kind. */
export function requestKindOf(kind: string): RequestKind {
  const parts = kind.split('|').slice(1);
  const duration = parts.find((part) => /^\d+(\.\d+)?s$/.test(part));
  return {
    ...(duration === undefined ? {} : { durationSeconds: Number(duration.slice(0, -1)) }),
    ...(parts.includes('sound') ? { sound: true } : {}),
  };
}

function secondsOf(duration: unknown): number | undefined {
  const text = typeof duration === 'number' ? String(duration) : duration;
  if (typeof text !== 'string' || !/^\d{1,4}(\.\d)?$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds > 0 && seconds <= LONGEST_CLIP_SECONDS ? seconds : undefined;
}
