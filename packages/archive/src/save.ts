import { BodyError, type OpenDownload, type Outbound } from '@kieq/outbound';
import { StorageError, type BlobDraft, type BlobStore } from '@kieq/storage';
import { isBorne, type Bearing } from './bearing.ts';
import { measure, NotWanted, type Measured } from './copy.ts';
import { isMessage, type MediaKind } from './media.ts';
import { resultBase, type ResultKey } from './names.ts';
import { problem, problemOf, type Problem } from './problem.ts';
import { findStored, findStoredKind, type SavedFile } from './stored.ts';
import type { Throttle } from './throttle.ts';

/** A result that is to be saved. */
export interface Wanted {
  readonly place: ResultKey;
  /** Untrusted. */
  readonly url: string;
  /** Default `sound`. */
  readonly bearing?: Bearing;
  readonly signal?: AbortSignal;
}

export interface SaveDeps {
  readonly store: BlobStore;
  readonly outbound: Outbound;
  readonly throttle: Throttle;
  /** Longest file. */
  readonly maxBytes: number;
  /** Longest wait for the head of the response; for the next 64 KiB; for the sender in total. In ms. */
  readonly headMs: number;
  readonly stallMs: number;
  readonly totalMs: number;
}

/**
 * Streams a result from its link into the archive. A file gets its name only when it is complete, checked and on the
 * disk; a file that exists already is hashed and used instead, since only kept files get a name.
 * @throws errors that are defects; failures of links, senders and stores are a Problem
 */
export async function save(deps: SaveDeps, wanted: Wanted): Promise<SavedFile | Problem> {
  const found = await fetchOne(deps, wanted);
  if (found.kind === 'saved' || found.code === 'store' || found.code === 'aborted') return found;
  // The link does not help; an earlier try may have saved the file and been killed before it could report so.
  const stored = await asProblem(() => findStored(deps.store, wanted.place));
  return stored?.kind === 'saved' ? stored : found;
}

async function fetchOne(deps: SaveDeps, wanted: Wanted): Promise<SavedFile | Problem> {
  const { url, signal } = wanted;
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
    const found = tooLarge(answer, deps.maxBytes) ?? (await asProblem(() => keep(deps, wanted, answer)));
    return isMessage(answer.contentType) ? ofMessage(found, answer.contentType) : found;
  } finally {
    answer.close();
  }
}

/** A response whose content type is that of a message: it may be a video even so. */
function ofMessage(found: SavedFile | Problem, contentType: string): SavedFile | Problem {
  const type = contentType.slice(0, 100);
  if (found.kind === 'saved') return { ...found, warning: joined(found.warning, `its content type is ${type}`) };
  return found.code === 'not_media' ? problem('wrong_type', `the link of the result gave ${type}`) : found;
}

function joined(...warnings: readonly (string | undefined)[]): string {
  return warnings.filter((warning) => warning !== undefined).join('; ');
}

/** Problems that the head already shows. */
function tooLarge({ contentLength }: OpenDownload, maxBytes: number): Problem | undefined {
  if (contentLength !== undefined && contentLength > maxBytes)
    return problem('too_large', `the result has ${contentLength} bytes; at most ${maxBytes} are allowed`);
  return undefined;
}

async function keep(
  deps: SaveDeps,
  { place, bearing = 'sound' }: Wanted,
  answer: OpenDownload,
): Promise<SavedFile | Problem> {
  const file = new Incoming(deps, place, bearing);
  try {
    const measured = await measure(answer.body, file, deps.maxBytes);
    if (answer.contentLength !== undefined && answer.contentLength !== measured.bytes)
      throw new NotWanted(
        'damaged',
        `the file has ${measured.bytes} bytes, but ${answer.contentLength} were announced`,
      );
    if (!isBorne(measured.doubt, bearing, answer.contentLength !== undefined))
      throw new NotWanted('damaged', measured.doubt?.reason ?? '');
    return await file.finish(measured);
  } catch (error) {
    await file.drop();
    if (error instanceof WasThere) return error.file;
    throw error;
  }
}

/** Thrown to end a download that is not needed. */
class WasThere extends Error {
  readonly file: SavedFile;

  constructor(file: SavedFile) {
    super('the file is stored already');
    this.file = file;
  }
}

/** A file on its way into the store. `begin` opens it; `finish` or `drop` ends it. */
class Incoming {
  readonly #deps: SaveDeps;
  readonly #place: ResultKey;
  readonly #bearing: Bearing;
  #draft: BlobDraft | undefined;
  #name = '';

  constructor(deps: SaveDeps, place: ResultKey, bearing: Bearing) {
    this.#deps = deps;
    this.#place = place;
    this.#bearing = bearing;
  }

  async begin(kind: MediaKind): Promise<void> {
    const { store } = this.#deps;
    this.#name = `${resultBase(this.#place)}.${kind.extension}`;
    const owner = `${this.#place.generation}-${this.#place.n}`;
    await store.clear(owner);
    // First, since this creates the folder of a new archive.
    this.#draft = await store.create(this.#name, kind.contentType, owner);
    const stored = await findStoredKind(store, this.#place, kind, this.#bearing);
    if (stored !== undefined) throw new WasThere(stored);
  }

  async take(chunk: Uint8Array): Promise<void> {
    await this.#draft?.write(chunk);
    await this.#deps.throttle.pass(chunk.byteLength);
  }

  async finish({ kind: { contentType }, bytes, sha256, doubt }: Measured): Promise<SavedFile> {
    await this.#draft?.commit();
    const warning = doubt === undefined ? {} : { warning: doubt.reason };
    return { kind: 'saved', name: this.#name, contentType, bytes, sha256, wasThere: false, ...warning };
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
    if (error.transport === 'ABORTED') return problem('aborted', 'this process is shutting down');
    return problem('cut', 'the result did not arrive completely', { transport: error.transport });
  }
}

function describe({ message, head }: NotWanted): string {
  return head.toString('latin1').trimStart().startsWith('<') ? 'the response is a web page' : message;
}
