import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { UploadRef } from '@kieq/domain';
import type { GatewayDeps } from '../deps.ts';

/** Path of an upload, as part of its link. */
export const UPLOAD_PATH = '/uploads/';
/**
 * Base of links while no address of the gateway is known that others can use. It never resolves (RFC 6761); createTask
 * accepts such a link like any other one.
 */
const NOWHERE = 'https://upload.kieq.invalid';
const FILE = /^(up_[0-9a-f]{40})\.(?:jpg|png|webp)$/;
const LINK = /^(https?:\/\/[^\s?#]{1,1900}?)\/uploads\/(up_[0-9a-f]{40})\.(?:jpg|png|webp)(?:[?#]\S{0,500})?$/;

export const CONTENT_TYPES: Readonly<Record<UploadRef['extension'], string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/** A token that cannot be guessed (160 bits): having it is the permission to read this one image. */
export function newToken(): string {
  return `up_${randomBytes(20).toString('hex')}`;
}

/** The name behind `UPLOAD_PATH`. */
export function fileOf(token: string, { extension }: Pick<UploadRef, 'extension'>): string {
  return `${token}.${extension}`;
}

/** The token in such a name; undefined for every other text. */
export function tokenOf(file: string): string | undefined {
  return FILE.exec(file)?.[1];
}

/** A text with the form of a link to an upload. Whether there is one, only the ledger knows. */
export interface UploadLink {
  readonly base: string;
  readonly token: string;
}

/** Undefined for a text without that form. */
export function parseUploadLink(text: string): UploadLink | undefined {
  const [, base, token] = text.includes(UPLOAD_PATH) ? (LINK.exec(text) ?? []) : [];
  return base === undefined || token === undefined ? undefined : { base, token };
}

export interface LinkBase {
  readonly url: string;
  /** Whether a client can open the links. */
  readonly isReachable: boolean;
}

/**
 * The base of the links that this gateway gives out: its own `PUBLIC_URL`, that of the pool, or the listen address if
 * only this machine can reach it. Never the header `Host`, with which a client could make links to another server.
 */
export async function linkBase(
  app: FastifyInstance,
  { settings, ledger }: Pick<GatewayDeps, 'settings' | 'ledger'>,
): Promise<LinkBase> {
  const known = settings.publicUrl ?? (await ledger.archiveLinks.basis()).publicUrl ?? listenUrl(app);
  return known === undefined ? { url: NOWHERE, isReachable: false } : { url: known, isReachable: true };
}

/** Undefined unless the gateway listens on loopback alone. */
function listenUrl(app: FastifyInstance): string | undefined {
  const at = app.server.address();
  if (at === null || typeof at === 'string' || !isLoopback(at.address)) return undefined;
  return `http://${isIP(at.address) === 6 ? `[${at.address}]` : at.address}:${at.port}`;
}

/**
 * Whether links with this base can only be links of kieq: such a link that names no upload is refused. Every other one
 * is an address like any other, since another pool may have made it.
 */
export function isOwnBase(base: string, { publicUrl }: Pick<GatewayDeps['settings'], 'publicUrl'>): boolean {
  if (base === publicUrl || base === NOWHERE) return true;
  const host = URL.canParse(base) ? new URL(base).hostname.replace(/^\[(.*)\]$/, '$1') : '';
  return host === 'localhost' || isLoopback(host);
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}
