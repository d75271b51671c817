import { titleOf } from '../markdown.ts';
import type { Page } from '../sidebar.ts';
import { readDocument, type OpenApiDocument } from './document.ts';
import { anchorOfRoute, callOf, operationSection, routesOf, type Route } from './operation.ts';
import { schemaTable } from './schema-table.ts';
import { cell, code, table } from './table.ts';

/**
 * The pages of an OpenAPI document: an overview, one for each tag, and one for the named schemas. They are Markdown, so
 * that the search finds every operation and field, and that they need no program in the browser.
 * @param json the document as it is parsed
 */
export function openApiPages(json: unknown): Page[] {
  const document = readDocument(json);
  const routes = routesOf(document);
  const tags = [...new Set(routes.flatMap(({ operation }) => operation.tags.slice(0, 1)))];
  const rank = (tag: string): number => document.tags.findIndex(({ name }) => name === tag);
  const inOrder = tags.toSorted((a, b) => rank(a) - rank(b));
  return [
    page('openapi/index', overview(document, inOrder, routes)),
    ...inOrder.map((tag) => page(addressOfTag(tag), tagPage(tag, document, ofTag(tag, routes)))),
    ...schemasPage(document),
  ];
}

function page(address: string, text: string): Page {
  return { address, title: titleOf(text) ?? address, text };
}

const ofTag = (tag: string, routes: readonly Route[]): Route[] =>
  routes.filter(({ operation }) => operation.tags[0] === tag);

const addressOfTag = (tag: string): string => `openapi/${tag.toLowerCase().replaceAll(/\W+/g, '-')}`;

function overview(document: OpenApiDocument, tags: readonly string[], routes: readonly Route[]): string {
  const { info, servers } = document;
  const license = info.license === undefined ? '' : `, licence ${cell(info.license.name)}`;
  return [
    '# All operations',
    `${cell(info.title)} ${info.version}${license}. ${cell(info.description)}`,
    'These pages come from the [OpenAPI document](/openapi.json) that every gateway serves at `/openapi.json`; at `/docs` the gateway has a page on which its operations can be tried. How to use the API: [the HTTP API](/http-api.md).',
    ...servers.map(
      ({ url, description }) => `Server ${code(url)}${description === '' ? '' : `: ${cell(description)}`}`,
    ),
    ...tags.flatMap((tag) => [
      `## ${titleOfTag(tag)}`,
      ...descriptionOf(tag, document),
      table(
        ['operation', 'purpose'],
        ofTag(tag, routes).map((route) => [
          callOf(route),
          `[${cell(route.operation.summary)}](/${addressOfTag(tag)}.md#${anchorOfRoute(route)})`,
        ]),
      ),
    ]),
  ].join('\n\n');
}

function tagPage(tag: string, document: OpenApiDocument, routes: readonly Route[]): string {
  const sections = routes.map((route) => operationSection(route, document));
  return [`# ${titleOfTag(tag)}`, ...descriptionOf(tag, document), ...sections].join('\n\n');
}

function schemasPage({ components }: OpenApiDocument): Page[] {
  const schemas = Object.entries(components.schemas);
  if (schemas.length === 0) return [];
  const sections = schemas.flatMap(([name, schema]) => [
    `## ${cell(name)} {#${name.toLowerCase()}}`,
    ...(schema.description === undefined ? [] : [cell(schema.description)]),
    schemaTable(schema),
  ]);
  return [page('openapi/schemas', ['# Schemas', ...sections].join('\n\n'))];
}

function descriptionOf(tag: string, { tags }: OpenApiDocument): string[] {
  const description = tags.find(({ name }) => name === tag)?.description ?? '';
  return description === '' ? [] : [`${cell(description)}.`.replace(/\.\.$/, '.')];
}

/** `kie` is a name. */
function titleOfTag(tag: string): string {
  return `API: ${tag === 'kie' ? 'Kie' : tag}`;
}
