import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { deepLists, deepObjects, hostileValue, withBrokenByte } from '../../../../packages/testkit/test/fuzz/json.ts';
import { hostileText } from '../../../../packages/testkit/test/fuzz/text.ts';
import { saying } from '../callback-pool.ts';

/** A running generation, with the address that only Kie knows. */
interface Target {
  readonly id: string;
  readonly taskId: string;
  readonly path: string;
}

export interface HostileCallback {
  readonly path: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const LEVELS = 50_000;
/** Above the limit of 3 MiB. */
const TOO_LONG = 3_300_000;

const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'text/plain',
      'multipart/form-data',
      'a',
      'image/png; q=\u00ff',
    ),
    'content-encoding': fc.constantFrom('gzip', 'identity', 'br'),
    'x-webhook-timestamp': fc.constantFrom('', '0', '-1', '1e9', '9'.repeat(30), 'now', '1800000000'),
    'x-webhook-signature': fc.constantFrom('', 'AAAA', '=', 'x'.repeat(5000), 'A'.repeat(43) + '='),
    'user-agent': fc.constantFrom('', 'Kie'),
  },
  { requiredKeys: [] },
);

/** @param targets the generations that are lied about */
export function hostileCallbacks(targets: readonly Target[]): fc.Arbitrary<HostileCallback> {
  const target = fc.constantFrom(...targets);
  const task = fc.oneof(
    target.map(({ taskId }) => taskId),
    hostileText,
  );
  const times = fc.record({ completeTime: hostileValue, createTime: hostileValue, costTime: hostileValue });
  const lie = fc
    .tuple(task, fc.constantFrom('success', 'fail'), times)
    .map(([taskId, state, more]) => ({ ...saying(taskId, state), ...more }));
  const text = fc.oneof(
    { weight: 6, arbitrary: lie.map((one) => JSON.stringify(one)) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(task, hostileValue, hostileValue)
        .map(([taskId, code, data]) => JSON.stringify({ code, taskId, data })),
    },
    { weight: 2, arbitrary: hostileValue.map((one) => JSON.stringify(one)) },
    { weight: 2, arbitrary: hostileText },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        `{"data":${deepLists(LEVELS)}}`,
        deepObjects(LEVELS / 2),
        `{"data":{"taskId":"${'x'.repeat(TOO_LONG)}"}}`,
        `{"data":{"taskId":"${'x'.repeat(200_000)}"}}`,
        '{"__proto__":{"isAdmin":true},"data":{"__proto__":{"taskId":"x"}}}',
      ),
    },
  );
  const body = fc.oneof(
    { weight: 8, arbitrary: text.map((one) => Buffer.from(one)) },
    { weight: 1, arbitrary: withBrokenByte(text) },
    { weight: 1, arbitrary: text.map((one) => gzipSync(one)) },
  );
  const part = fc.oneof(hostileText.map(encoded), fc.constantFrom('%00', '%ff', '..', 'x'.repeat(3000)));
  const path = fc.oneof(
    { weight: 6, arbitrary: target.map((one) => one.path) },
    { weight: 1, arbitrary: fc.tuple(target, part).map(([{ id }, token]) => `/callbacks/kie/${id}/${token}`) },
    { weight: 1, arbitrary: fc.tuple(part, part).map(([id, token]) => `/callbacks/kie/${id}/${token}`) },
    // The token of another generation.
    {
      weight: 1,
      arbitrary: fc
        .tuple(target, target)
        .map(([{ id }, other]) => `/callbacks/kie/${id}/${other.path.split('/').at(-1) ?? ''}`),
    },
  );
  return fc.record({ path, body, headers });
}

function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
