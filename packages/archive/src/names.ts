/** Identifies a result. */
export interface ResultKey {
  readonly tenant: string;
  /** Creation of the generation, epoch ms. */
  readonly createdAt: number;
  readonly generation: string;
  /** Number of the result, from 1. */
  readonly n: number;
}

/**
 * The name of an archived result without its extension: `tenant-<tenant>/<day of creation, UTC>/<generation>`, followed
 * by `-2`, `-3`, … for further results. `tenant-` keeps a tenant called `..` out of other folders.
 */
export function resultBase({ generation, n, ...day }: ResultKey): string {
  return `${resultFolder(day)}/${generation}${n === 1 ? '' : `-${n}`}`;
}

/** The folder of the results of a tenant's generations of one day. */
export function resultFolder({ tenant, createdAt }: Pick<ResultKey, 'tenant' | 'createdAt'>): string {
  return `tenant-${tenant}/${new Date(createdAt).toISOString().slice(0, 10)}`;
}

const NAME = /^tenant-[\w.-]{1,64}\/\d{4}-\d\d-\d\d\/(gen_[0-9a-z]+)(?:-\d+)?\.[a-z0-9.]+$/;

/** The generation that a stored file belongs to; undefined for files of other names. */
export function generationOf(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

const POSTER = '.poster.jpg';

/** The picture of an archived video. */
export function posterName(name: string): string {
  return `${name.replace(/\.[a-z0-9]+$/, '')}${POSTER}`;
}

/** Whether a stored file is the picture of a video, and no result. */
export function isPoster(name: string): boolean {
  return name.endsWith(POSTER);
}
