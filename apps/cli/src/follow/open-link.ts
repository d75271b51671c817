import { Readable } from 'node:stream';
import { createOutbound } from '@kieq/outbound';
import { CliError, EXIT } from '../exit.ts';

/** A person waits for it. */
const HEAD_MS = 30_000;
const STALL_MS = 60_000;
/** For gigabytes over a slow line. */
const TOTAL_MS = 24 * 3_600_000;

/** How untrusted addresses are called. */
export interface Outward {
  /** `KIEQ_ALLOW_PRIVATE_URLS`. */
  readonly allowPrivate: boolean;
  /** `KIEQ_OUTBOUND_PROXY`. */
  readonly proxy?: string | undefined;
}

/**
 * Opens a link of Kie to a result. It comes from outside, so it is checked like a caller's, and so is each redirect.
 * @throws CliError `refused` for an address that must not be fetched, `unavailable` without a good answer
 */
export async function openLink(link: string, outward: Outward, signal: AbortSignal): Promise<Readable> {
  const limits = { headMs: HEAD_MS, stallMs: STALL_MS, totalMs: TOTAL_MS };
  const answer = await createOutbound(outward).get({ url: link, ...limits, signal });
  switch (answer.kind) {
    case 'open':
      return Readable.from(answer.body);
    case 'refused':
      throw new CliError(EXIT.refused, `the link to the result ${answer.reason}: ${link}`);
    case 'failed':
      throw new CliError(EXIT.unavailable, `the link to the result does not answer: ${answer.transport}`);
    case 'answered':
      throw new CliError(
        EXIT.unavailable,
        `the link to the result answered ${answer.status}; Kie's links die within a day: ${link}`,
      );
  }
}
