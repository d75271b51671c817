import { inspectServer, parseServerInfo } from '@kieq/redis';
import { describe, expect, test } from 'vitest';

const info = (...lines: string[]): string => ['# Server', ...lines, ''].join('\r\n');

describe('parseServerInfo', () => {
  test('reads Redis', () => {
    const text = info(
      'redis_version:7.0.15',
      'executable:/usr/bin/redis:server',
      'maxmemory_policy:noeviction',
      'aof_enabled:1',
    );
    expect(parseServerInfo(text)).toEqual({
      flavour: 'redis',
      version: '7.0.15',
      maxmemoryPolicy: 'noeviction',
      aofEnabled: true,
    });
  });

  test('reads Valkey, which also reports a Redis version', () => {
    const text = info('redis_version:7.2.4', 'server_name:valkey', 'valkey_version:8.1.1', 'aof_enabled:0');
    expect(parseServerInfo(text)).toEqual({
      flavour: 'valkey',
      version: '8.1.1',
      maxmemoryPolicy: undefined,
      aofEnabled: false,
    });
  });

  test('refuses a text without a version', () => {
    expect(() => parseServerInfo('nothing of the kind')).toThrow(/redis_version/);
  });
});

describe('inspectServer', () => {
  const good = { flavour: 'redis', version: '7.0.0', maxmemoryPolicy: 'noeviction', aofEnabled: true } as const;
  const codes = (facts: Parameters<typeof inspectServer>[0]): string[] =>
    inspectServer(facts).problems.map(({ code }) => code);

  test('accepts the floor', () => {
    expect(inspectServer(good)).toEqual({ problems: [], warnings: [] });
    expect(codes({ ...good, flavour: 'valkey', version: '7.2.0' })).toEqual([]);
    expect(codes({ ...good, version: '10.0.0' })).toEqual([]);
  });

  test.each([
    ['redis', '6.2.14'],
    ['redis', '6.10.0'],
    ['valkey', '7.1.9'],
    ['redis', 'unknown'],
  ] as const)('refuses %s %s', (flavour, version) => {
    const [problem] = inspectServer({ ...good, flavour, version }).problems;
    expect(problem).toMatchObject({ code: 'server_version', received: version });
  });

  test('reports all problems of an old, evicting server together', () => {
    expect(codes({ ...good, version: '6.0.16', maxmemoryPolicy: 'volatile-lru' })).toEqual([
      'server_version',
      'maxmemory_policy',
    ]);
  });

  test('warns when AOF is off or the policy cannot be read', () => {
    const { problems, warnings } = inspectServer({ ...good, maxmemoryPolicy: undefined, aofEnabled: false });
    expect(problems).toEqual([]);
    expect(warnings.map(({ code }) => code)).toEqual(['maxmemory_policy_unknown', 'aof_off']);
  });
});
