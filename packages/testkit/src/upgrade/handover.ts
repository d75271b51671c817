import { kieq, type Build } from './build.ts';
import { demand } from './demand.ts';
import type { Place } from './place.ts';

const RUNNING = 6;
const QUEUED = 3;

/**
 * One version takes orders, submits some and leaves others in the queue, and ends; the other one finishes all of them.
 * `kieq` of the other one shows them and opens the gate that was closed.
 */
export async function handOver({ crews, orders, pool, when, ...place }: Place, from: 'old' | 'new'): Promise<void> {
  const [giver, taker] = from === 'old' ? [place.old, place.new] : [place.new, place.old];
  const first = await Promise.all([crews.start(giver, 'worker'), crews.start(giver, 'gateway')]);
  const [, gateway] = first;
  const order = (what: string, count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, (_, i) => orders.place([gateway.url], `${what} ${i} by ${from}`)));
  pool.simulator.script([{ on: 'task', when: { prompt: 'running', times: 'always' }, fault: { kind: 'stuck' } }]);
  const running = await order('running', RUNNING);
  await Promise.all(running.map((id) => when(id, ({ state }) => state === 'generating')));
  await command(giver, pool.env, 'pause');
  const queued = await order('queued', QUEUED);
  await Promise.all(first.map((one) => one.stop()));

  const second = await Promise.all([crews.start(taker, 'worker'), crews.start(taker, 'gateway')]);
  await command(taker, pool.env, 'status');
  await command(taker, pool.env, 'resume');
  pool.simulator.finish({ prompt: 'running' });
  const all = [...running, ...queued];
  await Promise.all(all.map((id) => when(id, ({ state }) => state === 'succeeded')));
  for (const id of all) await command(taker, pool.env, 'show', id);
  await orders.check();
  await Promise.all(second.map((one) => one.stop()));
}

/** @throws Error unless it ends with exit code 0 */
export async function command(build: Build, env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kieq(build, env, ...args);
  demand(code === 0, `kieq ${args.join(' ')} of the ${build.name} version ended with ${code}: ${stderr || stdout}`);
  return stdout;
}
