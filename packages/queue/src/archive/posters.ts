import type { Archive } from '@kieq/archive';
import type { ArchivedFile } from '@kieq/ledger';
import type { Logger } from '@kieq/telemetry';

export interface PosterContext {
  readonly archive: Pick<Archive, 'poster'>;
  readonly logger: Logger;
}

/**
 * Makes the posters of results that are safe. Nothing waits for it, and a failure is no error of the generation: if the
 * worker is killed meanwhile, the videos have no posters. Never rejects.
 */
export async function makePosters({ archive, logger }: PosterContext, files: readonly ArchivedFile[]): Promise<void> {
  for (const { name, contentType } of files) {
    try {
      const outcome = await archive.poster({ name, contentType });
      if (outcome.kind === 'made') logger.debug({ name: outcome.name, bytes: outcome.bytes }, 'made a poster');
      if (outcome.kind === 'failed')
        logger.warn({ video: name, reason: outcome.reason }, 'making a poster failed; the video has none');
    } catch (error) {
      logger.error({ err: error, video: name }, 'making a poster failed');
    }
  }
}
