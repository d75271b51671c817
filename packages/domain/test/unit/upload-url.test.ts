import { parseUploadUrl, uploadName, uploadsIn, uploadUrl, withoutUploadCopies, withUploadLinks } from '@kieq/domain';
import { describe, expect, test } from 'vitest';

const sha256 = 'ab'.repeat(32);
const one = { tenant: 'acme', sha256, copy: '01234567-89ab-4cde-8f01-23456789abcd', extension: 'jpg' } as const;
const other = { ...one, copy: 'f1234567-89ab-4cde-8f01-23456789abcd' } as const;

describe('the address of an uploaded image', () => {
  test('is read as it was written', () => {
    expect(parseUploadUrl(uploadUrl(one))).toEqual(one);
    expect(parseUploadUrl(uploadUrl({ ...one, tenant: '..', extension: 'webp' }))).toMatchObject({ tenant: '..' });
  });

  test.each([
    'https://upload.kieq.invalid/',
    'https://example.com/acme/x.jpg',
    `http://upload.kieq.invalid/acme/${sha256}/${one.copy}.jpg`,
    `https://upload.kieq.invalid/acme/../${sha256}/${one.copy}.jpg`,
    `https://upload.kieq.invalid/acme/${sha256}/${one.copy}.gif`,
    `${uploadUrl(one)}?x`,
    `x${uploadUrl(one)}`,
  ])('%s is none', (text) => {
    expect(parseUploadUrl(text)).toBeUndefined();
  });

  test('is an http URL, so that every rule for image addresses takes it', () => {
    expect(new URL(uploadUrl(one)).protocol).toBe('https:');
  });
});

test('the name in the store keeps tenants apart and cannot climb', () => {
  expect(uploadName({ ...one, tenant: '..' })).toBe(`tenant-../${sha256}/${one.copy}.jpg`);
});

test('copies of the same image compare as equal, others do not', () => {
  const text = (url: string) => JSON.stringify({ image_urls: [url, 'https://example.com/a.png'] });
  expect(withoutUploadCopies(text(uploadUrl(one)))).toBe(withoutUploadCopies(text(uploadUrl(other))));
  expect(withoutUploadCopies(text(uploadUrl(one)))).not.toBe(
    withoutUploadCopies(text(uploadUrl({ ...one, sha256: 'cd'.repeat(32) }))),
  );
  expect(withoutUploadCopies('nothing here')).toBe('nothing here');
});

describe('within a request', () => {
  const input = {
    image_urls: [uploadUrl(one), 'https://example.com/a.png', uploadUrl(one)],
    deep: { url: uploadUrl(other) },
    n: 1,
    no: null,
  };

  test('every image is found once, at any depth', () => {
    expect(uploadsIn(input)).toEqual([one, other]);
    expect(uploadsIn('plain')).toEqual([]);
  });

  test('links take the place of the addresses that have one', () => {
    const replaced = withUploadLinks(input, { [uploadUrl(one)]: 'https://kie.example/1.jpg' });
    expect(replaced).toEqual({
      image_urls: ['https://kie.example/1.jpg', 'https://example.com/a.png', 'https://kie.example/1.jpg'],
      deep: { url: uploadUrl(other) },
      n: 1,
      no: null,
    });
  });
});
