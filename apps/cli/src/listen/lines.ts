import { ENDED_STATES } from '@kieq/domain';
import { paintState, type Paint } from '../text/paint.ts';
import type { FeedEvent } from './feed-event.ts';
import { RETRY_FOR_MS, type Forwarded } from './forward.ts';

type Told<Kind> = Extract<FeedEvent, { kind: Kind }>;

/** One forwarded webhook, for programs. Its body is not part of it. */
export function forwardedValue(
  { generation, tenant, state, webhookId }: Told<'webhook'>,
  { answer, tries, ms }: Forwarded,
) {
  const outcome =
    answer.kind === 'answered'
      ? { status: answer.status }
      : { error: answer.kind === 'failed' ? answer.transport : answer.reason };
  return { event: 'webhook', generation, tenant, state, webhookId, ...outcome, tries, ms };
}

/** `10:20:30  succeeded  gen_…  200 in 12 ms`. */
export function forwardedText(event: Told<'webhook'>, forwarded: Forwarded, nowMs: number, paint: Paint): string {
  return `${head(event, nowMs, paint)}  ${outcomeText(forwarded, paint)}`;
}

export function heldText(event: Told<'held'>, nowMs: number, paint: Paint): string {
  const until = new Date(event.heldUntil).toISOString();
  return `${head(event, nowMs, paint)}  ${paint.faint(`${event.class}: no webhook before ${until}`)}`;
}

function head({ generation, state }: { generation: string; state: string }, nowMs: number, paint: Paint): string {
  const time = new Date(nowMs).toTimeString().slice(0, 8);
  const known = ENDED_STATES.find((one) => one === state);
  const word = state.padEnd(9);
  return `${paint.faint(time)}  ${known === undefined ? word : paintState(paint, known, word)}  ${generation}`;
}

function outcomeText({ answer, tries, ms }: Forwarded, paint: Paint): string {
  const after = tries === 1 ? '' : ` (try ${tries})`;
  switch (answer.kind) {
    case 'answered': {
      const stroke = answer.status >= 200 && answer.status < 300 ? paint.good : paint.bad;
      return `${stroke(String(answer.status))} in ${Math.round(ms)} ms${after}`;
    }
    case 'refused':
      return paint.bad(`not forwarded: the address ${answer.reason}`);
    case 'failed':
      return paint.bad(failedText(answer.transport, tries));
    default:
      return answer satisfies never;
  }
}

function failedText(transport: string, tries: number): string {
  if (transport === 'ETIMEDOUT') return 'no response in time (ETIMEDOUT); it is not sent again';
  return `not forwarded: no connection for ${RETRY_FOR_MS / 1000} s (${transport}, ${tries} tries)`;
}
