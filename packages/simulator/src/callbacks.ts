import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { pause, type Clock } from './clock.ts';
import { drawRange } from './distribution.ts';
import type { Emitter } from './events.ts';
import type { CallbackFault } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatorOptions } from './configuration.ts';
import { post } from './post.ts';
import type { Streams } from './random.ts';
import { type RecordData, recordOf } from './record.ts';
import { signCallback } from './signature.ts';
import type { LiveTask, Tasks } from './tasks.ts';

/** The longest that an early callback delays the answer of createTask, ms. */
const EARLY_WAIT_MS = 2000;

interface Message {
  readonly task: LiveTask;
  /** The id in the body and under the signature. */
  readonly taskId: string;
  readonly data: RecordData;
  readonly genuine: boolean;
  readonly badSignature: boolean;
}

/** What callbacks need to know of the simulator. */
interface CallbackSource {
  readonly options: SimulatorOptions;
  readonly random: Streams;
  /** Where links to results point. */
  readonly origin: string;
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly tasks: Tasks;
}

/** Sends callbacks: true, repeated, late, lost or forged. */
export class Callbacks {
  readonly #core: CallbackSource;
  #abort = newAbort();

  constructor(core: CallbackSource) {
    this.#core = core;
  }

  /** To be called when a task with a callback address has been created. */
  created(task: LiveTask): void {
    if (task.callbackFault?.kind === 'forged') void this.#forge(task, task.callbackFault);
  }

  /** Ends the task and delivers its callback, before its createTask is answered. */
  async early(task: LiveTask): Promise<void> {
    this.#core.tasks.finish(task);
    await Promise.race([this.#deliver(this.#truth(task)), pause(EARLY_WAIT_MS)]);
  }

  /** To be called when a task has ended. */
  settled(task: LiveTask): void {
    if (task.request.callBackUrl === undefined) return;
    const fault = task.callbackFault;
    if (fault?.kind === 'early' || fault?.kind === 'lost') return;
    const { callback } = this.#core.options;
    if (this.#core.random.callbacks() < callback.lostRate) return;
    const wait = fault?.kind === 'late' ? fault.ms : drawRange(callback.delayMs, this.#core.random.callbacks);
    const copies = callback.duplicates + (fault?.kind === 'duplicated' ? fault.copies : 0);
    void this.#later(wait, () => this.#truth(task), copies);
  }

  /** Gives up everything that is under way. */
  cancel(): void {
    this.#abort.abort();
    this.#abort = newAbort();
  }

  async #later(wait: number, message: () => Message, copies: number): Promise<void> {
    const { signal } = this.#abort;
    await pause(wait);
    for (let copy = 0; copy <= copies && !signal.aborted; copy += 1) {
      await this.#deliver(message());
    }
  }

  async #forge(task: LiveTask, fault: Extract<CallbackFault, { kind: 'forged' }>): Promise<void> {
    await this.#later(fault.afterMs, () => this.#lie(task, fault.variant), 0);
  }

  #truth(task: LiveTask): Message {
    const core = this.#core;
    const data = recordOf(task, core.options, core.origin, core.clock.now());
    return { task, taskId: task.taskId, data, genuine: true, badSignature: false };
  }

  /** A success that has not happened, with a link that is not Kie's. */
  #lie(task: LiveTask, variant: 'signature' | 'taskId' | 'body'): Message {
    const taskId = variant === 'taskId' ? randomUUID().replaceAll('-', '') : task.taskId;
    const data: RecordData = {
      ...this.#truth(task).data,
      taskId,
      state: 'success',
      resultJson: JSON.stringify({ resultUrls: ['https://forged.invalid/video.mp4'] }),
      completeTime: this.#core.clock.now(),
    };
    return { task, taskId, data, genuine: false, badSignature: variant === 'signature' };
  }

  async #deliver(message: Message): Promise<void> {
    const { signal } = this.#abort;
    const { retries, retryDelayMs } = this.#core.options.callback;
    for (let attempt = 1; attempt <= retries + 1 && !signal.aborted; attempt += 1) {
      const status = await this.#send(message, attempt, signal);
      if (status !== undefined && status >= 200 && status < 300) return;
      if (attempt <= retries) await pause(retryDelayMs * 2 ** (attempt - 1));
    }
  }

  async #send(message: Message, attempt: number, signal: AbortSignal): Promise<number | undefined> {
    const { task } = message;
    const url = task.request.callBackUrl ?? '';
    if (!/^https?:\/\//iu.test(url) || !URL.canParse(url)) return undefined;
    const sentAtMs = this.#core.clock.now();
    task.callbacksSent += 1;
    const status = await post({
      url: new URL(url),
      headers: this.#headers(message, sentAtMs),
      body: JSON.stringify(bodyOf(message)),
      timeoutMs: this.#core.options.callback.timeoutMs,
      signal,
    });
    if (signal.aborted) return undefined;
    const { taskId } = task;
    const entry = { taskId, url, sentAtMs, genuine: message.genuine, status, attempt };
    this.#core.ledger.enterCallback(entry);
    this.#core.events.emit('callback', entry);
    return status;
  }

  #headers(message: Message, nowMs: number): Record<string, string> {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'user-agent': 'kie-simulator',
    };
    const key = this.#core.options.webhookKey;
    if (key === null) return headers;
    const timestamp = Math.floor(nowMs / 1000);
    const signed = signCallback(message.taskId, timestamp, message.badSignature ? `${key}!` : key);
    headers['x-webhook-timestamp'] = String(timestamp);
    headers['x-webhook-signature'] = signed;
    return headers;
  }
}

/** Every callback under way listens to it; that is no leak. */
function newAbort(): AbortController {
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  return abort;
}

function bodyOf({ data, task }: Message): { code: number; msg: string; data: RecordData } {
  if (data.state === 'success') return { code: 200, msg: 'success', data };
  return { code: 501, msg: task.failMsg ?? 'Generation failed', data };
}
