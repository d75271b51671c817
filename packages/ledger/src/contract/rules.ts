import type { DeadLetterClass, GateReason, RetryCount } from '@kieq/domain';

/** A row of the error policy with its times filled in. */
export type RefuseRule =
  | {
      readonly do: 'refuse';
      readonly gate: Exclude<GateReason, 'paused' | 'unreachable' | 'refusing'>;
      readonly times: GateTimes;
      readonly delayMs?: number;
    }
  | {
      readonly do: 'retry';
      readonly count: RetryCount;
      readonly retries: number;
      readonly then: DeadLetterClass;
      readonly delayMs: number;
      readonly place?: EndpointRule;
    }
  | { readonly do: 'not_sent'; readonly gateAfter: number; readonly times: GateTimes; readonly delayMs: number }
  | { readonly do: 'die'; readonly class: DeadLetterClass };

/** The refusal may be the fault of the place: when the gate *refusing* closes, and what follows (docs/decisions/0022). */
export interface EndpointRule {
  /** Equal for the same refusal of other requests. */
  readonly same: string;
  /** So many different generations in a row, over all pairs of tenant and model that there are. */
  readonly after: number;
  readonly times: GateTimes;
  /** A refused canary goes behind for so long. */
  readonly behindMs: number;
  /** How long the row, and what the gate has taught, are remembered. */
  readonly memoryMs: number;
}

export type GateTimes = { readonly waitMs: number } | { readonly firstMs: number; readonly capMs: number };
