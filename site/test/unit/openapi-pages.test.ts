import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openApiPages } from '../../src/openapi/pages.ts';

const text = (json: unknown, address: string): string =>
  openApiPages(json).find((page) => page.address === address)?.text ?? '';

const SMALL = {
  openapi: '3.1.0',
  info: { title: 'small', version: '1', license: { name: 'MIT' } },
  servers: [{ url: 'http://127.0.0.1:8080', description: 'A gateway on this machine' }],
  paths: {
    '/things/{id}': {
      post: {
        operationId: 'changeThing',
        summary: 'Change a thing | or a <list>',
        tags: ['things'],
        security: [],
        parameters: [{ $ref: '#/components/parameters/id' }],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
        },
        responses: { 200: { description: 'Changed', content: {} }, 404: { $ref: '#/components/responses/Absent' } },
      },
    },
  },
  webhooks: {
    thingEnded: {
      post: {
        summary: 'Learn of an end',
        tags: ['things'],
        security: [],
        responses: { '2XX': { description: 'Taken' } },
      },
    },
  },
  components: {
    parameters: { id: { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 1 } } },
    responses: { Absent: { description: 'There is no such thing' } },
    schemas: {
      Thing: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', description: 'Its name' },
          kind: { anyOf: [{ type: 'string', enum: ['a', 'b'] }, { type: 'null' }], default: 'a' },
          parts: { type: 'array', items: { type: 'object', properties: { size: { type: 'integer', minimum: 1 } } } },
          other: { $ref: '#/components/schemas/Thing' },
        },
      },
    },
  },
};

describe('a document with names', () => {
  test('an operation has its parameters, body and responses, whether they are named or not', () => {
    const page = text(SMALL, 'openapi/things');
    expect(page).toContain(String.raw`## Change a thing \| or a &lt;list> {#changething}`);
    expect(page).toContain('`POST /things/{id}` · needs no key');
    expect(page).toContain('| `id` (required) | path | string | At most 1 character |');
    expect(page).toContain('**Body** `application/json` [Thing](/openapi/schemas.md#thing)');
    expect(page).toContain('| `parts[].size` | integer | At least 1 |');
    expect(page).toContain('| `404` |  | There is no such thing |');
  });

  test('a webhook stands after the operations, and is no address of the gateway', () => {
    const page = text(SMALL, 'openapi/things');
    expect(page.indexOf('## Learn of an end')).toBeGreaterThan(page.indexOf('## Change a thing'));
    expect(page).toContain('webhook `thingEnded`');
  });

  test('a named schema has all its fields, and another name is a link', () => {
    const page = text(SMALL, 'openapi/schemas');
    expect(page).toContain('## Thing {#thing}');
    for (const row of [
      '| `name` (required) | string | Its name |',
      '| `kind` | `"a"`, `"b"` or null | Default `"a"` |',
      '| `parts[].size` | integer | At least 1 |',
      '| `other` | [Thing](/openapi/schemas.md#thing) |  |',
    ])
      expect(page).toContain(row);
  });

  test('the overview has server, licence and every operation', () => {
    const page = text(SMALL, 'openapi/index');
    expect(page).toContain('licence MIT');
    expect(page).toContain('Server `http://127.0.0.1:8080`: A gateway on this machine');
    expect(page).toContain('(/openapi/things.md#changething)');
  });

  test('a name that is not there is told', () => {
    const broken = structuredClone(SMALL);
    broken.paths['/things/{id}'].post.responses[404].$ref = '#/components/responses/Nothing';
    expect(() => openApiPages(broken)).toThrow('#/components/responses/Nothing');
  });
});

test('every operation of the gateway is on a page', async () => {
  const json = JSON.parse(await readFile(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8'));
  const all = openApiPages(json)
    .map((page) => page.text)
    .join('\n');
  const operations = Object.entries<Record<string, unknown>>(json.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `\`${method.toUpperCase()} ${path}\``),
  );
  expect(operations.length).toBeGreaterThan(15);
  // In the overview, and where it is described.
  expect(operations.filter((name) => all.split(name).length < 3)).toEqual([]);
});
