import { statSync, type Stats } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { filePage } from './file-page.ts';
import { titleOf, withLinks } from './markdown.ts';
import { asyncApiPage } from './openapi/async-page.ts';
import { openApiPages } from './openapi/pages.ts';
import { assetAddress, fileAddress, resolverFor, type Repository, type Wanted } from './places.ts';
import type { Page } from './sidebar.ts';
import { addressOf, sourcesOf } from './source-pages.ts';

/** Of a file that a page of its own may show, in bytes. */
const LONGEST_FILE = 40_000;

const repositoryField = z.looseObject({
  repository: z.union([z.string(), z.looseObject({ url: z.string() })]).optional(),
});

/** Descriptions that become pages, where they are there. */
const DESCRIPTIONS = [
  { path: 'docs/openapi.json', pagesOf: (text: string): Page[] => openApiPages(JSON.parse(text)) },
  { path: 'docs/asyncapi.json', pagesOf: (text: string): Page[] => [asyncApiPage(JSON.parse(text))] },
];

/** What was staged. */
export interface Staged {
  readonly pages: readonly Page[];
  /** The documents that pages are made of, as paths from the root of the repository. */
  readonly sources: readonly string[];
}

/**
 * Writes the sources of the site into a folder: every document with the links of the site, the generated pages, and what
 * pages lead to. The folder is emptied first.
 * @param root of the repository
 * @throws Error where a document has no title, or a link to something that the repository does not have
 */
export async function stage(root: string, folder: string): Promise<Staged> {
  await rm(folder, { recursive: true, force: true });
  const { pages: sources, others } = await sourcesOf(root);
  const repository = await repositoryAt(root, sources);
  const wanted: Wanted = { assets: new Set(others), files: new Set() };
  const documents = await Promise.all(sources.map((source) => documentPage(root, source, repository, wanted)));
  const api = (await Promise.all(DESCRIPTIONS.map((one) => describedPages(root, others, one)))).flat();
  const files = await Promise.all([...wanted.files].map((path) => pageOfFile(root, path)));
  const pages = [...documents, ...api, ...files];
  await Promise.all([
    ...pages.map(({ address, text }) => writeInto(folder, `${address}.md`, text)),
    ...[...wanted.assets].map((path) => cp(join(root, path), join(folder, 'public', assetAddress(path)))),
  ]);
  return { pages, sources };
}

/** Writes one of the documents again, after a change. */
export async function stageOne(
  root: string,
  folder: string,
  source: string,
  { sources }: Pick<Staged, 'sources'>,
): Promise<void> {
  const wanted: Wanted = { assets: new Set(), files: new Set() };
  const { address, text } = await documentPage(root, source, await repositoryAt(root, sources), wanted);
  await writeInto(folder, `${address}.md`, text);
}

async function documentPage(root: string, source: string, repository: Repository, wanted: Wanted): Promise<Page> {
  const raw = await readFile(join(root, source), 'utf8');
  const title = titleOf(raw);
  if (title === undefined) throw new Error(`${source} has no title: its first heading must be "# …"`);
  const text = withLinks(raw, resolverFor(source, repository, wanted));
  return { address: addressOf(source) ?? source, title, text };
}

async function describedPages(
  root: string,
  files: readonly string[],
  { path, pagesOf }: (typeof DESCRIPTIONS)[number],
): Promise<Page[]> {
  return files.includes(path) ? pagesOf(await readFile(join(root, path), 'utf8')) : [];
}

async function pageOfFile(root: string, path: string): Promise<Page> {
  const text = filePage(path, await readFile(join(root, path), 'utf8'));
  return { address: fileAddress(path), title: path, text };
}

async function writeInto(folder: string, path: string, text: string): Promise<void> {
  const place = join(folder, path);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, text);
}

async function repositoryAt(root: string, pages: readonly string[]): Promise<Repository> {
  const web = await webOf(root);
  const statOf = (path: string): Stats | undefined => statSync(join(root, path), { throwIfNoEntry: false });
  const isFile = (path: string): boolean => statOf(path)?.isFile() ?? false;
  const known = new Set(pages);
  return {
    isPage: (path) => known.has(path),
    isFile,
    isFolder: (path) => statOf(path)?.isDirectory() ?? false,
    isShownWhole: (path) => isFile(path) && (statOf(path)?.size ?? 0) <= LONGEST_FILE,
    webAddress: web === undefined ? undefined : (path) => `${web}/blob/main/${path}`,
  };
}

/** `repository` of the root manifest as an address of the web; undefined as long as it is not set. */
async function webOf(root: string): Promise<string | undefined> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const found = repositoryField.safeParse(manifest).data?.repository;
  const url = typeof found === 'string' ? found : found?.url;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '');
}
