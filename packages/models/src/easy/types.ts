/** Values that every model has under a name and in a type of its own. */
export interface Easy {
  readonly prompt?: string;
  /** Link of the image that the clip starts with, or of the one that it is about. */
  readonly image?: string;
  /** Link of the image that the clip ends with. */
  readonly lastImage?: string;
  /** Length of the clip. */
  readonly seconds?: number;
  readonly sound?: boolean;
  /** Such as `720p`, `1080p` or `4k`. */
  readonly resolution?: string;
  /** Width to height, such as `16:9`; also a word that the model has (`auto`). */
  readonly aspectRatio?: string;
}

export type EasyName = keyof Easy;

/** What became of one value. */
export interface EasyMapped {
  readonly from: EasyName;
  /** Such as `input.duration`. */
  readonly field: string;
  readonly value: unknown;
  /** The model does not have the given value; this one is the nearest. */
  readonly nearest?: true;
}

/** A value that has no place in the input of this model. */
export interface EasyProblem {
  readonly from: EasyName;
  /** The end of a sentence about the value: `has no field of this model`. */
  readonly rule: string;
}

export interface EasyResult {
  readonly input: Readonly<Record<string, unknown>>;
  readonly mapped: readonly EasyMapped[];
  readonly problems: readonly EasyProblem[];
}

/** A field with its value, a reason why there is none, or nothing: the model does this anyway. */
export type Mapping =
  | { readonly field: string; readonly value: unknown; readonly nearest?: true }
  | { readonly rule: string }
  | Readonly<Record<string, never>>;
