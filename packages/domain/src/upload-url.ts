/**
 * Address of an uploaded image in a request, until the worker replaces it with the link of Kie's upload service.
 * `.invalid` never resolves (RFC 6761), so no client can fetch it by mistake.
 */
const ORIGIN = 'https://upload.kieq.invalid/';
const UPLOAD_URL = /^https:\/\/upload\.kieq\.invalid\/([\w.-]{1,64})\/([0-9a-f]{64})\/([0-9a-f-]{36})\.(jpg|png|webp)$/;
const UPLOAD_URLS = /(https:\/\/upload\.kieq\.invalid\/[\w.-]{1,64}\/[0-9a-f]{64})\/[0-9a-f-]{36}/g;

/** An uploaded image. */
export interface UploadRef {
  readonly tenant: string;
  /** SHA-256 of its bytes, hex. */
  readonly sha256: string;
  /** UUID of this copy: each generation owns its files, so that one can be removed without harm to another. */
  readonly copy: string;
  readonly extension: 'jpg' | 'png' | 'webp';
}

/** The address that represents the image in a request. */
export function uploadUrl({ tenant, sha256, copy, extension }: UploadRef): string {
  return `${ORIGIN}${tenant}/${sha256}/${copy}.${extension}`;
}

/** Reads such an address; undefined for every other text. */
export function parseUploadUrl(text: string): UploadRef | undefined {
  const [, tenant, sha256, copy, extension] = UPLOAD_URL.exec(text) ?? [];
  if (tenant === undefined || sha256 === undefined || copy === undefined) return undefined;
  if (extension !== 'jpg' && extension !== 'png' && extension !== 'webp') return undefined;
  return { tenant, sha256, copy, extension };
}

/** The name under which the store keeps the image; `tenant-` keeps a tenant called `..` out of other folders. */
export function uploadName({ tenant, sha256, copy, extension }: UploadRef): string {
  return `tenant-${tenant}/${sha256}/${copy}.${extension}`;
}

/** The same text for the same images: without the part that identifies the copy. For comparing requests. */
export function withoutUploadCopies(text: string): string {
  return text.replaceAll(UPLOAD_URLS, '$1');
}

/** Every uploaded image that a value names, at any depth, each once. */
export function uploadsIn(value: unknown): UploadRef[] {
  const found = new Map<string, UploadRef>();
  collect(value, found);
  return [...found.values()];
}

function collect(value: unknown, found: Map<string, UploadRef>): void {
  if (typeof value === 'string') {
    const ref = value.startsWith(ORIGIN) ? parseUploadUrl(value) : undefined;
    if (ref !== undefined) found.set(value, ref);
  } else if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) collect(member, found);
  }
}

/** The value with every uploaded image replaced by its link; a name without a link stays as it is. */
export function withUploadLinks(
  input: Readonly<Record<string, unknown>>,
  links: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).map(([key, member]) => [key, replaceIn(member, links)]));
}

function replaceIn(value: unknown, links: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return Object.hasOwn(links, value) ? links[value] : value;
  if (Array.isArray(value)) return value.map((member) => replaceIn(member, links));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaceIn(member, links)]));
}
