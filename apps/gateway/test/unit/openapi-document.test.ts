import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { read } from '../../../../packages/testkit/test/support/documents.ts';
import { documentSchema, schemaProblems, strictly, type Document } from '../described.ts';

/** Names of methods in generated clients: never change one, only add. */
const OPERATIONS = [
  'adoptTask',
  'cancelGeneration',
  'createGeneration',
  'createGenerations',
  'estimate',
  'getGeneration',
  'getGenerationResult',
  'getHealth',
  'getLinkedResult',
  'getMetrics',
  'getModel',
  'getModelByParts',
  'getOpenApi',
  'getPoolStatus',
  'getReadiness',
  'getUploadedImage',
  'kieCreateTask',
  'kieGetCredit',
  'kieGetDownloadUrl',
  'kieRecordInfo',
  'kieUploadBase64',
  'kieUploadStream',
  'kieUploadUrl',
  'kieVeoExtend',
  'kieVeoGenerate',
  'kieVeoGet1080p',
  'kieVeoRecordInfo',
  'listDeadLetters',
  'listGenerations',
  'listModels',
  'openAiCreateVideo',
  'openAiDeleteVideo',
  'openAiDownloadVideo',
  'openAiGetVideo',
  'openAiListVideos',
  'openAiRemixVideo',
  'receiveKieCallback',
  'redriveDeadLetter',
  'redriveDeadLetters',
  'streamEnds',
  'streamGenerationEvents',
];

/** As a gateway serves it, which another test sees to. */
const document = documentSchema.parse(JSON.parse(await read('docs/openapi.json')));
const operationsOf = ({ paths }: Document) => Object.values(paths).flatMap((methods) => Object.values(methods));
const reference = z.object({ $ref: z.string() });
const nameOf = (schema: unknown) => reference.safeParse(schema).data?.$ref.replace('#/components/schemas/', '');

describe('the OpenAPI document', () => {
  test('names its operations, and each name stays', () => {
    const names = operationsOf(document).map(({ operationId }) => operationId);
    expect(names.toSorted()).toEqual(OPERATIONS);
  });

  test('every JSON body and response is a schema with a name', () => {
    const contents = operationsOf(document).flatMap(({ requestBody, responses }) => [
      requestBody?.content ?? {},
      ...Object.values(responses).map(({ content = {} }) => content),
    ]);
    const schemas = contents.flatMap((content) =>
      Object.entries(content).flatMap(([type, { schema }]) => (type === 'application/json' ? [schema] : [])),
    );
    expect(schemas.length).toBeGreaterThan(100);
    expect(schemas.filter((schema) => nameOf(schema) === undefined)).toEqual([]);
    const names = new Set(schemas.map(nameOf));
    const withoutExample = [...names].filter(
      (name = '') => document.components.schemas[name]?.['examples'] === undefined,
    );
    expect(withoutExample).toEqual(['OpenApiDocument']);
  });

  test('every example fits its schema, and has no field that the schema does not know', () => {
    const strict = strictly(document);
    const examples = Object.entries(strict.components.schemas).flatMap(([name, schema]) => {
      const values = z.array(z.unknown()).safeParse(schema['examples']).data ?? [];
      return values.map((value) => [name, schemaProblems(strict, schema, value)] as const);
    });
    expect(examples.length).toBeGreaterThan(20);
    expect(examples.filter(([, problems]) => problems.length > 0)).toEqual([]);
  });

  test('excludes no field that a later version adds to a response', () => {
    const closed = Object.entries(document.components.schemas).filter(([, schema]) =>
      JSON.stringify(schema).includes('"additionalProperties":false'),
    );
    expect(closed.map(([name]) => name)).toEqual([
      'AdoptRequest',
      'BatchRequest',
      'EasyGeneration',
      'Easy',
      'EstimateRequest',
      'Kling26ImageToVideoGeneration',
      'OtherModelGeneration',
      'RedriveClassRequest',
      'RedriveRequest',
    ]);
  });

  test('a body that may be absent is not required; all others are', () => {
    const required = operationsOf(document).flatMap(({ operationId, requestBody }) =>
      requestBody === undefined ? [] : [[operationId, requestBody['required']]],
    );
    expect(required.filter(([, is]) => is !== true)).toEqual([['redriveDeadLetter', false]]);
    expect(required.length).toBeGreaterThan(5);
  });

  test('has its licence, the webhook, and the address at which it is served', () => {
    expect(document).toMatchObject({
      info: { license: { name: 'MIT' } },
      servers: [{ url: '/' }],
      webhooks: { generationEnded: { post: { operationId: 'generationEnded' } } },
    });
  });
});
