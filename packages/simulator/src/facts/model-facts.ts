/** What a field of a model takes, as far as the sources agree. */
export interface FieldFacts {
  /** Absent where the sources do not agree. */
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array';
  readonly required?: true;
  readonly enum?: readonly (string | number)[];
  readonly default?: string | number | boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: 'string' | 'object';
}

/** How the length of the clip is chosen, in seconds. */
export interface LengthFacts {
  readonly field?: string;
  readonly min?: number;
  readonly default?: string | number;
  /** Values that let the model choose. */
  readonly open?: readonly (string | number)[];
  readonly fixedSeconds?: number;
}

/** A list of prices. */
export interface PriceFacts {
  /** Credits are for a clip or for one second of it. */
  readonly unit: 'video' | 'second';
  /** Whether it holds for requests with a video among their inputs; absent: for all. */
  readonly withVideo?: boolean;
  readonly variants: readonly {
    readonly when: Readonly<Record<string, string | number | boolean | readonly string[]>>;
    readonly credits: number;
  }[];
}

/** What the simulator knows of a model; `models.ts` has them. */
export interface ModelFacts {
  readonly input: Readonly<Record<string, FieldFacts>>;
  /** Fields that take images. */
  readonly images: readonly string[];
  readonly length: LengthFacts;
  /** Newest first. */
  readonly prices: readonly PriceFacts[];
}
