import type { Tenant } from './secrets.ts';

/** The ways into the pool. `job` is a job added by another BullMQ client. */
export const DOORS = ['kie-api', 'native', 'batch', 'producer', 'job'] as const;
export type Door = (typeof DOORS)[number];

/** One video that a caller wanted, and what it knows of it. */
export interface Order {
  /** Its own: the simulator's ledger of charges knows it by that. */
  readonly prompt: string;
  readonly door: Door;
  readonly tenant: Tenant;
  /** Without one the caller asks once and never again. */
  readonly key: string | undefined;
  readonly wantsCallback: boolean;
  /** Acknowledged: the generation. */
  id: string | undefined;
  /** Redrives with pay-again that may have been carried out: each allows one more charge. */
  paidAgain: number;
  /** A cancellation was acknowledged. */
  cancelled: boolean;
}

/** Every order of a campaign. */
export interface OrderBook {
  readonly all: readonly Order[];
  add(order: Order): void;
  byPrompt(prompt: string): Order | undefined;
  byId(id: string): Order | undefined;
  /** Acknowledged under an id; another id for the same order is a problem. */
  acknowledge(order: Order, id: string): void;
  acknowledged(): readonly (Order & { readonly id: string })[];
  /** What callers saw that must not be. */
  readonly problems: readonly string[];
  complain(problem: string): void;
}

export function createOrderBook(): OrderBook {
  const all: Order[] = [];
  const prompts = new Map<string, Order>();
  const ids = new Map<string, Order>();
  const problems: string[] = [];
  return {
    all,
    problems,
    add(order) {
      all.push(order);
      prompts.set(order.prompt, order);
    },
    byPrompt: (prompt) => prompts.get(prompt),
    byId: (id) => ids.get(id),
    acknowledge(order, id) {
      if (order.id !== undefined && order.id !== id)
        problems.push(`${order.prompt} was acknowledged as ${order.id} and as ${id}`);
      order.id = id;
      ids.set(id, order);
    },
    acknowledged: () => all.filter((order): order is Order & { readonly id: string } => order.id !== undefined),
    complain: (problem) => void problems.push(problem),
  };
}
