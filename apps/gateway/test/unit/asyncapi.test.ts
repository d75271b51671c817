import { join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { asyncApi } from '../asyncapi.ts';
import { read, ROOT } from '../../../../packages/testkit/test/support/documents.ts';

const schemas = z.record(z.string(), z.looseObject({}));
const documentSchema = z.looseObject({
  components: z.looseObject({
    schemas,
    messages: z.record(
      z.string(),
      z.looseObject({
        payload: z.object({ $ref: z.string() }),
        examples: z.array(z.looseObject({ payload: z.unknown() })).min(1),
      }),
    ),
  }),
});

describe('docs/asyncapi.json', () => {
  test('is made from the code (mend with pnpm docs:write)', async () => {
    const text = `${JSON.stringify(asyncApi(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(ROOT, 'docs/asyncapi.json'));
  });

  test('its schema of jobs is docs/submit-job.schema.json', async () => {
    const { components } = documentSchema.parse(asyncApi());
    const { $schema: _, ...schema } = z.looseObject({}).parse(JSON.parse(await read('docs/submit-job.schema.json')));
    expect(components.schemas['SubmitJob']).toEqual(schema);
  });

  test('every example of a message fits its schema', () => {
    const { components } = documentSchema.parse(asyncApi());
    const ajv = new Ajv({ strict: false });
    formats.default(ajv);
    for (const [name, { payload, examples }] of Object.entries(components.messages)) {
      const validate = ajv.compile({ ...payload, components });
      for (const example of examples)
        expect([name, validate(example.payload), validate.errors]).toEqual([name, true, null]);
    }
  });

  test('every reference leads to something', () => {
    const document = asyncApi();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    expect(references.length).toBeGreaterThan(20);
    const at = (path: string): unknown =>
      path.split('/').reduce<unknown>((value, key) => Object(value)[key] ?? undefined, document);
    expect(references.filter((path) => at(path) === undefined)).toEqual([]);
  });
});
