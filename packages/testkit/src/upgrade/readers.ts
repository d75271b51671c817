import { until } from '../until.ts';
import type { Build } from './build.ts';
import type { Crews, Member } from './crews.ts';
import { demand } from './demand.ts';
import { command } from './handover.ts';

/** Rounds of the sweeper after which it has seen everything. */
const ROUNDS = 3;

/** The older version's processes, as they are after a step back. */
export interface Watchers {
  readonly worker: Member;
  readonly gateway: Member;
  readonly dashboard: Member;
}

export async function startWatchers(crews: Crews, build: Build): Promise<Watchers> {
  const [worker, gateway, dashboard] = await Promise.all([
    crews.start(build, 'worker'),
    crews.start(build, 'gateway'),
    crews.start(build, 'dashboard'),
  ]);
  return { worker, gateway, dashboard };
}

export async function stopWatchers({ worker, gateway, dashboard }: Watchers): Promise<void> {
  await Promise.all([worker.stop(), gateway.stop(), dashboard.stop()]);
}

/** Every page, command and metric of a version reads the pool as it is, whatever the other one wrote into it. */
export async function readEverything(
  { worker, gateway, dashboard }: Watchers,
  env: Readonly<Record<string, string>>,
  ids: readonly string[],
): Promise<void> {
  const { build } = worker;
  await sweep(worker);
  for (const args of [['status'], ['list'], ['dlq', 'ls'], ['stats']]) {
    await command(build, env, ...args);
    await command(build, env, ...args, '--json');
  }
  for (const id of ids) await command(build, env, 'show', id);
  await page(`${gateway.url()}/readyz`);
  await page(`${gateway.url()}/metrics`);
  await page(`${gateway.url()}/v1/generations?limit=100`);
  await page(`${gateway.url()}/v1/dead-letters?limit=100`);
  await page(`${dashboard.url()}/api/overview`);
  for (const id of ids) {
    await page(`${gateway.url()}/v1/generations/${id}`);
    await page(`${gateway.url()}/api/v1/jobs/recordInfo?taskId=${id}`);
    await page(`${dashboard.url()}/api/generations/${id}`);
  }
  const metrics = await page(`${worker.url()}/metrics`);
  demand(valueOf(metrics, 'kieq_pool_readable') === 1, 'the worker cannot read the pool');
  const defects = valueOf(metrics, 'kieq_defects_total');
  demand(defects === 0, `the worker counts ${defects} defects`);
  demand(valueOf(metrics, 'kieq_sweeper_rounds_total', 'outcome="failed"') === 0, 'rounds of the sweeper failed');
}

/** Waits for some whole rounds of the sweeper from now on. */
async function sweep(worker: Member): Promise<void> {
  const led = async (): Promise<number> =>
    valueOf(await page(`${worker.url()}/metrics`), 'kieq_sweeper_rounds_total', 'outcome="led"');
  const before = await led();
  await until(led, (rounds) => rounds >= before + ROUNDS, 60_000, 100);
}

/** @throws Error unless it answers 200 */
async function page(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  demand(response.status === 200, `${url} answered ${response.status}: ${text.slice(0, 500)}`);
  return text;
}

/** The sum of a metric's series whose labels have the text. */
export function valueOf(metrics: string, name: string, labels = ''): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const values = lines.filter((line) => line.includes(labels)).map((line) => Number(line.split(' ').at(-1)));
  return values.reduce((sum, value) => sum + value, 0);
}
