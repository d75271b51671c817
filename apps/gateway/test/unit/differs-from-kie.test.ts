import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const ROOT = new URL('../../../../', import.meta.url);
const DOCUMENT = 'docs/http-api.md';
const GATEWAY = 'apps/gateway/test/integration';
const POOL = 'packages/testkit/test/integration';

const KIE_API = `${GATEWAY}/kie-api`;
const WHOLE = 'a request goes through the queue and ends as the document says';
const NOT_YET = 'until then it shows as waiting, with the fields of the end empty';

/** The test that holds each row of the table "What differs from Kie": its file, and its name. */
const TESTS: Readonly<Record<string, readonly [file: string, name: string]>> = {
  '`createTask` responds': [KIE_API, 'Kie refusing for rate and credit is no concern of the caller'],
  '`taskId`, `recordId`': [KIE_API, WHOLE],
  'HTTP status of an error': [`${GATEWAY}/kie200`, '%s has status 200, and the same code and text as elsewhere'],
  'an invalid request': [KIE_API, 'problems are reported with field, rule and value, all together'],
  states: [KIE_API, NOT_YET],
  '`progress`': [KIE_API, NOT_YET],
  '`resultJson` of a failure': ['packages/queue/test/unit/caller-record', 'what newer clients of Kie read'],
  '`createTime`, `costTime`': [KIE_API, WHOLE],
  'repeating a call': [`${GATEWAY}/kie-idempotency`, 'the same key and body make one task'],
  'wrong key or address filter of the *Kie* account': [`${POOL}/gates`, 'bad key: only canaries are sent meanwhile'],
  'Redis unavailable': [`${GATEWAY}/redis-away`, 'is 503 with Retry-After in both envelopes'],
  'rate limit': [`${GATEWAY}/rate-limit`, 'more than the limit is 429 in the envelope of the API'],
  callbacks: [`${POOL}/deliveries`, 'reports a success as Kie does, signed in both ways'],
  '`callBackUrl`': [KIE_API, 'a callback address of this network is refused unless allowed'],
  '`progressCallBackUrl`': [KIE_API, 'what has no effect is named in a header, and never passed on'],
  hosts: [`${GATEWAY}/kie-uploads`, 'what is refused is kept nowhere'],
  'uploaded images': [`${GATEWAY}/kie-uploads`, 'the three upload endpoints answer as those of Kie'],
  '`downloadUrl`': [
    `${GATEWAY}/kie-upload-links`,
    'that was forged, is of another tenant, has expired or lost its file',
  ],
  '`download-url`': [`${GATEWAY}/kie-download-url`, 'a link of Kie leads to the link that recordInfo has'],
};

async function rows(): Promise<string[]> {
  const text = await readFile(new URL(DOCUMENT, ROOT), 'utf8');
  const [, table = ''] = /### What differs from Kie\n\n([\s\S]*?)\n\n/.exec(text) ?? [];
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.split(' | ')[0]?.replace(/^\| /, '') ?? '');
}

test('every difference from Kie that the documents name is held by a test', async () => {
  expect((await rows()).toSorted()).toEqual(Object.keys(TESTS).toSorted());
});

test.each(Object.entries(TESTS))('%s', async (_row, [file, name]) => {
  const text = await readFile(new URL(`${file}.test.ts`, ROOT), 'utf8');
  expect(text).toContain(name);
});
