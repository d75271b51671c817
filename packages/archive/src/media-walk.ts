/** Sees all bytes of a file in order. */
export interface MediaWalk {
  take(chunk: Uint8Array): void;
  /** What is wrong with the whole file; undefined where nothing is. */
  finish(): Doubt | undefined;
}

/** Why a file may not be what it should be. */
export interface Doubt {
  /** For a person. */
  readonly reason: string;
  /** Something of it seems to be missing: its sender may have it whole at another time. Else it plays as it is. */
  readonly isGrave: boolean;
}
