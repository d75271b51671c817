import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * What a struck process needs in order to name its points: the scripts by the hash under which Redis knows them, and which
 * lines of a bundle come from which module. The driver writes it once, so that no process reads a source map of megabytes.
 */
const atlas = z.object({
  scripts: z.record(z.string(), z.string()),
  /** By the address of the bundle: the first line of each stretch, and its module, from the root of the repository. */
  modules: z.record(z.string(), z.array(z.tuple([z.int(), z.string()]))),
});
export type Atlas = z.infer<typeof atlas>;
export function readAtlas(path: string): Atlas {
  return atlas.parse(JSON.parse(readFileSync(path, 'utf8')));
}

export function shaOf(script: string | Uint8Array): string {
  return createHash('sha1').update(script).digest('hex');
}
