export { createArchive, type Archive, type ArchiveOptions } from './archive.ts';
export { generationOf, posterName, resultBase, type ResultPlace } from './names.ts';
export { PROBLEMS, type Problem, type ProblemCode } from './problem.ts';
export type { SavedFile, Wanted } from './save.ts';
