import { describeRedisUrl, parseRedisUrl, RedisUrlError } from '@kieq/redis';
import { describe, expect, test } from 'vitest';

describe('parseRedisUrl', () => {
  test.each([
    ['redis://localhost', { kind: 'single', tls: false, host: 'localhost', port: 6379, db: 0 }],
    [
      'rediss://me:s%40cret@redis.example:6380/3',
      { kind: 'single', tls: true, host: 'redis.example', port: 6380, db: 3, username: 'me', password: 's@cret' },
    ],
    ['redis://:pw@[::1]:7000', { kind: 'single', tls: false, host: '::1', port: 7000, db: 0, password: 'pw' }],
    [
      'redis+sentinel://:pw@one,two:26380/mymaster/1?sentinelPassword=sp',
      {
        kind: 'sentinel',
        tls: false,
        sentinels: [
          { host: 'one', port: 26379 },
          { host: 'two', port: 26380 },
        ],
        name: 'mymaster',
        db: 1,
        password: 'pw',
        sentinelPassword: 'sp',
      },
    ],
    [
      'rediss+cluster://one:7001,two',
      {
        kind: 'cluster',
        tls: true,
        nodes: [
          { host: 'one', port: 7001 },
          { host: 'two', port: 6379 },
        ],
      },
    ],
  ])('reads %s', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  test.each([
    'http://hunter2@host',
    'redis://:hunter2@host:0',
    'redis://:hunter2@host:99999',
    'redis://:hunter2@host/db',
    'redis://:hunter2/raw@host:6379',
    'redis://:hunter2@one,two',
    'redis://:hunter2%@host',
    'redis://:hunter2@host?family=6',
    'redis+sentinel://:hunter2@host',
    'redis+sentinel://:hunter2@host/name/0/more',
    'redis+sentinel://:hunter2@host/name?password=hunter2',
    'redis+cluster://:hunter2@host/1',
    'hunter2',
  ])('refuses %s without repeating the password', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(RedisUrlError);
    expect(() => parseRedisUrl(url)).toThrow(/^(?!.*hunter2)/s);
    expect(describeRedisUrl(url)).toBe('<not a Redis URL>');
  });
});

describe('describeRedisUrl', () => {
  test.each([
    ['redis://:hunter2@host', 'redis://:***@host:6379'],
    ['rediss://me:hunter2@host:1/2', 'rediss://me:***@host:1/2'],
    ['redis+sentinel://me:hunter2@a,b/main?sentinelPassword=hunter2', 'redis+sentinel://me:***@a:26379,b:26379/main'],
    ['redis+cluster://:hunter2@a:1,[::1]:2', 'redis+cluster://:***@a:1,[::1]:2'],
    ['redis://:a@b:hunter2@host', 'redis://:***@host:6379'],
    ['redis://host', 'redis://host:6379'],
  ])('hides the password of %s', (url, description) => {
    expect(describeRedisUrl(url)).toBe(description);
  });
});
