import { createHash } from 'node:crypto';
import type { Task } from '../records.ts';
import { firstImage, type UploadHost } from '../uploaded-images.ts';
import { MOTION_COUNT } from './render-protocol.ts';
import { RenderingUnavailable, type VideoRenderer } from './renderer.ts';
import { shippedVideo } from './shipped.ts';
import { tinyVideo } from './tiny.ts';

/** Rendered videos that are kept; the oldest go first. */
const KEPT = 64;

/**
 * The result files: rendered at the first download, kept per image and camera move. Where nothing can be rendered they
 * are one video that is a part of the package.
 */
export class ResultVideos {
  readonly #renderer: VideoRenderer;
  readonly #onUnavailable: (reason: string) => void;
  readonly #cache = new Map<string, Promise<Buffer>>();
  #unavailable: string | null = null;

  /** @param onUnavailable is called once, at the first result that could not be rendered */
  constructor(renderer: VideoRenderer, onUnavailable: (reason: string) => void) {
    this.#renderer = renderer;
    this.#onUnavailable = onUnavailable;
  }

  /** Why results are not rendered; null where they are, and before the first one. */
  get unavailable(): string | null {
    return this.#unavailable;
  }

  async of(host: UploadHost, task: Task): Promise<Buffer> {
    const { results, video } = host.options;
    if (results === 'tiny') return tinyVideo;
    if (this.#unavailable !== null) return shippedVideo;
    const image = firstImage(host, task.request.input);
    const motion = digest(task.prompt).readUInt32BE(0) % MOTION_COUNT;
    const picture = image === undefined ? 'gradient' : digest(image).toString('hex');
    const key = [picture, motion, video.seconds, video.fps, video.maxSide].join(' ');
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const rendering = this.#renderer
      .render({ image: image ?? null, motion, ...video })
      .catch((error: unknown) => this.#instead(error));
    this.#keep(key, rendering);
    return rendering;
  }

  async close(): Promise<void> {
    await this.#renderer.close();
  }

  #instead(error: unknown): Buffer {
    if (!(error instanceof RenderingUnavailable)) throw error;
    if (this.#unavailable === null) this.#onUnavailable(error.message);
    this.#unavailable = error.message;
    return shippedVideo;
  }

  #keep(key: string, rendering: Promise<Buffer>): void {
    this.#cache.set(key, rendering);
    // A failure rejects the downloads that wait for it; the next download tries again.
    rendering.catch(() => this.#cache.delete(key));
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > KEPT && oldest !== undefined) this.#cache.delete(oldest);
  }
}

function digest(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
