import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const words = z.array(z.string());
const domain = z.object({ DEAD_LETTER_CLASSES: words, GATE_REASONS: words });

/** The words of a built version, by its own lists: whatever else it meets was written by another one. */
export async function wordsOf(
  root: string,
): Promise<{ readonly classes: readonly string[]; readonly gates: readonly string[] }> {
  const module: unknown = await import(pathToFileURL(join(root, 'packages/domain/dist/index.js')).href);
  const { DEAD_LETTER_CLASSES: classes, GATE_REASONS: gates } = domain.parse({ ...Object(module) });
  return { classes, gates };
}
