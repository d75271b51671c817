import { expect, test } from 'vitest';
import { firstJobText } from '../../src/jobs/first-vehicles.ts';
import { checkRequest, ledgerFields, type CheckedRequest } from '../../src/jobs/payload.ts';

const sent = { model: 'other/model', input: { prompt: 'a cat' }, easy: { seconds: 5 } };
const mappedTo = (duration: unknown) => ({ model: 'other/model', input: { prompt: 'a cat', duration } });

function checked(request: unknown, given?: unknown, options: object = {}): CheckedRequest {
  const found = checkRequest(request, options, () => 'gen_0123456789', given);
  if (!found.ok) throw new Error(JSON.stringify(found.problems));
  return found.value;
}

test('the hash covers what was sent and not what it was mapped to; the payload is what Kie gets', () => {
  const { hash, payload } = checked(mappedTo('5'), sent);
  expect(checked(mappedTo(5), sent).hash).toBe(hash);
  expect(checked(mappedTo('5')).hash).not.toBe(hash);
  expect(checked(mappedTo('5'), { ...sent, easy: { seconds: 6 } }).hash).not.toBe(hash);
  expect(checked(mappedTo('5'), sent, { metadata: { a: '1' } }).hash).not.toBe(hash);
  expect(JSON.parse(payload)).toEqual({ request: mappedTo('5') });
});

test('its first vehicle only names the generation, and the ledger gets nothing more than of others', () => {
  const request = checked(mappedTo('5'), sent, { priority: 7 });
  expect(JSON.parse(firstJobText(request))).toEqual({ v: 1, generation: 'gen_0123456789' });
  expect(ledgerFields(request)).not.toHaveProperty('mapped');
});

test('what was sent is bounded as a request is', () => {
  const deep = Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 1);
  expect(checkRequest(mappedTo('5'), {}, () => 'gen_0123456789', { easy: deep }).ok).toBe(false);
});
