import { randomBytes } from 'node:crypto';
import { createKieClient, type KieClient } from '@kieq/kie';
import { startReceiver, type Receiver } from '../receiver.ts';
import { PAID_CHECKS } from './clip-checks.ts';
import { ESTIMATE, makeClip } from './clip.ts';
import { findingOf, withoutRun, type Check, type Finding } from './finding.ts';
import { FREE_CHECKS } from './free-checks.ts';
import { NOT_CHECKABLE } from './not-checkable.ts';
import type { VerifyOptions } from './options.ts';
import { REFUSED_CHECKS } from './refused-checks.ts';
import { openWire, type Wire } from './wire.ts';

/** How the run waits; a test shortens it. */
export interface Pace {
  /** Between two queries of the clip, ms. Default 10 s. */
  readonly pollMs: number;
  /** Longest wait for the end of the clip, ms. Default 40 min. */
  readonly limitMs: number;
  /** Longest wait for the callback after the end, ms. Default 60 s. */
  readonly callbackMs: number;
}

const PACE: Pace = { pollMs: 10_000, limitMs: 2_400_000, callbackMs: 60_000 };

export interface Verification {
  readonly startedAt: string;
  readonly findings: readonly Finding[];
  /** Credits; undefined where the balance cannot be read. */
  readonly balance: { readonly before: number | undefined; readonly after: number | undefined };
}

interface Session {
  readonly options: VerifyOptions;
  readonly kie: KieClient;
  readonly wire: Wire;
  readonly images: readonly [Buffer, Buffer];
  readonly run: string;
  readonly pace: Pace;
  readonly say: (text: string) => void;
}

/** Every id that a check of docs/kie/facts.md has. */
export const CHECKED: readonly string[] = [...FREE_CHECKS, ...REFUSED_CHECKS, ...PAID_CHECKS].map(({ id }) => id);

/**
 * Checks the facts at the service: the free ones first, then with one paid clip what only a clip shows.
 * @param images an image that Kie accepts, and another one of the same type
 */
export async function verifyKie(
  options: VerifyOptions,
  images: readonly [Buffer, Buffer],
  say: (text: string) => void,
  pace: Pace = PACE,
): Promise<Verification> {
  const { apiKey, baseUrl, uploadUrl } = options;
  const kie = createKieClient({ apiKey, baseUrl, uploadUrl });
  const run = `kieq-verify-${randomBytes(6).toString('hex')}`;
  const session: Session = { options, kie, wire: openWire(options), images, run, pace, say };
  const startedAt = new Date().toISOString();
  try {
    const before = await balanceOf(kie);
    const free = await all(FREE_CHECKS, session, say);
    const refusal = refusalToPay(options.maxCredits, before);
    const paid =
      refusal === undefined ? await paying(session) : withoutRun([...REFUSED_CHECKS, ...PAID_CHECKS], refusal);
    const others = Object.entries(NOT_CHECKABLE).map(([id, seen]): Finding => ({
      id,
      expected: '',
      verdict: 'not checked',
      seen,
    }));
    return { startedAt, findings: [...free, ...paid, ...others], balance: { before, after: await balanceOf(kie) } };
  } finally {
    await kie.close();
  }
}

/** Why no request that could cost credits is made. */
function refusalToPay(maxCredits: number, balance: number | undefined): string | undefined {
  if (ESTIMATE === undefined) return 'the price of the clip is not known';
  if (maxCredits < ESTIMATE) return `the clip costs about ${ESTIMATE} credits, and --max-credits is ${maxCredits}`;
  if (balance === undefined) return 'the balance cannot be read';
  return balance < ESTIMATE ? `the clip costs about ${ESTIMATE} credits, and the balance is ${balance}` : undefined;
}

async function paying(session: Session): Promise<Finding[]> {
  const { kie, wire, images, options, say, run, pace } = session;
  const refused = await all(REFUSED_CHECKS, session, say);
  const wrong = refused.find(({ seen }) => seen.startsWith('ACCEPTED'));
  if (wrong !== undefined) return [...refused, ...withoutRun(PAID_CHECKS, `${wrong.id} may have cost credits already`)];
  const receiver = await receiverOf(options);
  const { publicUrl, webhookKey } = options;
  try {
    const clip = await makeClip({ kie, wire, image: images[0], run, receiver, publicUrl, say, ...pace });
    const context = { clip, wire, downloadUrl: (url: string) => kie.downloadUrl(url), webhookKey };
    return [...refused, ...(await all(PAID_CHECKS, context, say))];
  } catch (error) {
    return [...refused, ...withoutRun(PAID_CHECKS, error instanceof Error ? error.message : String(error))];
  } finally {
    await receiver?.stop();
  }
}

async function receiverOf({ publicUrl, listen }: VerifyOptions): Promise<Receiver | undefined> {
  if (publicUrl === undefined) return undefined;
  const answer = JSON.stringify({ code: 200, msg: 'success' });
  return startReceiver((response) => response.setHeader('content-type', 'application/json').end(answer), {
    port: listen,
  });
}

async function all<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  say: (text: string) => void,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  // One after the other: the account's limits are for its other programs.
  for (const check of checks) {
    const finding = await findingOf(check, context);
    say(`${finding.verdict}: ${finding.id}`);
    findings.push(finding);
  }
  return findings;
}

async function balanceOf(kie: KieClient): Promise<number | undefined> {
  return kie.credits().catch(() => undefined);
}
