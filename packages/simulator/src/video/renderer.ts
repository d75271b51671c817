import { Worker } from 'node:worker_threads';
import type { RenderReply, RenderRequest } from './render-protocol.ts';

interface Pending {
  readonly resolve: (mp4: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** Nothing can be rendered in this process, now or later. */
export class RenderingUnavailable extends Error {
  override readonly name = 'RenderingUnavailable';
}

/** What `ResultVideos` needs of a renderer. */
export interface VideoRenderer {
  /** @throws RenderingUnavailable */
  render(request: Omit<RenderRequest, 'id'>): Promise<Buffer>;
  close(): Promise<void>;
}

/** Renders on a worker thread, started with the first video; the API stays responsive meanwhile. */
export class Renderer implements VideoRenderer {
  #worker: Worker | undefined;
  readonly #pending = new Map<number, Pending>();
  #next = 1;

  async render(request: Omit<RenderRequest, 'id'>): Promise<Buffer> {
    const id = this.#next;
    this.#next += 1;
    const worker = this.#started();
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage({ ...request, id }, []);
    });
  }

  /** Ends the thread; videos under way are rejected. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#rejectAll(new Error('simulator: stopped while rendering'));
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./render-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', (reply: RenderReply) => this.#settle(reply));
    worker.on('error', (error: Error) => {
      this.#worker = undefined;
      this.#rejectAll(isWorkerMissing(error) ? new RenderingUnavailable(WORKER_MISSING) : error);
    });
    this.#worker = worker;
    return worker;
  }

  #settle(reply: RenderReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ('missing' in reply) pending?.reject(new RenderingUnavailable(reply.missing));
    else if ('error' in reply) pending?.reject(new Error(`simulator: rendering failed: ${reply.error}`));
    else pending?.resolve(Buffer.from(reply.mp4));
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

const WORKER_MISSING =
  'the file of its worker is not next to the simulator, as where a bundler took the simulator over';

function isWorkerMissing(error: Error): boolean {
  return 'code' in error && (error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND');
}
