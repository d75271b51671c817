import { expect, inject } from 'vitest';
import { startPool } from '../../src/index.ts';

const pool = await startPool({ redisUrl: inject('redisUrl'), name: 'cats', workers: 2 });
pool.simulator.script([{ on: 'createTask', fault: { kind: 'cutAfter' } }]);
const [id = ''] = await pool.enqueue('a cat');
await pool.recordWhen(id, ({ state }) => state === 'unknown');
expect(pool.simulator.ledger.chargesByPrompt().get('a cat')).toBe(1);
await pool.stop();
