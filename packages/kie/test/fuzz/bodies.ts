import * as fc from 'fast-check';
import { deepLists, deepObjects, hostileValue } from '../../../testkit/test/fuzz/json.ts';
import { hostileText, runOf } from '../../../testkit/test/fuzz/text.ts';
import { API_KEY } from '../unit/fixtures.ts';

/** The secret of an attempt, as Kie gives it back in the callback address. */
export const TOKEN = 'token-0123456789abcdef';
/** The task that the test asks for. */
export const TASK = 't1';

const CALLBACK = `https://q.example/callbacks/kie/gen_0123456789/${TOKEN}`;
/** JavaScript's own recursion ends at a few thousand levels, and an answer of 1 MiB has room for half a million. */
const LEVELS = 20_000;

const secretText = fc.constantFrom(API_KEY, `Bearer ${API_KEY}`, CALLBACK, `see ${CALLBACK}?x=${API_KEY}`);
/** Runs of texts that the redaction searches, in which a careless pattern searches for hours. */
const longText = fc
  .tuple(
    fc.constantFrom('\\', '/', '%25', ':', 'Bearer ', '//a', '/callbacks/kie/', `/callbacks/kie/${'\\'.repeat(400)}`),
    fc.integer({ min: 1000, max: 120_000 }),
  )
  .map(([character, length]) => runOf(character, length));
const text = fc.oneof(
  { weight: 6, arbitrary: hostileText },
  { weight: 3, arbitrary: secretText },
  { weight: 1, arbitrary: longText },
);

const code = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom<unknown>(200, 400, 401, 402, 404, 408, 422, 429, 433, 451, 455, 500, 501, 505),
  },
  { weight: 2, arbitrary: fc.constantFrom<unknown>('200', '429', ' 429', 429.5, -1, 1e300, 599, 777) },
  { weight: 1, arbitrary: hostileValue },
);

const value = fc.oneof({ weight: 3, arbitrary: hostileValue }, { weight: 1, arbitrary: text });
function usually(usual: unknown): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: value });
}
const record = fc.record(
  {
    taskId: usually(TASK),
    task_id: value,
    state: fc.oneof(fc.constantFrom<unknown>('success', 'fail', 'waiting'), value),
    param: usually(JSON.stringify({ model: 'm', callBackUrl: CALLBACK, input: '{}' })),
    resultJson: usually('{"resultUrls":["https://a.example/1.mp4"]}'),
    failCode: value,
    failMsg: value,
    creditsConsumed: value,
    createTime: value,
    completeTime: value,
    downloadUrl: usually('https://a.example/1.png'),
  },
  { requiredKeys: [] },
);
const data = fc.oneof({ weight: 3, arbitrary: record }, { weight: 1, arbitrary: value });
const envelope = fc.record({ code, msg: text, data }, { requiredKeys: ['code'] }).map((one) => JSON.stringify(one));

/** Too deep for a recursive walk. */
const deep = fc
  .tuple(
    fc.constantFrom(200, 429, 500),
    fc.constantFrom('data', 'resultJson', 'input', 'failMsg'),
    fc.constantFrom(deepLists(LEVELS), deepObjects(LEVELS)),
  )
  .map(([said, place, nested]) => {
    if (place === 'data') return `{"code":${said},"data":${nested}}`;
    const inner = place === 'input' ? `"param":{"model":"m","input":${nested}}` : `"${place}":${nested}`;
    return `{"code":${said},"data":{"taskId":"${TASK}","state":"success",${inner}}}`;
  });

/** What a server may say that is not Kie, or not well. */
export const bodies: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: envelope },
  { weight: 1, arbitrary: envelope.map((one) => `\uFEFF${one}`) },
  { weight: 2, arbitrary: text },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: text.map((one) => `<html><body>${one}</body></html>`) },
  { weight: 2, arbitrary: deep },
);
