import { ENVIRONMENT } from '@kieq/config';
import { openQueues } from '@kieq/queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SETTING_KEYS } from '../../src/setting-keys.ts';
import { generating, queued } from '../generations.ts';
import { runCli, testPool, type TestPool } from '../support.ts';

let pool: TestPool;
beforeEach(async () => {
  pool = await testPool('cli-changing');
});
afterEach(() => pool.cleanup());

describe('cancel', () => {
  it('cancels what is queued, also twice', async () => {
    const id = await queued(pool.ledger);
    expect((await pool.run(['cancel', id, '--json'])).json).toEqual({ id, state: 'cancelled' });
    expect((await pool.run(['cancel', id])).code).toBe(0);
    expect((await pool.ledger.read.generation(id))?.state).toBe('cancelled');
  });

  it('has its caller told', async () => {
    const id = await queued(pool.ledger, { callBackUrl: 'https://caller.example/hook' });
    await pool.run(['cancel', id]);
    const { delivery } = (await pool.ledger.read.generation(id)) ?? {};
    const queues = openQueues(pool.redis.client, pool.redis.prefix);
    expect((await queues.notify.getJobs()).map((job) => job.id)).toEqual([delivery?.vehicle]);
    await queues.close();
    expect((await pool.run(['show', id])).stdout).toMatch(/callback +due now/);
  });

  it('is too late afterwards', async () => {
    const id = await generating(pool.ledger, 'task-1');
    const { code, stderr } = await pool.run(['cancel', id]);
    expect(code).toBe(4);
    expect(stderr).toContain(`${id} is generating: only a queued generation can be cancelled`);
    expect((await pool.run(['cancel', 'gen_0000000000'])).code).toBe(3);
  });
});

describe('pause and resume', () => {
  it('closes the gate with its reason and opens it', async () => {
    expect((await pool.run(['pause', '--reason', 'prices', '--json'])).json).toEqual({
      gate: 'paused',
      closed: true,
      reason: 'prices',
    });
    expect(await pool.ledger.gates.closed()).toMatchObject([{ reason: 'paused', detail: 'prices' }]);
    const resumed = await pool.run(['resume', '--json']);
    expect(resumed).toMatchObject({ code: 0, stderr: '', json: { gate: 'paused', opened: true, stillClosed: [] } });
    expect(await pool.ledger.gates.closed()).toEqual([]);
    expect((await pool.run(['resume'])).stdout).toBe('the gate paused was not closed\n');
  });

  it('opens any other gate with a warning, and names what stays closed', async () => {
    await pool.ledger.gates.pause('prices');
    await pool.redis.client.hset(
      `${pool.ledger.root}gates`,
      'maintenance',
      JSON.stringify({ since: Date.now(), mode: 'canary', refusals: 1, nextAt: 0, intervalMs: 1, capMs: 1 }),
    );
    const { code, stderr } = await pool.run(['resume', 'maintenance']);
    expect(code).toBe(0);
    expect(stderr).toContain('Warning: maintenance was not closed by hand');
    expect(stderr).toContain('Still closed: paused');
    expect((await pool.run(['resume', 'no-such-gate'])).code).toBe(2);
  });
});

describe('config', () => {
  it('gets what is stored', async () => {
    const { json } = await pool.run(['config', 'get', '--json']);
    expect(json).toEqual(await pool.ledger.settings.stored());
    expect((await pool.run(['config', 'get'])).stdout).toMatch(/^submitLimit +20$/m);
  });

  it('sets one valid value, as the environment would be read', async () => {
    const { code, json } = await pool.run(['config', 'set', 'submitLimit', '040', '--json']);
    expect({ code, json }).toEqual({ code: 0, json: { setting: 'submitLimit', stored: '20', value: '40' } });
    await pool.run(['config', 'set', 'intentDurability', 'replica:2']);
    await pool.run(['config', 'set', 'baseUrl', 'https://kie.example.com/']);
    expect(await pool.ledger.settings.stored()).toMatchObject({
      submitLimit: '40',
      intentDurability: 'replica:2',
      baseUrl: 'https://kie.example.com',
      maxInFlight: '600',
    });
  });

  it.each([
    ['submitLimit', '0', 'submitLimit must be a whole number from 1 to 10000; received "0"'],
    ['submitLimit', '1e3', 'must be a whole number'],
    ['submitLimit', '', 'must not be empty'],
    ['onUnknown', 'pay', 'must be one of hold, pay-again'],
    ['intentDurability', 'replica:0', 'must be none, replica'],
    ['baseUrl', 'ftp://kie', 'must be an http or https URL'],
    ['submitlimit', '20', 'there is no setting submitlimit; there are baseUrl, submitLimit'],
    ['accountFingerprint', '0123456789abcdef', 'follows from KIE_API_KEY'],
  ])('refuses to set %s to "%s"', async (setting, value, reason) => {
    const before = await pool.ledger.settings.stored();
    const { code, stderr } = await pool.run(['config', 'set', setting, value]);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
    expect(await pool.ledger.settings.stored()).toEqual(before);
  });

  it('sets nothing in a pool that was never set up: the prefix may be mistyped', async () => {
    await pool.redis.client.del(`${pool.ledger.root}config`);
    expect((await pool.run(['config', 'set', 'submitLimit', '40'])).code).toBe(4);
    expect(await pool.ledger.settings.stored()).toEqual({});
    expect((await pool.run(['config', 'get'])).stdout).toContain('has no settings yet');
  });

  it('applies the environment after it has shown the differences and heard a yes', async () => {
    const env = { ...pool.env, KIEQ_SUBMIT_LIMIT: '40', KIE_API_KEY: 'another-account-0815' };
    const unasked = await runCli(['config', 'apply', '--json'], env);
    expect(unasked.code).toBe(4);
    expect(unasked.json).toMatchObject({
      applied: false,
      differences: [{ setting: 'accountFingerprint' }, { setting: 'submitLimit', stored: '20', received: '40' }],
    });
    expect((await runCli(['config', 'apply'], env, { typed: 'no\n' })).code).toBe(4);
    expect(await pool.ledger.settings.stored()).toMatchObject({ submitLimit: '20' });
    const asked = await runCli(['config', 'apply'], env, { typed: 'yes\n' });
    expect(asked.code).toBe(0);
    expect(asked.stdout).toMatch(/submitLimit +20 +40/);
    expect(asked.stderr).toContain('another Kie account');
    expect(asked.stdout + asked.stderr).not.toContain('another-account-0815');
    expect(await pool.ledger.settings.stored()).toMatchObject({ submitLimit: '40' });
    expect(await runCli(['config', 'apply', '--json'], env)).toMatchObject({
      code: 0,
      json: { applied: false, differences: [] },
    });
  });

  it('applies to a new pool with --yes, and needs the whole environment', async () => {
    await pool.redis.client.del(`${pool.ledger.root}config`);
    expect((await pool.run(['config', 'apply', '--yes', '--json'])).json).toMatchObject({ applied: true });
    expect(Object.keys(await pool.ledger.settings.stored())).toHaveLength(18);
    const { code, stderr } = await runCli(['config', 'apply', '--yes'], {
      ...pool.env,
      KIE_API_KEY: '',
      KIEQ_SUBMIT_LIMIT: 'many',
    });
    expect(code).toBe(2);
    expect(stderr).toContain('KIE_API_KEY is required');
    expect(stderr).toContain('KIEQ_SUBMIT_LIMIT must be');
  });

  it('knows a key for every setting of the pool', () => {
    const ofPool = ENVIRONMENT.filter(({ group }) => group === 'pool').map(({ key }) => key);
    expect(Object.values(SETTING_KEYS).toSorted()).toEqual([...ofPool, 'KIE_BASE_URL'].toSorted());
  });
});
