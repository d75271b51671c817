import * as fc from 'fast-check';
import { body, secret, text } from './bodies.ts';
import { OPERATOR_KEY, TENANT_KEY } from './secrets.ts';

/** What is written to a socket. */
export interface RawRequest {
  readonly head: string;
  readonly body: Buffer;
  /** Whether the sender hangs up half-way: the body is shorter than the head says. */
  readonly isCut: boolean;
}

const METHODS = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'SOURCE'];
/** Every route; `ID` is replaced. */
const ROUTES: readonly (readonly [string, string])[] = [
  ['POST', '/api/v1/jobs/createTask'],
  ['GET', '/api/v1/jobs/recordInfo'],
  ['GET', '/api/v1/chat/credit'],
  ['POST', '/api/v1/common/download-url'],
  ['POST', '/api/file-stream-upload'],
  ['POST', '/api/file-base64-upload'],
  ['POST', '/api/file-url-upload'],
  ['POST', '/kie200/api/v1/jobs/createTask'],
  ['GET', '/kie200/api/v1/jobs/recordInfo'],
  ['POST', '/kie200/api/file-base64-upload'],
  ['GET', '/kie200/ID'],
  ['GET', '/uploads/ID'],
  ['POST', '/v1/generations'],
  ['POST', '/v1/generations/batch'],
  ['GET', '/v1/generations'],
  ['GET', '/v1/generations/ID'],
  ['DELETE', '/v1/generations/ID'],
  ['GET', '/v1/generations/ID/events'],
  ['POST', '/v1/generations/ID/adopt'],
  ['POST', '/api/v1/veo/generate'],
  ['GET', '/api/v1/veo/record-info'],
  ['POST', '/v1/videos'],
  ['GET', '/v1/videos'],
  ['GET', '/v1/videos/ID'],
  ['DELETE', '/v1/videos/ID'],
  ['GET', '/v1/videos/ID/content'],
  ['POST', '/v1/videos/ID/remix'],
  ['GET', '/v1/dead-letters'],
  ['POST', '/v1/dead-letters/ID/redrive'],
  ['POST', '/v1/dead-letters/redrive'],
  ['GET', '/v1/status'],
  ['POST', '/callbacks/kie/ID/ID'],
  ['GET', '/results/ID'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
  ['GET', '/openapi.json'],
  ['GET', '/docs/static/ID'],
  ['GET', '/ID'],
];
const QUERIES = [
  'taskId',
  'state',
  'tenant',
  'from',
  'to',
  'limit',
  'cursor',
  'class',
  'lastEventId',
  'after',
  'order',
  'variant',
  '__proto__',
];
const TYPES = [
  'application/json; charset=utf-16',
  'application/json; boundary=x',
  'multipart/form-data',
  `multipart/form-data; boundary=${'x'.repeat(100)}`,
  'text/plain',
  'application/x-www-form-urlencoded',
  'a/b/c',
  '',
];

/** As allowed in a header or a path: one line of bytes. */
const line = text.map((one) => Buffer.from(one.replaceAll(/[\r\n]/g, ' ')).toString('latin1'));

/** Once in so many requests; undefined in the others. */
function rarely<Value>(arbitrary: fc.Arbitrary<Value>, once = 12): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 1, arbitrary }, { weight: once - 1, arbitrary: fc.constant(undefined) });
}

/** @param known ids that exist */
export function requests(known: readonly string[]): fc.Arbitrary<RawRequest> {
  const id = fc.oneof(
    fc.constantFrom(...known),
    text.map((one) => encodeURIComponent(Buffer.from(one).toString())),
    line.map((one) => one.replaceAll(/[\s#?]/g, '')),
    fc.constantFrom('gen_', '%00', '%', '%ff%fe', '..', '..%2f..%2fpackage.json', 'x'.repeat(3000), '//', '*'),
  );
  const query = fc.array(fc.tuple(fc.constantFrom(...QUERIES), fc.oneof(text, fc.constantFrom(...known))), {
    maxLength: 3,
  });
  const target = fc
    .tuple(
      fc.constantFrom(...ROUTES),
      rarely(fc.constantFrom(...METHODS)),
      id,
      fc.oneof(
        query.map((pairs) => new URLSearchParams(pairs).toString()),
        line.map((one) => one.replaceAll(/\s/g, '+')),
      ),
    )
    .map(([[method, route], other, name, search]) => `${other ?? method} ${route.replaceAll('ID', name)}?${search}`);
  return fc.tuple(target, headers, body, framing).map(assemble);
}

const authorization = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(`Bearer ${OPERATOR_KEY}`, `Bearer ${TENANT_KEY}`) },
  { weight: 1, arbitrary: line },
  { weight: 1, arbitrary: line.map((one) => `Bearer ${one}`) },
  { weight: 1, arbitrary: secret.map((one) => `Basic ${one}`) },
);
const headers = fc.record({
  authorization,
  host: fc.oneof({ weight: 20, arbitrary: fc.constant('localhost') }, { weight: 1, arbitrary: line }),
  'content-type': rarely(fc.constantFrom(...TYPES)),
  'idempotency-key': rarely(line, 4),
  'x-stainless-retry-count': rarely(fc.oneof(line, fc.constantFrom('0', '1')), 4),
  'last-event-id': rarely(fc.oneof(line, fc.constantFrom('0-0', '9999999999999-9999999999999', '1-1')), 4),
  'content-encoding': rarely(fc.constantFrom('gzip', 'identity', 'br')),
  expect: rarely(fc.constantFrom('100-continue', '200-ok'), 30),
  upgrade: rarely(fc.constantFrom('websocket', 'h2c'), 30),
  origin: rarely(line),
  accept: rarely(line),
  cookie: rarely(line),
});
type Headers = typeof headers extends fc.Arbitrary<infer Value> ? Value : never;

type Framing = 'length' | 'chunked' | 'cut' | 'none' | 'both' | 'wrong';
const framing: fc.Arbitrary<Framing> = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom<Framing>('length') },
  { weight: 1, arbitrary: fc.constantFrom<Framing>('chunked', 'cut', 'none', 'both', 'wrong') },
);

function assemble([target, given, [type, bytes], how]: [
  string,
  Headers,
  readonly [string, Buffer],
  Framing,
]): RawRequest {
  const lines = Object.entries({ ...given, 'content-type': given['content-type'] ?? type }).flatMap(([name, one]) =>
    one === undefined ? [] : [`${name}: ${one}`],
  );
  const length = `content-length: ${bytes.length + (how === 'cut' ? 10 : 0)}`;
  const framed: Readonly<Record<Framing, readonly string[]>> = {
    length: [length],
    chunked: ['transfer-encoding: chunked'],
    cut: [length],
    none: [],
    both: [length, 'transfer-encoding: chunked'],
    wrong: ['content-length: -7'],
  };
  const head = [`${target} HTTP/1.1`, ...lines, ...framed[how], 'connection: close', '', ''].join('\r\n');
  const chunked = Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from(bytes.length === 0 ? '\r\n' : '\r\n0\r\n\r\n'),
  ]);
  return { head, body: how === 'chunked' ? chunked : bytes, isCut: how === 'cut' };
}
