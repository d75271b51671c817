import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../../testkit/src/tcp-proxy.ts';
import { SCRIPT_NAMES, type ScriptName } from '../../src/contract/index.ts';
import { ClockedRedis } from '../model/clocked-redis.ts';
import { dump } from '../model/dump.ts';
import { recordedLedger } from '../model/recorded-ledger.ts';
import { answersOf } from '../model/repeats/answers.ts';
import { ANSWER_TIMES, DIFFERENCES, differingKeys, KEY_TIMES } from '../model/repeats/differences.ts';
import { ARCHIVING } from '../model/repeats/archiving.ts';
import { ENDING } from '../model/repeats/ending.ts';
import { FLEET } from '../model/repeats/fleet.ts';
import { FOLLOWING } from '../model/repeats/following.ts';
import { LIMITS, type Cases } from '../model/repeats/stage.ts';
import { SUBMITTING } from '../model/repeats/submitting.ts';
import { often, poolOn } from './fixture.ts';
import { privateRedis } from '../../../local-redis/test/private-redis.ts';

const CASES: Readonly<Record<ScriptName, Cases>> = { ...SUBMITTING, ...FOLLOWING, ...ENDING, ...ARCHIVING, ...FLEET };
const ALL = SCRIPT_NAMES.flatMap((name) =>
  Object.entries(CASES[name]).map(([what, prepare]) => ({ name, what, prepare })),
);
const LATER_MS = 50;

const server = await privateRedis();
let redis: ClockedRedis;
beforeAll(async () => {
  redis = new ClockedRedis(server.url);
});
afterAll(async () => {
  redis.disconnect();
});

let opened = 0;
async function openStage(on = redis) {
  const prefix = `{repeats-${(opened += 1)}}`;
  const { ledger, last, send } = recordedLedger(on, prefix);
  await ledger.settings.overwrite(LIMITS);
  const pass = (ms: number): void => void (on.nowMs += ms);
  return { stage: { pool: poolOn(on, prefix, ledger), pass }, last, send, keys: () => dump(on, ledger.root) };
}

function withoutTimes(reply: object): object {
  return Object.fromEntries(Object.entries(reply).filter(([field]) => !ANSWER_TIMES.includes(field)));
}

describe('a script that the Redis client sends twice', () => {
  // @guarantee G1
  test.each(ALL)('$name, $what: the same answer, the same keys', async ({ name, what, prepare }) => {
    const { stage, last, send, keys } = await openStage();
    const call = await prepare(stage);
    await call();
    const first = last();
    const [kind = ''] = what.split(':');
    expect(first).toMatchObject({ name, reply: { kind } });
    const afterFirst = await keys();

    // At once: to the last byte, but for what is documented.
    const difference = DIFFERENCES[`${name} ${what}`];
    const second = await send(first);
    expect(second).toEqual({ ...first.reply, ...difference?.answer(first.reply) });
    const afterSecond = await keys();
    expect(difference?.keys ?? []).toEqual(expect.arrayContaining(differingKeys(afterFirst, afterSecond)));

    // After a while, as the answer got lost with its connection: but for times.
    stage.pass(LATER_MS);
    const third = await send(first);
    expect(withoutTimes(third)).toEqual(withoutTimes({ ...second, ...difference?.answer(second) }));
    const moved = differingKeys(afterSecond, await keys());
    expect([...(difference?.keys ?? []), ...(KEY_TIMES[name] ?? [])]).toEqual(expect.arrayContaining(moved));
  });
});

describe('the cases above', () => {
  // @guarantee G1
  test.each(SCRIPT_NAMES)('have every answer of %s', (name) => {
    const answers = Object.keys(CASES[name]).map((what) => what.split(':')[0]);
    expect(new Set(answers)).toEqual(new Set(answersOf(name)));
  });

  test('are of every Lua file', async () => {
    const files = await readdir(new URL('../../lua', import.meta.url));
    const names = files.filter((file) => file.endsWith('.lua')).map((file) => file.slice(0, -'.lua'.length));
    expect(names.toSorted()).toEqual(SCRIPT_NAMES.toSorted());
  });
});

describe('a connection that is cut between a script and its answer', () => {
  let proxy: TcpProxy;
  let cutRedis: ClockedRedis;
  beforeAll(async () => {
    const { hostname, port } = new URL(server.url);
    proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    cutRedis = new ClockedRedis(`redis://127.0.0.1:${proxy.port}`);
  });
  afterAll(async () => {
    cutRedis.disconnect();
    await proxy.close();
  });

  const scriptsRun = async (): Promise<number> =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);

  // @guarantee G1
  test.each(SCRIPT_NAMES)('makes the client send %s twice, and the caller hears one answer', async (name) => {
    const [[what, prepare]] = Object.entries(CASES[name]) as [[string, Cases[string]]];
    // The server knows the script from now on.
    await (
      await prepare((await openStage(cutRedis)).stage)
    )();
    const { stage, last } = await openStage(cutRedis);
    const call = await prepare(stage);
    const before = await scriptsRun();
    proxy.holdAnswersTo('evalsha');
    const answered = call();
    await expect.poll(scriptsRun, often).toBe(before + 1);
    proxy.cut();
    proxy.flow();
    await answered;
    expect(await scriptsRun()).toBe(before + 2);
    const reply = { kind: what.split(':')[0], callbacksSeen: 1 };
    expect(last().reply['kind']).toBe({ ...reply, ...DIFFERENCES[`${name} ${what}`]?.answer(reply) }.kind);
  });
});
