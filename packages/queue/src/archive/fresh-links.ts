import { randomUUID } from 'node:crypto';
import { KieError } from '@kieq/kie';
import type { GenerationRecord } from '@kieq/ledger';
import type { FreshLinkDeps } from './archive-deps.ts';
import { queryPermits } from '../poll/query-permits.ts';

/**
 * Other links to a result whose own link is dead, the cheapest to get first: Kie's temporary link to the same file,
 * then the current link from recordInfo, then a temporary link to that one. Each is requested only when it is needed.
 */
export async function* freshLinks(
  context: FreshLinkDeps,
  record: GenerationRecord,
  n: number,
  url: string,
): AsyncGenerator<string> {
  yield* temporaryLink(context, url);
  const current = await currentLink(context, record, n);
  if (current === undefined || current === url) return;
  yield current;
  yield* temporaryLink(context, current);
}

async function* temporaryLink({ kie, deadline, logger }: FreshLinkDeps, url: string): AsyncGenerator<string> {
  try {
    yield await kie.downloadUrl(url, { signal: deadline });
  } catch (error) {
    if (!(error instanceof KieError)) throw error;
    logger.warn({ evidence: error.evidence }, 'Kie returned no temporary link to a result');
  }
}

async function currentLink(
  context: FreshLinkDeps,
  { taskId, vehicle }: GenerationRecord,
  n: number,
): Promise<string | undefined> {
  if (taskId === undefined) return undefined;
  const { ledger, kie, settings, deadline: signal } = context;
  const name = `${vehicle}:${randomUUID()}`;
  const permits = queryPermits({ ledger, name, timeoutMs: settings.queryTimeoutMs, signal });
  try {
    const answer = await kie.recordInfo(taskId, { permit: permits.next, signal });
    return answer.kind === 'verdict' ? answer.verdict.resultUrls[n - 1] : undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    await permits.release();
  }
}
