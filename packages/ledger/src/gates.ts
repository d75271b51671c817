import { GATE_MODES, GATE_REASONS, isKnown, readWord, type GateReason, type OrNewer } from '@kieq/domain';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import { wordOf } from './fields.ts';
import type { ScriptArgs } from './contract/index.ts';
import type { ScriptRunner } from './scripts.ts';

const gateSchema = z.object({
  /** Epoch ms since when it is closed. */
  since: z.number(),
  mode: wordOf(GATE_MODES),
  /** POSTs refused since then. */
  refusals: z.number(),
  /** Evidence, or what a person gave as the reason. */
  detail: z.string().optional(),
  /** When it opens by itself (timed). */
  untilAt: z.number().optional(),
  /** When the next balance probe or canary is due. */
  nextAt: z.number().optional(),
  intervalMs: z.number().optional(),
  need: z.number().optional(),
  balanceAtRefusal: z.number().optional(),
});

/** A closed gate, for status and dashboards. */
export type Gate = z.infer<typeof gateSchema> & { readonly reason: OrNewer<GateReason> };

/** Whether this version may open the gate by itself: it knows what closed it, and how it opens. */
export function isOwnGate({ reason, mode }: Pick<Gate, 'reason' | 'mode'>): boolean {
  return isKnown(GATE_REASONS, reason) && isKnown(GATE_MODES, mode);
}

export function createGates(redis: Redis | Cluster, root: string, scripts: ScriptRunner) {
  const gate = (args: ScriptArgs['gate']) => scripts.run('gate', args);
  return {
    /** The closed gates; an empty list means that nothing stops submissions but window and in-flight cap. */
    async closed(): Promise<Gate[]> {
      const [hash, [seconds]] = await Promise.all([redis.hgetall(`${root}gates`), redis.time()]);
      const gates = Object.entries(hash).map(([reason, json]) => ({
        reason: readWord(GATE_REASONS, reason),
        ...gateSchema.parse(JSON.parse(json)),
      }));
      // A timed gate that is over is removed by the next admission only; a newer version's by none of ours.
      return gates.filter(
        (one) => !isOwnGate(one) || one.untilAt === undefined || one.untilAt > Number(seconds) * 1000,
      );
    },
    /** Stops all submissions until `open('paused')`. */
    pause: (detail: string) => gate({ action: 'close', reason: 'paused', detail }),
    /** Opens a gate by hand, whatever closed it; if its cause stands, the next refusal closes it again. */
    open: (reason: OrNewer<GateReason>) => gate({ action: 'open', reason }),
    /** True for the one worker that should ask Kie for the balance now. */
    async claimProbe(): Promise<boolean> {
      return (await gate({ action: 'claim_probe' })).kind === 'claimed';
    },
    /** Tells the ledger the balance that the probe saw; opens the gate where it covers the refused request. */
    probeResult: (balance: number) => gate({ action: 'probe_result', balance }),
    /** True for one worker of the pool in `everyMs`: it should ask Kie for the balance, so that people can see it. */
    async claimBalance(everyMs: number): Promise<boolean> {
      return (await gate({ action: 'claim_balance', everyMs })).kind === 'claimed';
    },
    /** The balance as Kie told it; opens nothing. */
    noteBalance: (balance: number) => gate({ action: 'note_balance', balance }),
  };
}
export type Gates = ReturnType<typeof createGates>;
