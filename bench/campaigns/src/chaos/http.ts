/** What a call brought; undefined where no whole answer came. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface HttpCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** Longer than every request that ends without a fault, shorter than a campaign. */
const TIMEOUT_MS = 10_000;

/** Calls once and never rejects: while faults strike, no response is expected. */
export async function call(
  url: string,
  { method = 'GET', headers = {}, body }: HttpCall = {},
): Promise<HttpAnswer | undefined> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(url, { method, headers: { ...type, ...headers }, signal, ...content });
    return { status: answer.status, body: parseJson(await answer.text()) };
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
