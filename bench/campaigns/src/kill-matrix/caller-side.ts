import { startReceiver, type Receiver } from '@kieq/testkit';

/** How a caller's receiver takes callbacks. */
export type Reception = 'takes' | 'fails-first' | 'cuts-first' | 'fails-thrice' | 'down';

/** The receivers of all callers: what they were told, by generation. */
export interface CallerSide {
  /** A `callBackUrl` whose receiver behaves so. */
  url(reception: Reception, key: string): string;
  /** `webhook-id`s of the callbacks that were taken, by the key of the address, in order of arrival. */
  readonly told: ReadonlyMap<string, readonly string[]>;
  stop(): Promise<void>;
}

/** How many callbacks to one address fail before one is taken. */
const FAILURES: Readonly<Record<Reception, number>> = {
  takes: 0,
  'fails-first': 1,
  'cuts-first': 1,
  'fails-thrice': 3,
  down: Number.POSITIVE_INFINITY,
};

export async function startCallerSide(): Promise<CallerSide> {
  const told = new Map<string, string[]>();
  const tries = new Map<string, number>();
  const receiver: Receiver = await startReceiver((response, { path, headers }) => {
    const [, reception = '', key = ''] = path.split('/');
    const tried = (tries.get(key) ?? 0) + 1;
    tries.set(key, tried);
    if (tried <= FAILURES[isReception(reception) ? reception : 'takes']) {
      if (reception === 'cuts-first') response.destroy();
      else response.writeHead(503).end();
      return;
    }
    told.set(key, [...(told.get(key) ?? []), String(headers['webhook-id'] ?? '')]);
    response.end();
  });
  return {
    url: (reception, key) => `${receiver.url}/${reception}/${key}`,
    told,
    stop: () => receiver.stop(),
  };
}

function isReception(word: string): word is Reception {
  return word in FAILURES;
}
