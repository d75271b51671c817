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
  /** Evidence, or the reason that an operator gave. */
  detail: z.string().optional(),
  /** When it opens automatically (timed). */
  untilAt: z.number().optional(),
  /** When the next balance probe or canary is due. */
  nextAt: z.number().optional(),
  intervalMs: z.number().optional(),
  need: z.number().optional(),
  balanceAtRefusal: z.number().optional(),
});

/** A closed gate, for status and dashboards. */
export type Gate = z.infer<typeof gateSchema> & { readonly reason: OrNewer<GateReason> };

/** Whether this version may open the gate automatically: it knows its reason and its mode. */
export function isOwnGate({ reason, mode }: Pick<Gate, 'reason' | 'mode'>): boolean {
  return isKnown(GATE_REASONS, reason) && isKnown(GATE_MODES, mode);
}

export function createGates(redis: Redis | Cluster, root: string, scripts: ScriptRunner) {
  const gate = (args: ScriptArgs['gate']) => scripts.run('gate', args);
  return {
    /** The closed gates; with an empty list only the window and the in-flight cap limit submissions. */
    async closed(): Promise<Gate[]> {
      const [hash, [seconds]] = await Promise.all([redis.hgetall(`${root}gates`), redis.time()]);
      const gates = Object.entries(hash).map(([reason, json]) => ({
        reason: readWord(GATE_REASONS, reason),
        ...gateSchema.parse(JSON.parse(json)),
      }));
      // Only the next admission removes a timed gate that is over; a gate of a newer version stays.
      return gates.filter(
        (one) => !isOwnGate(one) || one.untilAt === undefined || one.untilAt > Number(seconds) * 1000,
      );
    },
    /** Stops all submissions until `open('paused')`. */
    pause: (detail: string) => gate({ action: 'close', reason: 'paused', detail }),
    /** Opens a gate by hand, whatever closed it; if its cause persists, the next refusal closes it again. */
    open: (reason: OrNewer<GateReason>) => gate({ action: 'open', reason }),
    /** True for the one worker that should ask Kie for the balance now. */
    async claimProbe(): Promise<boolean> {
      return (await gate({ action: 'claim_probe' })).kind === 'claimed';
    },
    /** Records the balance that the probe read; opens the gate where it covers the refused request. */
    probeResult: (balance: number) => gate({ action: 'probe_result', balance }),
    /** True for one worker of the pool in `everyMs`: it should ask Kie for the balance, for status and metrics. */
    async claimBalance(everyMs: number): Promise<boolean> {
      return (await gate({ action: 'claim_balance', everyMs })).kind === 'claimed';
    },
    /** Records the balance that Kie reported; opens no gate. */
    noteBalance: (balance: number) => gate({ action: 'note_balance', balance }),
  };
}
export type Gates = ReturnType<typeof createGates>;
