import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, parseEnvironment, uploadLocationOf, type RawEnvironment } from '../../src/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kieq-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const placeIn = (
  workingDirectory: string,
  env: RawEnvironment,
  homeOfUser: () => string | undefined = () => undefined,
) => uploadLocationOf(parseEnvironment(env, ['files']), { env, workingDirectory, homeOfUser });

const keptIn = (path: string) => ({ store: { kind: 'file', path, url: pathToFileURL(path).href }, from: 'user' });

describe('the place of uploaded images', () => {
  test('is what UPLOAD_STORE_URL says, whatever else is there', async () => {
    await mkdir(join(folder, '.kieq/uploads'), { recursive: true });
    const env = { UPLOAD_STORE_URL: 's3://bucket/prefix', HOME: '/home/a', XDG_DATA_HOME: '/data' };
    expect(placeIn(folder, env)).toEqual({
      store: { kind: 's3', url: 's3://bucket/prefix', bucket: 'bucket', prefix: 'prefix' },
      from: 'environment',
    });
  });

  test.each<[string, RawEnvironment, string]>([
    ['XDG_DATA_HOME', { XDG_DATA_HOME: '/data', HOME: '/home/a' }, '/data/kieq/uploads'],
    ['HOME', { HOME: '/home/a' }, '/home/a/.local/share/kieq/uploads'],
    ['HOME, where XDG_DATA_HOME is relative', { XDG_DATA_HOME: 'data', HOME: '/h' }, '/h/.local/share/kieq/uploads'],
    ['what the system says, without HOME', {}, '/from/system/.local/share/kieq/uploads'],
    ['what the system says, where HOME is relative', { HOME: 'here' }, '/from/system/.local/share/kieq/uploads'],
    ['HOME, where UPLOAD_STORE_URL is empty', { UPLOAD_STORE_URL: '', HOME: '/h' }, '/h/.local/share/kieq/uploads'],
  ])('follows %s, from every working directory alike', async (_what, env, path) => {
    const other = join(folder, 'other');
    await mkdir(other);
    for (const cwd of [folder, other]) expect(placeIn(cwd, env, () => '/from/system')).toEqual(keptIn(path));
  });

  test('without any home folder there is none, and the error says what to set', () => {
    for (const home of [undefined, '', 'relative'])
      expect(() => placeIn(folder, {}, () => home)).toThrow(/UPLOAD_STORE_URL is required where neither XDG_DATA_HOME/);
    expect(() => placeIn(folder, {})).toThrow(ConfigError);
  });

  test('is the folder of an earlier version where there is one, with a warning that says how to keep it', async () => {
    const old = join(folder, '.kieq/uploads');
    await mkdir(old, { recursive: true });
    const { url } = keptIn(old).store;
    expect(placeIn(folder, { HOME: '/home/a' })).toEqual({
      ...keptIn(old),
      from: 'working-directory',
      warning: expect.stringContaining(`Set UPLOAD_STORE_URL=${url} for every gateway, worker and kieq`),
    });
    // Without a home folder it is a place all the same.
    expect(placeIn(folder, {}).store).toEqual(keptIn(old).store);
  });

  test('is not a file of that name', async () => {
    await mkdir(join(folder, '.kieq'));
    await writeFile(join(folder, '.kieq/uploads'), '');
    expect(placeIn(folder, { HOME: '/home/a' })).toEqual(keptIn('/home/a/.local/share/kieq/uploads'));
  });
});
