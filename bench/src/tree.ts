import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { createProducer, Producer } from '@kieq/producer';
import { checkOut, startMain, versionOf, type AppProcess } from '@kieq/testkit';
import { z } from 'zod';

const HERE = fileURLToPath(new URL('../..', import.meta.url));

/** A built version of kieq. */
export interface Tree {
  /** Such as `0.2.0 (111bb25)`. */
  readonly name: string;
  /** Its worker as in production, with its unread log lines. */
  startWorker(env: Readonly<Record<string, string>>): Promise<AppProcess>;
  openProducer(options: { readonly redis: string; readonly prefix: string }): Promise<Producer>;
  /** Removes what was brought here for it. */
  remove(): Promise<void>;
}

const producerModule = z.object({
  createProducer: z.custom<typeof createProducer>((value) => typeof value === 'function', 'is no function'),
});

/** The tree that this bench is part of, as it is built at the moment. */
export async function thisTree(): Promise<Tree> {
  return treeAt(HERE, `this tree (${await versionOf(HERE)})`, () => Promise.resolve());
}

/**
 * @param place a revision, which is brought into a temporary folder and built there, or a folder with a tree that is
 * built already
 * @throws Error when the revision is unknown, or does not install or build
 */
export async function otherTree(place: string): Promise<Tree> {
  const isFolder = await stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) {
    const root = resolve(place);
    return treeAt(root, `${await versionOf(root)} in a folder`, () => Promise.resolve());
  }
  const checkout = await checkOut(place, (text) => process.stderr.write(`${text}\n`));
  return treeAt(checkout.root, checkout.version, () => checkout.remove());
}

function treeAt(root: string, name: string, remove: () => Promise<void>): Tree {
  const worker = join(root, 'apps/worker/dist/main.js');
  const producer = pathToFileURL(join(root, 'packages/producer/dist/index.js')).href;
  return {
    name,
    startWorker: (env) => startMain(`worker of ${name}`, worker, { cwd: root, env }, { forward: () => undefined }),
    async openProducer(options) {
      const module: unknown = await import(producer);
      return producerModule.parse({ ...Object(module) }).createProducer(options);
    },
    remove,
  };
}
