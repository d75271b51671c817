import type { Redis } from 'ioredis';
import { createLedger } from '../../src/index.ts';

declare const redis: Redis;
declare const id: string, tokenHash: string, vehicle: string, account: string, worker: string, taskId: string;
declare const latencyMs: number;

const ledger = createLedger({ redis, prefix: '{kieq}' });

const admitted = await ledger.admit({
  id,
  tokenHash,
  vehicle,
  account,
  worker,
  sendBeforeMs: 5_000,
  leaseGraceMs: 5_000,
  uploadFreshMs: 72_000_000,
});
if (admitted.kind === 'admitted') {
  // The intent is in Redis: only now may one POST leave.
  await ledger.accept({
    id,
    tokenHash,
    taskId,
    latencyMs,
    adopted: false,
    pollDelayMs: 10_000,
    vehicleCheckMs: 120_000,
  });
}
