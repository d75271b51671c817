import type { DeadLetterClass, GateReason, GenerationState } from '@kieq/domain';
import type { LeftInStores } from '@kieq/ledger';

/**
 * What the model knows of the ledger: the table of transitions (docs/architecture/states.md#transitions), as plain values.
 * Times are epoch ms.
 */
export interface World {
  now: number;
  readonly settings: Map<string, string>;
  readonly generations: Map<string, Generation>;
  /** Task to `<generation>:<attempt>`. */
  readonly tasks: Map<string, string>;
  readonly window: Map<string, number>;
  readonly learned: Learned;
  readonly polls: Map<string, number>;
  pollHold: number;
  /** What the query budget has learned. */
  readonly pollState: PollState;
  readonly gates: Map<GateReason, Gate>;
  readonly gateMemory: Map<GateReason, { readonly intervalMs: number; readonly openedAt: number }>;
  creditsClosedMs: number;
  /** Credits that verdicts booked. */
  credits: number;
  /** What verdicts have shown, each with the time of the last one. */
  readonly prices: Map<string, Billed>;
  readonly outcomes: Map<string, Outcomes>;
  priceChanges: number;
  balanceNextAt: number;
  unreachable: number;
  /** The row of equal refusals, and what the gate *refusing* has taught. */
  readonly row: Row;
  readonly dedupe: Map<string, { readonly id: string; readonly until: number }>;
  /** What purged generations left in the stores, as long as `purge` returns it again. */
  readonly purged: Map<string, { readonly left: LeftInStores; readonly until: number }>;
  sweeper: { readonly worker: string; readonly until: number } | undefined;
}

/** What Kie billed for a kind of request, and the price before the last notable change. */
interface Billed {
  readonly at: number;
  readonly credits: number;
  readonly count: number;
  readonly since: number;
  readonly before: number | undefined;
  readonly list: number | undefined;
}

interface Outcomes {
  readonly at: number;
  readonly successes: number;
  readonly failures: number;
}

export interface PollState {
  limit: number | undefined;
  raiseAt: number | undefined;
  refusedAt: number | undefined;
  refused: number | undefined;
}

export function newPollState(): PollState {
  return { limit: undefined, raiseAt: undefined, refusedAt: undefined, refused: undefined };
}

interface Learned {
  margin: number;
  minLatency: number | undefined;
  ceiling: number | undefined;
  cutLimit: number | undefined;
  cutAt: number;
}

interface Row {
  same: string | undefined;
  since: number;
  after: number;
  memoryMs: number;
  ids: Set<string>;
  pairs: Set<string>;
  suspects: Set<string>;
  suspectsUntil: number;
  opened: { readonly pair: string; readonly at: number; readonly same: string } | undefined;
  pardon: { readonly from: number; readonly to: number } | undefined;
  /** Forgotten then. */
  until: number;
}

export function newRow(): Row {
  const nothing = { same: undefined, opened: undefined, pardon: undefined };
  const sets = { ids: new Set<string>(), pairs: new Set<string>(), suspects: new Set<string>() };
  return { ...nothing, ...sets, since: 0, after: 0, memoryMs: 0, suspectsUntil: 0, until: 0 };
}

/** What the gate *refusing* knows of the pairs of tenant and model that were asked. */
export interface Refusing {
  readonly same: string;
  readonly memoryMs: number;
  readonly rowSince: number;
  readonly tried: Set<string>;
  readonly known: Set<string>;
  readonly canaries: string[];
  canaryUntil: number;
}

export interface Gate {
  readonly mode: 'timed' | 'probe' | 'canary' | 'manual';
  readonly since: number;
  refusals: number;
  untilAt?: number;
  nextAt?: number;
  intervalMs?: number;
  capMs?: number;
  canary?: string;
  need?: number;
  balanceAtRefusal?: number;
  refusing?: Refusing;
}

export interface Attempt {
  readonly n: number;
  readonly token: string;
  readonly account: string;
  readonly admittedAt: number;
  readonly sendBy: number;
  readonly leaseUntil: number;
  readonly canary: boolean;
  /** It went by the job of another one. */
  readonly isInstead: boolean;
  outcome: 'open' | 'accepted' | 'adopted' | 'refused' | 'lost' | 'expired' | 'resubmitted' | 'surplus';
  taskId?: string;
  verdict?: 'success' | 'fail';
  isAnswered?: boolean;
  isHinted?: boolean;
  /** What its refusal answered. */
  answer?: Answer;
  nextVehicle?: string;
}

interface PendingDelivery {
  state: 'pending' | 'delivered' | 'failed';
  readonly vehicle: string;
  readonly at: number;
  readonly since: number;
  readonly tries: number;
}

/** Saving results: the next try, and when their links are assumed dead. */
interface Archive {
  readonly state: 'pending' | 'done' | 'failed';
  readonly at: number;
  readonly by: number;
  readonly tries: number;
}

export interface Generation {
  readonly id: string;
  state: GenerationState;
  readonly hash: string;
  readonly tenant: string;
  readonly model: string;
  readonly isCallback: boolean;
  readonly isUpload: boolean;
  payload: string;
  readonly createdAt: number;
  readonly deadlineMs: number;
  since: number;
  queuedAt: number;
  deadlineAt: number;
  notBefore: number;
  creditBase: number;
  epoch: number;
  vehicle: string;
  queue: string;
  requeued: string;
  readonly attempts: Attempt[];
  current: number;
  taskId: string;
  nextPollAt: number;
  acceptedAt: number;
  pollSince: number;
  /** When Kie first said success without a result; 0 where it has not. */
  noResultSince: number;
  polls: number;
  misses: number;
  firstMissAt: number;
  lastPermit: string;
  callbacksSeen: number;
  resubmits: number;
  serverErrors: number;
  validationRetries: number;
  notSent: number;
  /** Its last refusal that may have been the endpoint's fault, and its last time as a canary of *refusing*. */
  placeAt: number;
  canaryAt: number;
  uploadTries: number;
  linksAt: number | undefined;
  verdict: 'success' | 'fail' | undefined;
  archive: Archive | undefined;
  /** Names of its archived results; undefined until they are safe. */
  files: readonly string[] | undefined;
  deadLetter: { readonly class: DeadLetterClass; readonly heldUntil: number | undefined } | undefined;
  delivery: PendingDelivery | undefined;
  noticeEpoch: number;
  isNoticeDeadLetter: boolean;
  renoticed: string;
  readonly claims: Map<string, number>;
  lastRedrive: string;
  isPurged: boolean;
}

/** What a script answers, as far as the model knows. */
export type Answer = Readonly<Record<string, unknown>> & { readonly kind: string };

export function newWorld(now: number): World {
  return {
    now,
    settings: new Map(),
    generations: new Map(),
    tasks: new Map(),
    window: new Map(),
    learned: { margin: 0, minLatency: undefined, ceiling: undefined, cutLimit: undefined, cutAt: 0 },
    polls: new Map(),
    pollHold: 0,
    pollState: newPollState(),
    gates: new Map(),
    gateMemory: new Map(),
    creditsClosedMs: 0,
    credits: 0,
    prices: new Map(),
    outcomes: new Map(),
    priceChanges: 0,
    balanceNextAt: 0,
    unreachable: 0,
    row: newRow(),
    dedupe: new Map(),
    purged: new Map(),
    sweeper: undefined,
  };
}

export function newGeneration(
  world: World,
  born: Pick<
    Generation,
    'id' | 'state' | 'hash' | 'tenant' | 'model' | 'isCallback' | 'isUpload' | 'payload' | 'vehicle'
  > & {
    readonly deadlineMs: number | undefined;
    readonly epoch: number;
  },
): Generation {
  const generation: Generation = {
    ...born,
    deadlineMs: born.deadlineMs ?? setting(world, 'deadlineMs'),
    createdAt: world.now,
    since: world.now,
    queuedAt: 0,
    deadlineAt: 0,
    notBefore: 0,
    creditBase: 0,
    queue: 'submit',
    requeued: '',
    attempts: [],
    current: 0,
    taskId: '',
    nextPollAt: 0,
    acceptedAt: 0,
    pollSince: 0,
    noResultSince: 0,
    polls: 0,
    misses: 0,
    firstMissAt: 0,
    lastPermit: '',
    callbacksSeen: 0,
    resubmits: 0,
    serverErrors: 0,
    validationRetries: 0,
    notSent: 0,
    placeAt: 0,
    canaryAt: 0,
    uploadTries: 0,
    linksAt: undefined,
    verdict: undefined,
    archive: undefined,
    files: undefined,
    deadLetter: undefined,
    delivery: undefined,
    noticeEpoch: 0,
    isNoticeDeadLetter: false,
    renoticed: '',
    claims: new Map(),
    lastRedrive: '',
    isPurged: false,
  };
  world.generations.set(born.id, generation);
  return generation;
}

/** Settings of the pool are always there in these tests. */
export function setting(world: World, name: string): number {
  return Number(world.settings.get(name));
}

export function attemptWith(generation: Generation, token: string): Attempt | undefined {
  return generation.attempts.findLast((attempt) => attempt.token === token);
}

export function currentAttempt(generation: Generation): Attempt {
  const attempt = generation.attempts[generation.current - 1];
  if (attempt === undefined) throw new Error(`${generation.id} has no current attempt`);
  return attempt;
}

const IN_FLIGHT = new Set<GenerationState>(['submitting', 'unknown', 'generating']);

export function inFlight(world: World): number {
  return [...world.generations.values()].filter(({ state }) => IN_FLIGHT.has(state)).length;
}
