import {
  backoffMs,
  SUBMIT_POLICY,
  type GateReason,
  type SubmitAnswer,
  type SubmitClass,
  type Timings,
} from '@kieq/domain';
import type { GateTimes, EndpointRule, RefuseRule } from '@kieq/ledger';

/**
 * Submissions in a row, over all workers, that were not sent or whose response was lost, before the gate *unreachable*
 * closes.
 */
const UNREACHABLE_AFTER = 5;

/** Different generations in a row that are refused in the same way before the gate *refusing* closes. */
const REFUSING_AFTER = 5;

export interface RuleContext {
  readonly timings: Timings;
  readonly submitWindowMs: number;
  /** Number of times that this generation was refused in this way before. */
  readonly tries: number;
  readonly random: () => number;
}

/** What to do with the response: the row of the error policy with its times filled in. */
export type SubmitDecision =
  | { readonly do: 'accept'; readonly taskId: string }
  | { readonly do: 'lose' }
  | { readonly do: 'refuse'; readonly class: SubmitClass; readonly rule: RefuseRule };

export function decideSubmit(answer: SubmitAnswer, context: RuleContext): SubmitDecision {
  const row = SUBMIT_POLICY[answer.class];
  const { timings, random } = context;
  const retryDelayMs = backoffMs({ baseMs: timings.retryBaseMs, capMs: timings.retryCapMs }, context.tries + 1, random);
  switch (row.do) {
    case 'accept':
      // Class accepted means that there was a taskId; without one it must not count as refused.
      return answer.taskId === undefined ? { do: 'lose' } : { do: 'accept', taskId: answer.taskId };
    case 'lose':
      return { do: 'lose' };
    case 'refuse':
      return refuse(answer, { do: 'refuse', gate: row.gate, times: gateTimes(row.gate, answer, context) });
    case 'retry': {
      const delayMs = row.count === 'validationRetries' ? timings.validationRetryMs : retryDelayMs;
      return refuse(answer, { ...row, delayMs, ...endpointRule(answer, timings) });
    }
    case 'not_sent': {
      return refuse(answer, { do: 'not_sent', ...unreachableGate(timings), delayMs: retryDelayMs });
    }
    case 'die':
      return refuse(answer, { do: 'die', class: row.class });
    default:
      return row satisfies never;
  }
}

function refuse(answer: SubmitAnswer, rule: RefuseRule): SubmitDecision {
  return { do: 'refuse', class: answer.class, rule };
}

function gateTimes(gate: GateReason, answer: SubmitAnswer, { timings, submitWindowMs }: RuleContext): GateTimes {
  // `Retry-After: 0` must not become a loop of refusals.
  if (gate === 'rate-limit') return { waitMs: Math.max(answer.retryAfterMs ?? submitWindowMs, submitWindowMs / 20) };
  if (gate === 'credits') return { firstMs: timings.probeFirstMs, capMs: timings.probeCapMs };
  return { firstMs: timings.canaryFirstMs, capMs: timings.canaryCapMs };
}

function endpointRule({ endpointFault }: SubmitAnswer, timings: Timings): { place?: EndpointRule } {
  if (endpointFault === undefined) return {};
  const times = { firstMs: timings.canaryFirstMs, capMs: timings.canaryCapMs };
  const { canaryFirstMs: behindMs, refusingMemoryMs: memoryMs } = timings;
  return { place: { same: endpointFault, after: REFUSING_AFTER, times, behindMs, memoryMs } };
}

/** When and how the gate *unreachable* closes. */
export function unreachableGate(timings: Timings): { readonly gateAfter: number; readonly times: GateTimes } {
  return {
    gateAfter: UNREACHABLE_AFTER,
    times: { firstMs: timings.unreachableFirstMs, capMs: timings.unreachableCapMs },
  };
}
