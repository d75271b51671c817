/** Receives all bytes of a file in order. */
export interface MediaWalk {
  take(chunk: Uint8Array): void;
  /** The doubt about the whole file; undefined where there is none. */
  finish(): Doubt | undefined;
}

/** Why a file may be incomplete or damaged. */
export interface Doubt {
  /** Text for operators. */
  readonly reason: string;
  /** A part seems to be missing: another try may bring the whole file. Without this the file plays as it is. */
  readonly isGrave: boolean;
}
