import { addressProblem, createOutbound } from '../../src/index.ts';

declare const url: string, body: string;
declare const signal: AbortSignal;
declare function write(chunk: Uint8Array): Promise<void>;

const outbound = createOutbound({ allowPrivate: false });
const answer = await outbound.post({ url, headers: { 'webhook-id': 'msg_1' }, body, timeoutMs: 15_000, signal });
// { kind: 'answered', status, retryAfterMs? } | { kind: 'refused', reason } | { kind: 'failed', transport }

const file = await outbound.get({ url, headMs: 30_000, stallMs: 30_000, totalMs: 3_600_000, signal });
// { kind: 'open', contentType, contentLength, body, close() } | answered | refused | failed, as above
if (file.kind === 'open') for await (const chunk of file.body) await write(chunk); // throws BodyError

addressProblem('http://127.0.0.1/', false); // 'must not be a private address': for the moment when the address is given

export { answer };
