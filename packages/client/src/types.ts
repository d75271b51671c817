/** A word of the API that later versions may extend: known words complete in an editor, and every text is accepted. */
export type OrNewer<Word extends string> = Word | (string & Record<never, never>);

/** As much of the global `fetch` as the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Where a generation is. `succeeded`, `failed`, `cancelled` and `dead` are ends. */
export type GenerationState = OrNewer<
  'queued' | 'submitting' | 'unknown' | 'generating' | 'archiving' | 'succeeded' | 'failed' | 'cancelled' | 'dead'
>;

/** One rule that a request breaks. */
export interface Problem {
  /** Path such as `input.image_urls[0]`; empty for the whole request. */
  readonly field: string;
  /** What would be right. */
  readonly rule: string;
  /** What was there, as JSON of at most 200 characters. */
  readonly received: string;
}

/** Something of a create call that has no effect. */
export interface Warning {
  readonly field: string;
  readonly message: string;
}

/** What the model takes; field names and values are the model's own. Images of `upload` stand where their links would. */
export type GenerationInput = Readonly<Record<string, unknown>>;

/** How a generation is created. Fields keep their names in the HTTP API, except `webhookUrl` (`callBackUrl` there). */
export interface CreateOptions {
  /**
   * Names the request, so that a repetition makes and pays nothing: 1 to 255 characters.
   * @default a random UUID for each call
   */
  readonly idempotencyKey?: string | undefined;
  /** A public http or https address that is called when the generation has ended. */
  readonly webhookUrl?: string | undefined;
  /** 1 comes first, 1000 last. @default 100 */
  readonly priority?: number | undefined;
  /** Earliest start from now, in ms; at most a week. @default 0 */
  readonly delayMs?: number | undefined;
  /** Longest time in the queue, in ms. @default 24 h */
  readonly deadlineMs?: number | undefined;
  /** At most 50 texts, which are given back when the generation is read. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** For keys of operators: the tenant for which it is created. */
  readonly tenant?: string | undefined;
}

export interface EnqueueOptions extends CreateOptions {
  /** Stops the call. The generation may exist then: repeat with the `idempotencyKey` of the error. */
  readonly signal?: AbortSignal | undefined;
}

/** The answer to a create call. */
export interface Created {
  readonly id: string;
  /** False when an earlier call with the same idempotency key made it. */
  readonly created: boolean;
  readonly state: GenerationState;
  /** Absent where everything that was sent has an effect. */
  readonly warnings?: readonly Warning[];
  /** The key of this request, also where the client made it. */
  readonly idempotencyKey: string;
}

/** One change of a generation. */
export interface Update {
  readonly id: string;
  readonly state: GenerationState;
}

export interface WaitOptions {
  /**
   * Called with each new state, the first one included. What it throws ends the wait and is passed on; the generation
   * goes on.
   */
  readonly onUpdate?: ((update: Update) => void) | undefined;
  /** Ends the wait; the generation goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait, in ms: up to 2147483647, or `Infinity`. @default no limit */
  readonly timeoutMs?: number | undefined;
}

export interface GenerateOptions extends CreateOptions, WaitOptions {}

export interface Attempt {
  readonly n: number;
  readonly outcome: string;
  /** Epoch ms. */
  readonly admittedAt: number;
  /** Epoch ms. */
  readonly answeredAt?: number;
  readonly taskId?: string;
}

/** A file in the archive. */
export interface ArchivedResult {
  /** Path on the gateway; the API key is needed to read it. */
  readonly url: string;
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly warning?: string;
}

export interface DeadLetter {
  readonly class: string;
  readonly summary: string;
  /** Epoch ms. */
  readonly openedAt: number;
  readonly advice: string;
  readonly redrive: {
    readonly resumesAt: string | null;
    readonly payAgainNeeded: boolean;
    readonly payAgainResumesAt: string | null;
  };
}

/** The webhook of a generation that has ended. */
export interface Delivery {
  readonly state: OrNewer<'pending' | 'delivered' | 'failed'>;
  /** Tries that failed. */
  readonly tries: number;
  /** Epoch ms. */
  readonly dueAt: number;
  readonly lastError?: string;
  readonly deadLetter?: DeadLetter;
}

/** A generation as `GET /v1/generations/:id` shows it. Times are epoch ms by the clock of Redis. */
export interface Generation {
  readonly id: string;
  readonly state: GenerationState;
  readonly tenant: string;
  readonly model: string;
  /** Absent once it was purged. */
  readonly request?: { readonly model: string; readonly input: GenerationInput };
  readonly callBackUrl?: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly notBefore?: number;
  readonly deadlineAt?: number;
  readonly endedAt?: number;
  readonly attempts: readonly Attempt[];
  readonly polls: number;
  /** Kie's id of the current task. */
  readonly taskId?: string;
  /** Links that need no key. They end within about a day: read the generation again for newer ones, or save the file. */
  readonly resultUrls: readonly string[];
  /** Kie's own links, in the same order. */
  readonly kieUrls: readonly string[];
  readonly resultUrlsDieAt?: number;
  /** What the archive holds, in the order of `resultUrls`. */
  readonly results: readonly ArchivedResult[];
  readonly creditsConsumed?: number;
  readonly failCode?: string;
  readonly failMsg?: string;
  readonly deadLetter?: DeadLetter;
  readonly delivery?: Delivery;
  readonly metadata: Readonly<Record<string, string>>;
}
