import { z } from 'zod';
import type { Page } from '../sidebar.ts';
import { schema } from './document.ts';
import { withoutNames } from './references.ts';
import { schemaTable } from './schema-table.ts';
import { cell, code } from './table.ts';

const message = z.looseObject({
  name: z.string().optional(),
  title: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  payload: schema.optional(),
});
const channel = z.looseObject({
  address: z.string().nullish(),
  title: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  messages: z.record(z.string(), message).default({}),
});
const asyncApiDocument = z.looseObject({
  asyncapi: z.string().startsWith('3.'),
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string().default('') }),
  channels: z.record(z.string(), channel),
});

const TITLE = 'Jobs and events';
/** Names within the document; files stay. */
const OWN = /^#\//;

/** The page of an AsyncAPI 3 document: each channel with its messages and their fields. */
export function asyncApiPage(document: unknown): Page {
  const { info, channels } = asyncApiDocument.parse(withoutNames(document, OWN));
  const parts = [
    `# ${TITLE}`,
    cell(info.description),
    'This page comes from the [AsyncAPI document](/asyncapi.json).',
    ...Object.entries(channels).flatMap(([name, one]) => channelPart(name, one)),
  ];
  return { address: 'asyncapi', title: TITLE, text: parts.filter((part) => part !== '').join('\n\n') };
}

function channelPart(name: string, { address, title, messages, ...one }: z.infer<typeof channel>): string[] {
  return [
    `## ${cell(title ?? name)}`,
    typeof address === 'string' ? code(address) : '',
    ...wordsOf(one),
    ...Object.entries(messages).flatMap(([key, own]) => [
      `### ${cell(own.title ?? own.name ?? key)}`,
      ...wordsOf(own),
      own.payload === undefined ? '' : schemaTable(own.payload),
    ]),
  ];
}

function wordsOf({
  summary,
  description,
}: {
  summary?: string | undefined;
  description?: string | undefined;
}): string[] {
  return [summary, description].flatMap((words) => (words === undefined ? [] : cell(words)));
}
