import { expect, test } from 'vitest';
import { ownGeneration } from '../../src/jobs/own-job.ts';

const ID = 'gen_0123456789';

test.each<[string, unknown, string]>([
  ['a first vehicle', { v: 1, generation: ID, request: { model: 'x', input: {} } }, `${ID}-1`],
  ['a later one', { v: 1, generation: ID }, `${ID}-12`],
])('%s is known by its own id', (_what, data, jobId) => {
  expect(ownGeneration(data, jobId)).toBe(ID);
});

test.each<[string, unknown, string]>([
  ['a job under an id of its own', { v: 1, generation: ID }, '17'],
  ['a job with the id of another vehicle', { v: 1, generation: ID }, 'gen_9876543210-1'],
  ['an id that only begins like one', { v: 1, generation: ID }, `${ID}-1-claim`],
  ['an id without a number', { v: 1, generation: ID }, `${ID}-`],
  ['a newer version', { v: 2, generation: ID }, `${ID}-1`],
  ['a job that names none', { v: 1, request: {} }, `${ID}-1`],
  ['no object', 'x', `${ID}-1`],
])('%s is read as a whole', (_what, data, jobId) => {
  expect(ownGeneration(data, jobId)).toBeUndefined();
});
