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

/** The refusal may be the fault of the endpoint: when the gate *refusing* closes, and what follows (docs/decisions/0022). */
export interface EndpointRule {
  /** Equal for the same refusal of other requests. */
  readonly same: string;
  /** Number of different generations refused in a row, over all pairs of tenant and model. */
  readonly after: number;
  readonly times: GateTimes;
  /** How long a refused canary waits before its next turn. */
  readonly behindMs: number;
  /** How long the row, and what was learned while the gate was closed, are remembered. */
  readonly memoryMs: number;
}

export type GateTimes = { readonly waitMs: number } | { readonly firstMs: number; readonly capMs: number };
