import { describe, expect, inject, it } from 'vitest';
import { VERSION } from '@kieq/domain';
import { closedPort } from '../../../../packages/testkit/test/support/http-server.ts';
import { commandLines, runCli } from '../support.ts';

const COMMANDS = commandLines().map(({ path }) => path);
/** Each becomes a process, which prints its log. */
const PROCESSES = ['start', 'demo', 'worker', 'gateway', 'dashboard', 'simulator'];

describe('help', () => {
  it.each(COMMANDS)('of %s has an example', async (command) => {
    const { code, stdout, stderr } = await runCli([...command.split(' '), '--help'], {});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: kieq ${command}`);
    expect(stdout).toContain(`  $ kieq ${command}`);
    expect(stdout.includes('--json')).toBe(!PROCESSES.includes(command));
  });

  it('of the program names commands and exit codes', async () => {
    const { code, stdout } = await runCli(['--help'], {});
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes: 0 ok; 1 defect; 2 bad usage');
    expect(COMMANDS.length).toBeGreaterThan(20);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command.split(' ')[0]} `, 'm'));
  });

  it('and the version need no usable environment', async () => {
    const env = { KIE_API_KEY_FILE: '/no/such/file' };
    expect(await runCli(['--version'], env)).toMatchObject({ code: 0, stdout: `${VERSION}\n` });
    expect((await runCli(['status', '--help'], env)).code).toBe(0);
    expect((await runCli(['status'], env)).stderr).toContain('KIE_API_KEY_FILE');
  });

  it.each([[[]], [['dlq']], [['no-such-command']], [['status', 'too-much']], [['show']]])(
    'ends with 2 after %j',
    async (argv) => {
      const { code, stdout, stderr } = await runCli(argv, {});
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).not.toBe('');
    },
  );
});

it.each(PROCESSES)('%s says where it is, where the command line was built alone', async (command) => {
  const { code, stdout, stderr } = await runCli([command], {});
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`kieq ${command} is a part of the npm package kieq`);
});

it('prints the schema of a submit job without any environment', async () => {
  const { code, json, stdout } = await runCli(['schema', '--json'], {});
  expect(code).toBe(0);
  expect(json).toMatchObject({ type: 'object', properties: { v: { const: 1 }, request: {} } });
  expect((await runCli(['schema'], {})).stdout).toBe(stdout);
});

describe('environment', () => {
  it('needs REDIS_URL', async () => {
    const { code, stderr } = await runCli(['status'], {});
    expect(code).toBe(2);
    expect(stderr).toContain('REDIS_URL is required');
  });

  // @guarantee G7
  it('refuses a wrong prefix and an unreadable URL, and shows no password', async () => {
    expect((await runCli(['status'], { REDIS_URL: inject('redisUrl'), KIEQ_PREFIX: 'kieq' })).code).toBe(2);
    const { code, stderr } = await runCli(['status'], { REDIS_URL: 'redis://user:geheim@host:port' });
    expect(code).toBe(2);
    expect(stderr).not.toContain('geheim');
  });
});

describe('Redis away', () => {
  it.each([
    ['status'],
    ['list'],
    ['dlq', 'ls'],
    ['pause'],
    ['config', 'get'],
    ['enqueue', '--prompt', 'x', '--image-url', 'https://example.com/a.jpg'],
  ])('ends %s %s with 5, quickly', async (...argv) => {
    const startedAt = performance.now();
    const port = await closedPort();
    const { code, json, stderr } = await runCli([...argv, '--json'], {
      REDIS_URL: `redis://:geheim@127.0.0.1:${port}`,
    });
    expect(code).toBe(5);
    expect(json).toMatchObject({ error: { code: 'unavailable', exitCode: 5 } });
    expect(stderr).toMatch(/^kieq: .*is not available: .*\n$/);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).not.toContain('geheim');
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('ends with 5 where it wants another login', async () => {
    const url = new URL(inject('redisUrl'));
    url.username = 'nobody-knows-this-user';
    url.password = 'wrong-password';
    const { code, stderr } = await runCli(['status'], { REDIS_URL: url.href, KIEQ_PREFIX: '{kieq-test-cli-login}' });
    expect(code).toBe(5);
    expect(stderr).not.toContain('wrong-password');
  });
});
