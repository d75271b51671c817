export type { Bearing } from './bearing.ts';
export { createArchive, type Archive, type ArchiveOptions } from './archive.ts';
export { findProgram } from './find-program.ts';
export { generationOf, posterName, resultBase, resultFolder, type ResultKey } from './names.ts';
export { MAX_POSTER_BYTES, type PosterOutcome } from './poster.ts';
export { PROBLEMS, type Problem, type ProblemCode } from './problem.ts';
export {
  planRemoval,
  type ArchivedOne,
  type Removal,
  type RemovalReason,
  type RetentionLimits,
  type Standing,
} from './retention.ts';
export type { Wanted } from './save.ts';
export type { SavedFile } from './stored.ts';
