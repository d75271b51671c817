import { z } from 'zod';

/** Longest wait for one free answer, ms. */
const TIMEOUT_MS = 30_000;

/** An answer as it was on the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined where the body is no JSON object. */
  readonly envelope: Envelope | undefined;
}

const envelopeSchema = z.looseObject({
  code: z.number().optional(),
  msg: z.string().nullish(),
  data: z.unknown(),
});
type Envelope = z.infer<typeof envelopeSchema>;

/** Free calls of the service, as they are on the wire: `@kieq/kie` would hide what is to be checked. */
export interface Wire {
  get(path: string, key?: string): Promise<WireAnswer>;
  /** An upload; never createTask, which costs money and belongs to `@kieq/kie`. */
  upload(path: string, body: object): Promise<WireAnswer>;
  /** Every answer until now. */
  readonly seen: readonly WireAnswer[];
}

export function openWire(place: { baseUrl: string; uploadUrl: string; apiKey: string }): Wire {
  const seen: WireAnswer[] = [];
  const ask = async (address: string, init: RequestInit, key: string): Promise<WireAnswer> => {
    const headers = new Headers(init.headers);
    headers.set('user-agent', 'kieq-verify');
    headers.set('authorization', `Bearer ${key}`);
    const response = await fetch(address, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = { status: response.status, headers: response.headers, envelope: read(await response.text()) };
    seen.push(answer);
    return answer;
  };
  return {
    seen,
    get: (path, key = place.apiKey) => ask(place.baseUrl + path, {}, key),
    upload: (path, body) =>
      ask(
        place.uploadUrl + path,
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
        place.apiKey,
      ),
  };
}

function read(text: string): Envelope | undefined {
  try {
    return envelopeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** For the report: HTTP status, code and message. */
export function told({ status, envelope }: WireAnswer): string {
  if (envelope === undefined) return `HTTP ${status} without an envelope`;
  return `HTTP ${status}, code ${envelope.code ?? 'none'}, msg ${JSON.stringify(envelope.msg ?? null)}`;
}

/** The bytes behind a link; undefined where there are none. */
export async function bytesOf(link: string): Promise<Buffer | undefined> {
  const response = await fetch(link, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
}
