import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyedGenerationId, uploadName, uploadUrl, type UploadRef } from '@kieq/domain';
import type { GenerationRecord } from '@kieq/ledger';
import type { FaultRule } from '@kieq/simulator';
import { testRequest, until } from '@kieq/testkit';
import type { Phase, StrikeKind } from './arms.ts';
import type { Reception } from './caller-side.ts';
import { GATEWAY_KEY, type Fleet } from './fleet.ts';
import { strike } from './strike.ts';

/** Long enough for a fleet of which half is frozen, on a busy machine. */
const STEP_MS = 90_000;
const LOOK_MS = 60;
/** A person who insists comes back this often, and goes home after ten minutes. */
const INSIST_EVERY_MS = 400;
const INSIST_MS = 600_000;
/** When nobody will come to an arm any more: jobs that were superseded still end, and the sweeper still looks. */
const OVER_MS = 60_000;
const OVER_LOOK_MS = 250;
const LINGER_MS = 1500;

/** One generation of a scenario, and what its driver can do with it. */
export class Subject {
  readonly fleet: Fleet;
  readonly key: string;
  readonly id: string;
  readonly prompt: string;
  /** The id of its record: its own, unless it is about a job that never becomes a generation. */
  record: string;
  /** More generations that its scenario made. */
  readonly others: Subject[] = [];
  /** Points at which its scenario strikes by itself. */
  readonly firstPoints: string[] = [];

  constructor(fleet: Fleet, key: string) {
    this.fleet = fleet;
    this.key = key;
    this.id = keyedGenerationId('default', key);
    this.record = this.id;
    // No prompt may be a part of another one: the simulator's faults go by that.
    this.prompt = `<${key}>`;
  }

  another(name: string): Subject {
    const other = new Subject(this.fleet, `${this.key}-${name}`);
    this.others.push(other);
    return other;
  }

  script(...rules: readonly FaultRule[]): void {
    const own = rules.map((rule) => ({ ...rule, when: { ...rule.when, prompt: this.prompt } }));
    this.fleet.pool.simulator.script(own);
  }

  request(more: Record<string, unknown> = {}): ReturnType<typeof testRequest> {
    const { model, input } = testRequest(this.prompt);
    return { model, input: { ...input, ...more } };
  }

  callBackUrl(reception: Reception = 'takes'): string {
    return this.fleet.callers.url(reception, this.key);
  }

  async enqueue(options: { reception?: Reception; images?: string[]; delayMs?: number; deadlineMs?: number } = {}) {
    const { reception, images, ...more } = options;
    const request = this.request(images === undefined ? {} : { image_urls: images });
    const callBackUrl = this.callBackUrl(reception);
    await this.fleet.pool.producer.enqueue(request, { idempotencyKey: this.key, callBackUrl, ...more });
  }

  /** The data of a job by which another BullMQ client asks for it. */
  rawJob(prompt = this.prompt): object {
    return { v: 1, request: testRequest(prompt), idempotencyKey: this.key, callBackUrl: this.callBackUrl() };
  }

  /** The record, once it is so; a strike may have brought it elsewhere, so that it never will be. */
  when(is: (record: GenerationRecord) => boolean): Promise<GenerationRecord> {
    const { read } = this.fleet.pool.ledger;
    return until(
      () => read.generation(this.id),
      (record) => is(record),
      STEP_MS,
      LOOK_MS,
    );
  }

  /** Does it again and again until the generation has ended and its caller is told: a strike may undo it, or come first. */
  async insist(act: (record: GenerationRecord) => Promise<void>): Promise<void> {
    const endsAt = performance.now() + INSIST_MS;
    for (let record = await this.now(); performance.now() < endsAt; record = await this.now()) {
      if (record !== undefined && isOver(record)) return;
      if (record !== undefined) await act(record);
      await sleep(INSIST_EVERY_MS);
    }
  }

  /** Resolves when it has ended and its caller is told, and was given a little more time; or when `withinMs` have passed. */
  async over(withinMs = OVER_MS): Promise<void> {
    const { read } = this.fleet.pool.ledger;
    await until(() => read.generation(this.record), isOver, withinMs, OVER_LOOK_MS).catch(() => undefined);
    await sleep(LINGER_MS);
  }

  /** Changes fields of the record behind everybody's back: old records are made, not waited for. */
  async age(fields: Readonly<Record<string, string | number>>): Promise<void> {
    const { ledger, redis } = this.fleet.pool;
    await redis.client.hset(`${ledger.root}gen:${this.id}`, { ...fields });
  }

  /** Puts an image into the store of uploads; the address stands in the request. */
  async upload(isThere = true): Promise<string> {
    const ref: UploadRef = { tenant: 'default', sha256: '0'.repeat(64), copy: randomUUID(), extension: 'png' };
    if (isThere) await this.fleet.uploads.put(uploadName(ref), PNG, 'image/png');
    return uploadUrl(ref);
  }

  /** The record as it is. */
  now(): Promise<GenerationRecord | undefined> {
    return this.fleet.pool.ledger.read.generation(this.id);
  }

  async pause(): Promise<void> {
    await sleep(LOOK_MS);
  }

  /** Resolves when a POST for it has arrived at Kie, or nobody waits for it any more. */
  async posted(): Promise<void> {
    const { ledger } = this.fleet.pool.simulator;
    const isIn = (): boolean => ledger.submissions().some(({ prompt }) => prompt === this.prompt);
    await until(isIn, Boolean, STEP_MS, LOOK_MS).catch(() => undefined);
  }

  /** Lays an arm that is not the event's own, for what has to happen before it. */
  strikeFirst(point: string, phase: Phase, kind: StrikeKind, thaw?: () => Promise<unknown>): void {
    this.firstPoints.push(point);
    this.strikeIfPassed(point, phase, kind, thaw);
  }

  /** The same at a point by which not every generation comes. */
  strikeIfPassed(point: string, phase: Phase, kind: StrikeKind, thaw?: () => Promise<unknown>): void {
    const struck = strike(this.fleet, {
      generation: this.id,
      point,
      phase,
      kind,
      ...(thaw === undefined ? {} : { thaw }),
      over: sleep(STEP_MS, undefined, { ref: false }),
    });
    // Nobody asks what became of the job that it held.
    void struck.then(({ recovery }) => recovery).catch(() => undefined);
  }

  /** Asks the gateway; gives the status. */
  ask(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    return this.post(`${this.fleet.gatewayUrl}${path}`, body, { authorization: `Bearer ${GATEWAY_KEY}`, ...headers });
  }

  /** The status, 0 where whoever was asked gave no answer. */
  post(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    return fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(STEP_MS),
    }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
  }
}

function isOver({ state, delivery, purgedAt }: GenerationRecord): boolean {
  if (purgedAt !== undefined) return true;
  const hasEnded = state === 'succeeded' || state === 'failed' || state === 'dead';
  return hasEnded && delivery?.state !== 'pending';
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
