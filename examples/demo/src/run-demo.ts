import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENDED_STATES } from '@kieq/domain';
import { describeRedisUrl } from '@kieq/redis';
import { createGeneration, readGenerations, readPhotographs, type View } from './gateway.ts';
import type { Places } from './places.ts';
import { Progress } from './progress.ts';
import { wantedVideos } from './requests.ts';
import { clearVideos, Saver, type Saved } from './save.ts';
import { DEMO_WEBHOOK_SECRET } from './simulated.ts';
import { startStack, type Stack } from './stack.ts';
import { table } from './table.ts';

export interface DemoOptions {
  readonly places: Places;
  /** Leave everything up after the table until the signal. */
  readonly keep: boolean;
  /** Largest number of videos. */
  readonly most: number;
  readonly signal: AbortSignal;
}

/** A demo that takes longer has failed. */
const TIME_LIMIT_MS = 110_000;
const LOOK_EVERY_MS = 250;

interface Named {
  readonly name: string;
  readonly id: string;
}

/** @throws Error with the reason when a generation has no video */
export async function runDemo({ places, keep, most, signal }: DemoOptions): Promise<void> {
  say(
    'kieq demo: photographs to videos over HTTP, a gateway, two workers, a simulated Kie at 20 submissions per 10 s\n',
  );
  const stack = await startStack(places);
  const over = AbortSignal.any([signal, stack.broken]);
  try {
    say(addresses(stack));
    await produce(stack, places, most, over);
    if (keep) await stayUp(stack, places, over);
  } catch (error) {
    // An error after an app has exited, or after Ctrl-C, is a consequence of that.
    over.throwIfAborted();
    throw error;
  } finally {
    await stack.stop();
  }
}

async function produce(stack: Stack, places: Places, most: number, signal: AbortSignal): Promise<void> {
  const photographs = await readPhotographs(places.images);
  const possible = wantedVideos(photographs);
  const wanted = possible.slice(0, most);
  const startedMs = performance.now();
  const named = await Promise.all(
    wanted.map(async (video): Promise<Named> => ({
      name: video.name,
      id: await createGeneration(stack.gatewayUrl, video),
    })),
  );
  const tookMs = Math.round(performance.now() - startedMs);
  say(`created ${named.length} generations from ${photographs.length} photographs in ${tookMs} ms\n`);
  const names = possible.map(({ name }) => name);
  await clearVideos(places.videos, names);
  const saver = new Saver(places.videos);
  const views = await follow(stack.gatewayUrl, named, saver, signal);
  report(views, await saver.all(), places.videos);
}

async function follow(gatewayUrl: string, named: readonly Named[], saver: Saver, signal: AbortSignal): Promise<View[]> {
  const progress = new Progress();
  const ids = named.map(({ id }) => id);
  const endsAt = performance.now() + TIME_LIMIT_MS;
  try {
    for (;;) {
      signal.throwIfAborted();
      const views = await readGenerations(gatewayUrl, ids);
      progress.show(views);
      views.forEach((view, i) => saver.consider(view, named[i]?.name ?? ''));
      if (views.every(({ state }) => ENDED_STATES.some((ended) => ended === state))) return views;
      if (performance.now() > endsAt) throw new Error(`not finished after ${TIME_LIMIT_MS / 1000} s`);
      await sleep(LOOK_EVERY_MS);
    }
  } finally {
    progress.end();
  }
}

function report(views: readonly View[], saved: ReadonlyMap<string, Saved>, folder: string): void {
  const rows = views.map((view) => rowOf(view, saved.get(view.id)));
  say(`\n${table(['generation', 'state', 'polls', 'seconds', 'file'], rows)}\n`);
  const reasons = views.flatMap((view) => reasonsOf(view, saved.get(view.id)));
  if (reasons.length > 0)
    throw new Error(`${reasons.length} of ${views.length} generations have no video:\n${reasons.join('\n')}`);
  const credits = views.reduce((sum, { creditsConsumed }) => sum + (creditsConsumed ?? 0), 0);
  say(`${views.length} videos in ${relative(process.cwd(), folder) || '.'}, ${credits} credits, each paid once\n`);
}

function rowOf({ id, state, polls, createdAt, endedAt }: View, saved: Saved | undefined): string[] {
  const seconds = endedAt === undefined ? '' : ((endedAt - createdAt) / 1000).toFixed(1);
  return [id, state, String(polls), seconds, saved !== undefined && 'file' in saved ? saved.file : ''];
}

/** Why there is no video; nothing when there is one. */
function reasonsOf({ id, state, failMsg, deadLetter }: View, saved: Saved | undefined): string[] {
  if (state !== 'succeeded')
    return [
      [`${id} ${state}:`, state === 'dead' ? deadLetter?.summary : failMsg]
        .filter((part) => part !== undefined)
        .join(' '),
    ];
  return saved !== undefined && 'problem' in saved ? [`${id} ${saved.problem}`] : [];
}

async function stayUp(stack: Stack, places: Places, over: AbortSignal): Promise<void> {
  say(`\nEverything keeps running; Ctrl-C stops it.\n${addresses(stack)}${webhookHint(places)}`);
  await new Promise<void>((resolve) => {
    if (over.aborted) resolve();
    over.addEventListener('abort', () => resolve(), { once: true });
  });
  if (over.reason === stack.broken.reason) over.throwIfAborted();
}

/** The demo's own processes may call this machine, which those of a real pool refuse. */
function webhookHint({ receiver }: Places): string {
  if (receiver === undefined) return '';
  return `\nA webhook on this machine: WEBHOOK_SECRET=${DEMO_WEBHOOK_SECRET} node ${receiver},\nand "callBackUrl": "http://127.0.0.1:9000/" in a request.\n`;
}

function addresses(stack: Stack): string {
  const lines = [
    ['gateway', `${stack.gatewayUrl}/docs`],
    ['dashboard', stack.dashboardUrl],
    ['simulated Kie', stack.kieUrl],
    ...stack.workerUrls.map((url, i) => [`worker ${i + 1}`, `${url}/metrics`]),
    ['Redis', `${describeRedisUrl(stack.redisUrl)} (${stack.redisSource}), prefix ${stack.prefix}`],
  ];
  return `${lines.map(([what = '', where = '']) => `  ${what.padEnd(14)}${where}`).join('\n')}\n`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
