import type { Archive } from '@kieq/archive';
import type { ArchivedFile } from '@kieq/ledger';
import type { Logger } from '@kieq/telemetry';

export interface PosterContext {
  readonly archive: Pick<Archive, 'poster'>;
  readonly logger: Logger;
}

/**
 * Makes the posters of results that are safe. Nobody waits for it, and whatever becomes of it is no error of the
 * generation: a worker that is killed meanwhile leaves it without posters for good. Never rejects.
 */
export async function makePosters({ archive, logger }: PosterContext, files: readonly ArchivedFile[]): Promise<void> {
  for (const { name, contentType } of files) {
    try {
      const outcome = await archive.poster({ name, contentType });
      if (outcome.kind === 'made') logger.debug({ name: outcome.name, bytes: outcome.bytes }, 'a poster was made');
      if (outcome.kind === 'failed') logger.warn({ video: name, reason: outcome.reason }, 'a video has no poster');
    } catch (error) {
      logger.error({ err: error, video: name }, 'making a poster failed');
    }
  }
}
