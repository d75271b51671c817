import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Photograph, WantedVideo } from './requests.ts';

const created = z.object({ id: z.string() });
const view = z.object({
  id: z.string(),
  state: z.string(),
  polls: z.number(),
  createdAt: z.number(),
  endedAt: z.number().optional(),
  resultUrls: z.array(z.string()),
  creditsConsumed: z.number().optional(),
  failMsg: z.string().optional(),
  deadLetter: z.object({ summary: z.string() }).optional(),
});
/** The gateway's view of a generation, as far as the demo shows it. */
export type View = z.infer<typeof view>;

/** Longest wait for one answer. */
const TIMEOUT_MS = 30_000;

/** @param folder of the images */
export async function readPhotographs(folder: string): Promise<Photograph[]> {
  const files = (await readdir(folder)).filter((file) => /\.(jpe?g|png)$/.test(file));
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.\w+$/, ''),
      file: new Blob([new Uint8Array(await readFile(join(folder, file)))]),
    })),
  );
}

/** Creates one generation from a photograph: its request and the file in one form. Returns its id. */
export async function createGeneration(gatewayUrl: string, { request, photograph }: WantedVideo): Promise<string> {
  const form = new FormData();
  form.append('request', JSON.stringify(request));
  form.append('image_urls', photograph.file, photograph.name);
  const { id } = created.parse(await ask(`${gatewayUrl}/v1/generations`, { method: 'POST', body: form }));
  return id;
}

/** The generations with these ids, in their order. */
export async function readGenerations(gatewayUrl: string, ids: readonly string[]): Promise<View[]> {
  return Promise.all(ids.map(async (id) => view.parse(await ask(`${gatewayUrl}/v1/generations/${id}`))));
}

async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${JSON.stringify(body)}`);
  return body;
}
