import { expect, test } from 'vitest';
import { MissingPackages, orMissing } from '../../src/index.ts';

const USE = { needs: 'A_SETTING', packages: ['@some/sdk', 'other-sdk'] };

function notFound(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}

test('a package that is not installed is named, with all that must be installed', async () => {
  const loading = Promise.reject(notFound("Cannot find package '@some/sdk' imported from /app/dist/main.js"));
  const error: unknown = await orMissing(loading, USE).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MissingPackages);
  expect(error).toMatchObject({ code: 'missing_packages', packages: USE.packages });
  expect(String(error)).toContain('A_SETTING needs the package @some/sdk');
  expect(String(error)).toContain('npm install @some/sdk other-sdk');
});

test.each([
  ['of another module', notFound("Cannot find package 'sharp' imported from /app/dist/main.js")],
  ['of the package itself', new Error("'@some/sdk' is broken")],
])('an error %s stays as it is', async (_name, error) => {
  await expect(orMissing(Promise.reject(error), USE)).rejects.toBe(error);
});

test('what is installed is returned', async () => {
  await expect(orMissing(Promise.resolve('loaded'), USE)).resolves.toBe('loaded');
});
