import * as fc from 'fast-check';
import { testRequest } from '../../../../packages/testkit/src/pool.ts';
import { deepLists, deepObjects, hostileValue, withBrokenByte } from '../../../../packages/testkit/test/fuzz/json.ts';
import { hostileText } from '../../../../packages/testkit/test/fuzz/text.ts';
import { SENT_SECRETS } from './secrets.ts';

const BOUNDARY = 'fuzz-boundary';

const OPTION_FIELDS = ['idempotencyKey', 'tenant', 'priority', 'delayMs', 'deadlineMs', 'metadata'];
const REDRIVE_FIELDS = ['class', 'limit', 'payAgain', 'dryRun', 'taskId', 'confirm'];
const STRANGE_FIELDS = ['items', 'apiKey', '__proto__', 'constructor'];
const UPLOAD_FIELDS = ['base64Data', 'fileUrl', 'uploadPath', 'fileName', 'url'];
const CREATE_FIELDS = ['model', 'input', 'callBackUrl'];
const FIELDS = [...CREATE_FIELDS, ...OPTION_FIELDS, ...REDRIVE_FIELDS, ...UPLOAD_FIELDS, ...STRANGE_FIELDS];
const INPUT_FIELDS = ['prompt', 'image_urls', 'sound', 'duration', '__proto__', 'toString', 'token'];

export const secret = fc.constantFrom(...SENT_SECRETS);
export const text = fc.oneof(
  { weight: 3, arbitrary: hostileText },
  { weight: 1, arbitrary: secret },
  { weight: 1, arbitrary: secret.map((one) => `https://user:${one}@example.com/${one}?key=${one}`) },
);
const value = fc.oneof(
  { weight: 1, arbitrary: text },
  { weight: 2, arbitrary: hostileValue },
  { weight: 1, arbitrary: fc.array(secret, { minLength: 1, maxLength: 2 }) },
  {
    weight: 1,
    arbitrary: secret.map((one) => ({ password: one, nested: { authorization: `Bearer ${one}` } })),
  },
);

/** A valid request with something else in it. */
const damaged = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 1 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom(...INPUT_FIELDS)), value, { maxKeys: 1 }),
  )
  .map(([fields, input]) => {
    const request = testRequest('fuzz');
    return { ...request, input: { ...request.input, ...input }, ...fields };
  });

const json = fc.oneof(
  damaged.map((one) => JSON.stringify(one)),
  fc.array(fc.oneof(damaged, value), { maxLength: 3 }).map((items) => JSON.stringify({ items })),
  fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 4 }).map((one) => JSON.stringify(one)),
  fc.json(),
);

/** JSON that parsers stumble over. */
const nasty = fc.constantFrom(
  '',
  '{',
  '{"model":"x","input":{"a":1e999}}',
  '{"model":"x","input":{"a":-0.0000000000000000000000000000000000000000000000000001E-400}}',
  '{"model":"x","model":"y","input":{},"input":[]}',
  '{"__proto__":{"isAdmin":true},"model":"x","input":{}}',
  '{"constructor":{"prototype":{"isAdmin":true}},"model":"x","input":{"__proto__":{"a":1}}}',
  `{"model":"x","input":{"a":${deepLists(5000)}}}`,
  deepObjects(5000),
  `{"model":"x","input":{"n":${'9'.repeat(5000)}}}`,
  `{"items":[${Array.from({ length: 1001 }, () => '{}').join(',')}]}`,
  '\uFEFF{"model":"x","input":{}}',
  '{"model":"\\ud800","input":{"prompt":"\\udfff\\u0000"}}',
);

function part(name: string, more: string, content: string | Uint8Array): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
}

const END = Buffer.from(`--${BOUNDARY}--\r\n`);
const image = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constant(Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')),
);
const field = fc
  .oneof(fc.constantFrom('request', 'image_urls', 'image', 'file', 'fileName', '__proto__', ''), text)
  .map(quoted);
const parts = fc.array(
  fc.oneof(
    fc.tuple(fc.constant('request'), fc.constant(''), json),
    fc.tuple(field, fc.constantFrom('; filename="a.png"', '; filename="../../../a.png"', ''), image),
    fc.tuple(
      field,
      text.map((name) => `; filename="${quoted(name)}"`),
      image,
    ),
  ),
  { maxLength: 4 },
);
/** Forms: whole, without their end, and cut anywhere. */
const form = fc
  .tuple(parts, fc.boolean(), fc.oneof(fc.constant(null), fc.constant(null), fc.nat(500)))
  .map(([all, isWhole, cutAt]) => {
    const bytes = Buffer.concat([
      ...all.map(([name, more, content]) => part(name, more, content)),
      ...(isWhole ? [END] : []),
    ]);
    return cutAt === null ? bytes : bytes.subarray(0, cutAt);
  });

const JSON_TYPE = 'application/json';
const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** A body with the type that it has. */
export const body: fc.Arbitrary<readonly [type: string, bytes: Buffer]> = fc.oneof(
  { weight: 8, arbitrary: json.map((one) => [JSON_TYPE, Buffer.from(one)] as const) },
  { weight: 2, arbitrary: nasty.map((one) => [JSON_TYPE, Buffer.from(one)] as const) },
  { weight: 4, arbitrary: form.map((one) => [FORM_TYPE, one] as const) },
  { weight: 1, arbitrary: withBrokenByte(json).map((one) => [JSON_TYPE, one] as const) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((one) => [JSON_TYPE, Buffer.from(one)] as const) },
);

function quoted(name: string): string {
  return name.replaceAll(/["\r\n]/g, '_');
}
