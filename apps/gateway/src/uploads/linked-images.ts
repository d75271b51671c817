import { randomUUID } from 'node:crypto';
import { uploadName, uploadUrl, withUploadLinks, type UploadRef } from '@kieq/domain';
import { ProducerError, type GenerationRequest, type Problem } from '@kieq/producer';
import type { GatewayDeps } from '../deps.ts';
import { KeptImages } from '../v1/kept-images.ts';
import { IMAGE_LIMIT } from '../v1/upload-form.ts';
import { isOwnBase, parseUploadLink } from './upload-link.ts';

/** A link in the input of a request. */
export interface FoundLink {
  readonly field: string;
  readonly text: string;
  readonly token: string;
  readonly base: string;
}

export type LinkedDeps = Pick<GatewayDeps, 'ledger' | 'uploads' | 'settings' | 'logger'>;
type Input = GenerationRequest['input'];

const RECEIVED_LIMIT = 200;

/** The same for a link that is forged, of another tenant or expired, so that callers do not learn which ones exist. */
const RULE =
  'must be the link of an image that this tenant has uploaded within the last 3 days and that is still there; upload it again';

/** The links to uploads in an input, each text once, with the field where it comes first. */
export function linksIn(input: Input): FoundLink[] {
  const found = new Map<string, FoundLink>();
  collect(input, 'input', found);
  return [...found.values()];
}

function collect(value: unknown, field: string, found: Map<string, FoundLink>): void {
  if (typeof value === 'string') {
    const link = found.has(value) ? undefined : parseUploadLink(value);
    if (link !== undefined) found.set(value, { field, text: value, ...link });
  } else if (Array.isArray(value)) {
    value.forEach((member, i) => collect(member, `${field}[${i}]`, found));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) collect(member, `${field}.${name}`, found);
  }
}

/** A request whose links are replaced, and the copies that it names. */
export interface Linked {
  readonly request: GenerationRequest;
  readonly images: KeptImages;
}

/**
 * Replaces the links to uploads by addresses of copies that the new generation owns: the upload may serve several
 * requests, and expires, while a generation may wait. Equal links give requests that count as equal.
 * @param links of its input
 * @param tenant of the generation
 * @throws ProducerError `invalid_request` for a link that names no upload of this tenant; StorageError. No copy is left
 */
export async function takeLinks(
  deps: LinkedDeps,
  request: GenerationRequest,
  links: readonly FoundLink[],
  tenant: string,
): Promise<Linked> {
  const images = new KeptImages(deps);
  try {
    if (links.length > IMAGE_LIMIT) throw tooMany(links.length);
    const addresses: Record<string, string> = {};
    for (const link of links) {
      const address = await addressOf(deps, images, link, tenant);
      if (address !== undefined) addresses[link.text] = address;
    }
    return { request: { ...request, input: withUploadLinks(request.input, addresses) }, images };
  } catch (error) {
    await images.discard();
    throw error;
  }
}

/** Undefined for an address that only looks like an upload of this pool. */
async function addressOf(
  { ledger, settings }: LinkedDeps,
  images: KeptImages,
  { field, text, token, base }: FoundLink,
  tenant: string,
): Promise<string | undefined> {
  const [upload, nowMs] = await Promise.all([ledger.keptUploads.read(token), ledger.read.now()]);
  if (upload === undefined) {
    if (isOwnBase(base, settings)) throw refused(field, text);
    return undefined;
  }
  if (upload.tenant !== tenant || upload.expiresAt <= nowMs) throw refused(field, text);
  const { sha256, extension } = upload;
  const copy: UploadRef = { tenant, sha256, copy: randomUUID(), extension };
  if (!(await images.copy(uploadName(upload), copy))) throw refused(field, text);
  return uploadUrl(copy);
}

function refused(field: string, text: string): ProducerError {
  return refusedLinks({ field, rule: RULE, received: JSON.stringify(text).slice(0, RECEIVED_LIMIT) });
}

function tooMany(count: number): ProducerError {
  const rule = `must have at most ${IMAGE_LIMIT} uploaded images`;
  return refusedLinks({ field: 'input', rule, received: String(count) });
}

/** As the producer refuses a request: nothing was enqueued. */
export function refusedLinks(problem: Problem): ProducerError {
  const { field, rule, received } = problem;
  return new ProducerError('invalid_request', `${field} ${rule}, received ${received}`, { problems: [problem] });
}
