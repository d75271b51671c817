import * as fc from 'fast-check';
import { testRequest } from '../../src/index.ts';
import { deepLists, deepObjects, hostileValue } from './json.ts';
import { hostileText } from './text.ts';

/** A job that another program writes into a queue of kieq; no generation may come of it. */
export interface HostileJob {
  readonly queue: 'submit' | 'poll' | 'archive' | 'notify';
  readonly name: string;
  readonly data: unknown;
  /** As a BullMQ client in JavaScript takes them, right or wrong. */
  readonly options: object;
  /** Fields of the job in Redis that are written over, as no BullMQ client would. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What the simulator would book, were such a request ever sent. */
const PROMPT = 'hostile';
const valid = { v: 1, request: testRequest(PROMPT) };
const noVersion = hostileValue.filter((value) => value !== 1);
const noObject = hostileValue.filter((value) => typeof value !== 'object' || value === null || Array.isArray(value));

/** A payload that would be valid but for one thing. */
const damaged = fc.oneof(
  noVersion.map((v) => ({ ...valid, v })),
  noObject.map((request) => ({ ...valid, request })),
  hostileText.map((name) => ({ ...valid, [`x${name}`]: 1 })),
  fc.record({ ...record(valid), generation: hostileText }),
  fc.record({ ...record(valid), priority: fc.constantFrom<unknown>('high', 0, 1.5, 1e9, null, []) }),
  fc.record({ ...record(valid), tenant: fc.constantFrom<unknown>('', 'a b', 7, '../x', {}, null) }),
  fc.record({ ...record(valid), metadata: fc.constantFrom<unknown>({ a: 1 }, [], 'x', { ['x'.repeat(101)]: '' }) }),
  fc.record({ ...record(valid), callBackUrl: fc.constantFrom<unknown>('file:///x', '', 'javascript:1', 7, {}) }),
  noObject.map((input) => ({ v: 1, request: { ...testRequest(PROMPT), input } })),
  fc
    .tuple(
      fc.constantFrom('prompt', 'image_urls', 'sound', 'duration'),
      fc.constantFrom<unknown>({}, [[]], 1e308, null),
    )
    .map(([field, value]) => withInput({ [field]: value })),
  fc.constant(withInput({ prompt: PROMPT.repeat(50_000) })),
);

function record(fixed: { readonly v: number; readonly request: object }) {
  return { v: fc.constant(fixed.v), request: fc.constant(fixed.request) };
}

function withInput(more: object): object {
  const { model, input } = testRequest(PROMPT);
  return { v: 1, request: { model, input: { ...input, ...more } } };
}

const ODD: readonly unknown[] = [0, 1, -1, 1.5, 1e15, 'x', '', null, true, [], {}];
const odd = fc.constantFrom(...ODD);
/** No right ones: a job that keeps few others removes what the test wants to see. */
const oddRule = fc.constantFrom<unknown>(-1, 1.5, 'x', '', null, [], {}, false);
const keep = fc.oneof(oddRule, fc.record({ age: oddRule, count: oddRule }, { requiredKeys: [] }));

/** @param known generations that exist: their jobs' ids, names and data are used */
export function hostileJobs(known: readonly string[]): fc.Arbitrary<HostileJob> {
  const generation = fc.constantFrom(...known, 'gen_0000000000');
  const vehicle = fc.tuple(generation, fc.integer({ min: 1, max: 3 })).map(([id, epoch]) => `${id}-${epoch}`);
  const naming = fc.record(
    { v: fc.constant(1), generation, claim: fc.oneof(hostileText, fc.constant('task_1')) },
    { requiredKeys: ['v', 'generation'] },
  );
  const data = fc.oneof(
    { weight: 3, arbitrary: hostileValue },
    { weight: 4, arbitrary: damaged },
    { weight: 3, arbitrary: naming },
  );
  const options = fc.record(
    {
      jobId: fc.oneof(
        vehicle,
        hostileText.map((text) => `j${text}`),
      ),
      attempts: fc.constantFrom<unknown>(0, 2, 1e9, -1, 'x', null),
      backoff: fc.constantFrom<unknown>(1, { type: 'nobody', delay: 1 }, { type: 'fixed', delay: 1e12 }, 'x', [], null),
      priority: fc.constantFrom<unknown>(1, 2_000_000, 'x', null),
      delay: fc.constantFrom<unknown>(0, 5, 20, 'x', null),
      lifo: odd,
      timestamp: fc.constantFrom<unknown>(1, 1.5, 1e12, -1, 'x', [], null),
      removeOnComplete: keep,
      removeOnFail: keep,
      keepLogs: odd,
      stackTraceLimit: odd,
      deduplication: fc.constantFrom<unknown>({ id: 'x' }, { id: 'x', ttl: 1 }, {}, null),
      telemetry: fc.record({ metadata: odd, omitContext: odd }, { requiredKeys: [] }),
      failParentOnFailure: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    hostileText,
    fc.constantFrom('{"v":1,"request":NaN}', '{', 'null', '[]', '"x"', '7', deepLists(50_000), deepObjects(50_000)),
    fc.constant(JSON.stringify({ ...valid, v: 'x'.repeat(1_000_000) })),
  );
  const fields = fc.record(
    { data: text, opts: text, progress: text, parent: text, stacktrace: text, returnvalue: text, name: hostileText },
    { requiredKeys: [] },
  );
  return fc.record({
    queue: fc.constantFrom('submit', 'submit', 'poll', 'archive', 'notify'),
    name: hostileText,
    data,
    options: fc.oneof(fc.constant({}), options),
    fields: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fields }),
  });
}
