import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSigned } from '../../src/index.ts';

test('a certificate for this machine, signed by its own key', () => {
  const { cert, key } = selfSigned();
  const certificate = new X509Certificate(cert);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkHost('example.com')).toBeUndefined();
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now());
  expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
});
