import { expect, test } from 'vitest';
import { ApiError } from '../../src/api-error.ts';
import { createFormTurns } from '../../src/v1/form-turns.ts';

/** Something that is under way until the test ends it. */
function pending(): { readonly read: () => Promise<string>; end(): void; fail(): void } {
  const { promise, resolve, reject } = withResolvers();
  return { read: () => promise, end: () => resolve('read'), fail: () => reject(new Error('broken')) };
}

function withResolvers() {
  let resolve: (value: string) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

test('so many at once; the next one is refused without being begun, and told when to come back', async () => {
  const inTurn = createFormTurns(2);
  const [first, second] = [pending(), pending()];
  const open = [inTurn(first.read), inTurn(second.read)];
  let begun = false;
  const third = () =>
    inTurn(async () => {
      begun = true;
      return 'third';
    });
  const error: unknown = await third().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 'unavailable', retryAfterS: 2 });
  expect(begun).toBe(false);
  first.end();
  expect(await open[0]).toBe('read');
  expect(await third()).toBe('third');
  second.end();
  expect(await open[1]).toBe('read');
});

test('one that fails, at once or later, gives its turn back; one that is refused takes none', async () => {
  const inTurn = createFormTurns(1);
  const broken = pending();
  const open = inTurn(broken.read);
  await expect(inTurn(() => Promise.resolve(''))).rejects.toBeInstanceOf(ApiError);
  broken.fail();
  await expect(open).rejects.toThrow('broken');
  await expect(
    inTurn(() => {
      throw new Error('at once');
    }),
  ).rejects.toThrow('at once');
  expect(await inTurn(() => Promise.resolve('next'))).toBe('next');
});
