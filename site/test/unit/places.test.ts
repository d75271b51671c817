import { describe, expect, test } from 'vitest';
import { resolverFor, type Repository, type Wanted } from '../../src/places.ts';
import { addressOf } from '../../src/source-pages.ts';

const PAGES = ['README.md', 'docs/operations.md', 'docs/operations/redis.md', 'packages/client/README.md'];
const FILES = new Set(['docs/img/a.svg', 'docs/openapi.json', 'deploy/alerts.yml', 'bench/long.jsonl', ...PAGES]);

function placesFrom(source: string, web?: string): { of: ReturnType<typeof resolverFor>; wanted: Wanted } {
  const wanted: Wanted = { assets: new Set(), files: new Set() };
  const repository: Repository = {
    isPage: (path) => PAGES.includes(path),
    isFile: (path) => FILES.has(path),
    isFolder: (path) => path === 'deploy' || path === 'packages/client',
    isShownWhole: (path) => path !== 'bench/long.jsonl',
    webAddress: web === undefined ? undefined : (path) => `${web}/${path}`,
  };
  return { of: resolverFor(source, repository, wanted), wanted };
}

test.each([
  ['README.md', 'index'],
  ['docs/operations/redis.md', 'operations/redis'],
  ['docs/decisions/README.md', 'decisions/index'],
  ['packages/client/README.md', 'packages/client'],
  ['packages/client/CHANGELOG.md', undefined],
])('the address of %s is %s', (source, address) => {
  expect(addressOf(source)).toBe(address);
});

describe('links from docs/operations/redis.md', () => {
  test.each([
    ['a page above, with a section', '../operations.md#at-3-am', '/operations.md#at-3-am'],
    ['the README of the repository', '../../README.md', '/index.md'],
    ['the README of a package', '../../packages/client/README.md#paid-once', '/packages/client.md#paid-once'],
    ['a folder with a README', '../../packages/client/', '/packages/client.md'],
    ['a picture', '../img/a.svg', '/img/a.svg'],
    ['a document for machines', '../openapi.json', '/openapi.json'],
    ['a file', '../../deploy/alerts.yml', '/files/deploy/alerts-yml.md'],
    ['a file that is too long', '../../bench/long.jsonl', undefined],
    ['a folder without a README', '../../deploy', undefined],
  ])('%s', (_, target, place) => {
    expect(placesFrom('docs/operations/redis.md').of(target)).toBe(place);
  });

  test('what they need is collected', () => {
    const { of, wanted } = placesFrom('docs/operations/redis.md');
    for (const target of ['../img/a.svg', '../../deploy/alerts.yml', '../operations.md']) of(target);
    expect([...wanted.assets]).toEqual(['docs/img/a.svg']);
    expect([...wanted.files]).toEqual(['deploy/alerts.yml']);
  });

  test('to what is not there is an error', () => {
    const { of } = placesFrom('docs/operations/redis.md');
    expect(() => of('../gone.md')).toThrow('docs/operations/redis.md: the link ../gone.md leads nowhere');
  });

  test('with a public repository, what the site does not have is there', () => {
    const { of } = placesFrom('docs/operations/redis.md', 'https://example.com/kieq');
    expect(of('../../deploy')).toBe('https://example.com/kieq/deploy');
  });
});
