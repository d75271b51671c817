import { expect, test } from 'vitest';
import { generationOf, posterName, resultBase } from '../../src/index.ts';

const createdAt = Date.UTC(2026, 7, 31, 23, 59, 59);

test('a name contains tenant, day and generation; further results have a number', () => {
  const place = { tenant: 'shop', createdAt, generation: 'gen_0123456789' };
  expect(resultBase({ ...place, n: 1 })).toBe('tenant-shop/2026-08-31/gen_0123456789');
  expect(resultBase({ ...place, n: 3 })).toBe('tenant-shop/2026-08-31/gen_0123456789-3');
});

test('a tenant called .. or . stays in its own folder', () => {
  for (const tenant of ['..', '.', '...']) {
    const name = resultBase({ tenant, createdAt, generation: 'gen_0123456789', n: 1 });
    expect(name.split('/')[0]).toBe(`tenant-${tenant}`);
    expect(generationOf(`${name}.mp4`)).toBe('gen_0123456789');
  }
});

test('the generation is read from a name, and from no other', () => {
  expect(generationOf('tenant-a/2026-08-31/gen_0123456789-12.mp4')).toBe('gen_0123456789');
  expect(generationOf('tenant-a/2026-08-31/gen_0123456789.poster.jpg')).toBe('gen_0123456789');
  for (const name of ['x.mp4', 'tenant-a/gen_0123456789.mp4', 'tenant-a/2026-08-31/holiday.mp4', 'a/b/gen_0123456789'])
    expect(generationOf(name)).toBeUndefined();
});

test('the picture is next to its video', () => {
  expect(posterName('tenant-a/2026-08-31/gen_0123456789-2.mp4')).toBe(
    'tenant-a/2026-08-31/gen_0123456789-2.poster.jpg',
  );
});
