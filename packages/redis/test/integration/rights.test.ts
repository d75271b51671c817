import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

import {
  aclRules,
  closeConnection,
  createConnection,
  missingRights,
  waitUntilReady,
  type RedisClient,
} from '../../src/index.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const server = await privateRedis();
let admin: RedisClient;
beforeAll(async () => {
  admin = createConnection({ url: server.url, role: 'worker' });
  await waitUntilReady(admin);
});
afterAll(async () => {
  await closeConnection(admin);
});

/** What a user with these rules lacks. */
async function lacks(rules: string): ReturnType<typeof missingRights> {
  await admin.call('ACL', 'SETUSER', 'kieq', 'reset', 'on', '>secret', ...rules.split(' '));
  const client = createConnection({ url: server.url.replace('redis://', 'redis://kieq:secret@'), role: 'worker' });
  try {
    await waitUntilReady(client);
    return await missingRights(client, '{kieq}');
  } finally {
    await closeConnection(client);
  }
}

test('the documented rules are enough', async () => {
  expect(await lacks(aclRules('{kieq}'))).toEqual([]);
});

test.each([
  ['-xadd', 'XADD'],
  ['-bzpopmin', 'BZPOPMIN'],
  ['-client|list', 'CLIENT LIST'],
  ['-evalsha', 'EVALSHA'],
])('%s is named', async (rule, command) => {
  expect(await lacks(`${aclRules('{kieq}')} ${rule}`)).toEqual([
    { command, reason: expect.stringContaining('no permissions to run') },
  ]);
});

test('keys of another pool are named as what they are', async () => {
  const missing = await lacks(aclRules('{other}'));
  expect(missing?.length).toBeGreaterThan(30);
  expect(missing?.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining([expect.stringContaining("'{kieq}:rights' key")]),
  );
});

test('a user that must not ask is not accused', async () => {
  expect(await lacks(`${aclRules('{kieq}')} -acl`)).toBeUndefined();
});

test('the rules refuse what empties, stops or reconfigures a server', async () => {
  await lacks(aclRules('{kieq}'));
  const refused = async (...words: string[]): Promise<string> =>
    String(await admin.call('ACL', 'DRYRUN', 'kieq', ...words));
  const all = [
    ['FLUSHALL'],
    ['KEYS', '*'],
    ['SHUTDOWN'],
    ['CONFIG', 'SET', 'save', ''],
    ['ACL', 'LIST'],
    ['DEBUG', 'SLEEP', '1'],
    ['GET', 'foreign'],
  ];
  for (const words of all) expect(await refused(...words), words.join(' ')).toMatch(/no permissions/);
});

test.each(['docker-compose.yml', 'deploy/kubernetes/overlays/example/users.acl', 'docs/operations/redis.md'])(
  'they stand in %s',
  async (path) => {
    expect(await readFile(join(ROOT, path), 'utf8')).toContain(aclRules('{kieq}'));
  },
);
