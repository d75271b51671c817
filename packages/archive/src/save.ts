import { BodyError, type OpenDownload, type Outbound } from '@kieq/outbound';
import { StorageError, type BlobDraft, type BlobStore } from '@kieq/storage';
import { measure, NotWanted, type Measured } from './copy.ts';
import { isMessage, type MediaKind } from './media.ts';
import { resultBase, type ResultPlace } from './names.ts';
import { problem, problemOf, type Problem } from './problem.ts';
import { findStored, storedAs } from './stored.ts';
import type { Throttle } from './throttle.ts';

/** A result that is safe. */
export interface SavedFile {
  readonly kind: 'saved';
  /** In the archive. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
  /** Whether it was there already, from a try that did not live to tell. */
  readonly wasThere: boolean;
}

/** A result to be saved. */
export interface Wanted {
  readonly place: ResultPlace;
  /** Untrusted. */
  readonly url: string;
  readonly signal?: AbortSignal;
}

export interface SaveDeps {
  readonly store: BlobStore;
  readonly outbound: Outbound;
  readonly throttle: Throttle;
  /** Longest file. */
  readonly maxBytes: number;
  /** For the head of the answer; for the next 64 KiB; for the sender in all. In ms. */
  readonly headMs: number;
  readonly stallMs: number;
  readonly totalMs: number;
}

/**
 * Streams a result from its link into the archive. It has its name only when it is whole, checked and on the disk; a
 * file that stands there already is hashed and taken instead, since nothing that is not whole ever gets there.
 * @throws errors that are defects; whatever links, senders and stores do is a Problem
 */
export async function save(deps: SaveDeps, wanted: Wanted): Promise<SavedFile | Problem> {
  const found = await fetchOne(deps, wanted);
  if (found.kind === 'saved' || found.code === 'store' || found.code === 'aborted') return found;
  // The link is of no use; an earlier try may have saved the file and died before it could say so.
  const stored = await asProblem(() => findStored(deps.store, wanted.place));
  return stored?.kind === 'saved' ? stored : found;
}

async function fetchOne(deps: SaveDeps, { place, url, signal }: Wanted): Promise<SavedFile | Problem> {
  const { headMs, stallMs, totalMs } = deps;
  const answer = await deps.outbound.get({
    url,
    headMs,
    stallMs,
    totalMs,
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.kind !== 'open') return problemOf(answer);
  try {
    return refusal(answer, deps.maxBytes) ?? (await asProblem(() => keep(deps, place, answer)));
  } finally {
    answer.close();
  }
}

/** What its head already tells. */
function refusal({ contentType, contentLength }: OpenDownload, maxBytes: number): Problem | undefined {
  if (isMessage(contentType)) return problem('wrong_type', `the link of the result gave ${contentType}`);
  if (contentLength !== undefined && contentLength > maxBytes)
    return problem('too_large', `the result has ${contentLength} bytes; at most ${maxBytes} are taken`);
  return undefined;
}

async function keep(deps: SaveDeps, place: ResultPlace, answer: OpenDownload): Promise<SavedFile | Problem> {
  const file = new Incoming(deps, place);
  try {
    const measured = await measure(answer.body, file, deps.maxBytes);
    if (answer.contentLength !== undefined && answer.contentLength !== measured.bytes)
      throw new NotWanted('damaged', `it has ${measured.bytes} bytes, and ${answer.contentLength} were announced`);
    return await file.finish(measured);
  } catch (error) {
    await file.drop();
    if (error instanceof WasThere) return error.file;
    throw error;
  }
}

/** Thrown to end a download that nobody needs. */
class WasThere extends Error {
  readonly file: SavedFile;

  constructor(file: SavedFile) {
    super('it is stored already');
    this.file = file;
  }
}

/** A file on its way into the store. `begin` opens it; `finish` or `drop` ends it. */
class Incoming {
  readonly #deps: SaveDeps;
  readonly #place: ResultPlace;
  #draft: BlobDraft | undefined;
  #name = '';

  constructor(deps: SaveDeps, place: ResultPlace) {
    this.#deps = deps;
    this.#place = place;
  }

  async begin(kind: MediaKind): Promise<void> {
    const { store } = this.#deps;
    this.#name = `${resultBase(this.#place)}.${kind.extension}`;
    const owner = `${this.#place.generation}-${this.#place.n}`;
    await store.clear(owner);
    // First of all, since it makes the folder of a new archive.
    this.#draft = await store.create(this.#name, kind.contentType, owner);
    const stored = await storedAs(store, this.#name, kind);
    if (stored !== undefined) throw new WasThere(stored);
  }

  async take(chunk: Uint8Array): Promise<void> {
    await this.#draft?.write(chunk);
    await this.#deps.throttle.pass(chunk.byteLength);
  }

  async finish({ kind, bytes, sha256 }: Measured): Promise<SavedFile> {
    await this.#draft?.commit();
    return { kind: 'saved', name: this.#name, contentType: kind.contentType, bytes, sha256, wasThere: false };
  }

  async drop(): Promise<void> {
    await this.#draft?.abort();
  }
}

/** Failures of the sender and of the store are problems; everything else is a defect. */
async function asProblem<Value>(action: () => Promise<Value>): Promise<Value | Problem> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof NotWanted) return problem(error.code, `the result is refused: ${describe(error)}`);
    if (error instanceof StorageError) return problem('store', `the archive does not work: ${error.message}`);
    if (!(error instanceof BodyError)) throw error;
    if (error.transport === 'ABORTED') return problem('aborted', 'the process ends');
    return problem('cut', 'the result did not come as a whole', { transport: error.transport });
  }
}

function describe({ message, head }: NotWanted): string {
  return head.toString('latin1').trimStart().startsWith('<') ? 'it is a page' : message;
}
