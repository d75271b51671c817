import { watch, type FSWatcher } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** An editor writes a file in several steps. In ms. */
const SETTLE_MS = 100;

/** Watches files in folders, without those below. */
export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  #hasChanged = false;
  #wake: () => void = () => undefined;

  /** Watches these folders too. */
  add(folders: Iterable<string>): void {
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, () => {
        this.#hasChanged = true;
        this.#wake();
      });
      // The folder is gone, and its sources with it.
      watcher.on('error', () => watcher.close());
      this.#watchers.set(folder, watcher);
    }
  }

  /** Resolves shortly after a file has changed since the last call, or at once when the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#hasChanged || signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await sleep(SETTLE_MS, undefined, { signal }).catch(() => undefined);
    this.#hasChanged = false;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
  }
}
