import { expect, test } from 'vitest';
import { asyncApiPage } from '../../src/openapi/async-page.ts';

const DOCUMENT = {
  asyncapi: '3.0.0',
  info: { title: 'kieq', version: '1', description: 'What stands in Redis' },
  channels: {
    submit: {
      address: '{kieq}:submit',
      description: 'Jobs of the queue',
      messages: { job: { $ref: '#/components/messages/job' } },
    },
  },
  components: {
    messages: { job: { title: 'A job', summary: 'Asks for a video', payload: { $ref: '#/components/schemas/job' } } },
    schemas: {
      job: { type: 'object', required: ['v'], properties: { v: { type: 'integer', description: 'Version' } } },
    },
  },
};

test('each channel stands with its messages and their fields', () => {
  const { address, text } = asyncApiPage(DOCUMENT);
  expect(address).toBe('asyncapi');
  for (const part of [
    '## submit',
    '`{kieq}:submit`',
    '### A job',
    'Asks for a video',
    '| `v` (required) | integer | Version |',
  ])
    expect(text).toContain(part);
});

test('a message that contains itself is told', () => {
  const endless = { ...DOCUMENT, components: { messages: { job: { $ref: '#/components/messages/job' } } } };
  expect(() => asyncApiPage(endless)).toThrow('contains itself');
});
