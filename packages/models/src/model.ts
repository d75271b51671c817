/** Where a fact comes from; `SOURCES` says what each one is. */
export type SourceId = 'doc' | 'A' | 'B' | 'C' | 'P1' | 'P2' | 'P3' | 'M' | 'clients';

/** A part of a field's description about which the sources do not agree. It is not checked. */
export type DisputedPart = 'required' | 'type' | 'enum' | 'default' | 'maxLength' | 'maxItems';

/** What an input field of a model takes, as its schema at Kie says. */
export interface InputField {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'array';
  /** Kie's schema demands it. Kie fills in none of its documented defaults (docs/kie/facts.md). */
  readonly required?: true;
  readonly enum?: readonly (string | number)[];
  readonly default?: string | number | boolean;
  /** In characters. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Type of the entries of an array. */
  readonly items?: 'string' | 'object';
  /** Fields of an entry, where entries are objects. */
  readonly itemFields?: readonly string[];
  readonly format?: 'uri';
  readonly disputed?: readonly DisputedPart[];
}

/** A field that takes images. */
export interface ImageField {
  readonly field: string;
  /** One link, a list of links, or a list of objects that have one. */
  readonly shape: 'text' | 'list' | 'objects';
  readonly role: 'first frame' | 'last frame' | 'frames' | 'references' | 'character';
  /** Number of images. */
  readonly min: number;
  readonly max: number;
}

/** How the length of the clip is chosen, in seconds. */
export interface Duration {
  /** Absent where no field chooses it. */
  readonly field?: string;
  /** Allowed values in the type that the model takes. */
  readonly options?: readonly (string | number)[];
  readonly min?: number;
  readonly max?: number;
  readonly default?: string | number;
  /** The range is from a description, not from the schema. */
  readonly described?: true;
  /** Values that let the model choose: the price is not known before the verdict. */
  readonly open?: readonly (string | number)[];
  /** All clips have this length. */
  readonly fixedSeconds?: number;
  /** The clip is as long as its audio or video input. */
  readonly followsInput?: true;
}

/** How picture size or quality is chosen. */
interface Resolution {
  readonly field: string;
  readonly options: readonly string[];
  readonly default?: string;
}

/** How sound is chosen. */
interface Sound {
  /** Absent where no field chooses it. */
  readonly field?: string;
  /** Without a field: what every clip has. Absent: unknown. */
  readonly always?: boolean;
}

/** What a price depends on: values of input fields. A list means one of them. */
export type PriceCondition = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A list of prices: values, their source and the day on which the source had them. */
export interface PriceRow {
  /** Credits are for a clip or for one second of it. */
  readonly unit: 'video' | 'second';
  readonly source: SourceId;
  /** ISO day. */
  readonly date: string;
  readonly variants: readonly { readonly when: PriceCondition; readonly credits: number }[];
  /** Other sources with the same values. */
  readonly agrees?: readonly string[];
  readonly note?: string;
  /** Whether it holds for requests with a video among their inputs; absent: for all. */
  readonly withVideo?: boolean;
}

/** What is known about one model of the Kie market. Facts with sources, never a reason to refuse a request. */
export interface KieModel {
  /** Kie's name, which is case-sensitive. */
  readonly id: string;
  readonly family: string;
  /** What the image is for: frames, references only, a character with audio, or a character with a video. */
  readonly kind: 'frame' | 'reference' | 'avatar' | 'motion';
  readonly status: string;
  /** Source of `input`. */
  readonly source: SourceId;
  /** Its input is validated field by field before it is queued (docs/kie/api.md). */
  readonly strict?: true;
  readonly input: Readonly<Record<string, InputField>>;
  /** Fields that one source has and another has not; they pass without a warning. */
  readonly disputedFields?: readonly string[];
  readonly images: readonly ImageField[];
  readonly sound: Sound;
  readonly duration: Duration;
  readonly resolution?: Resolution;
  /** Newest first. Empty: no price is known. */
  readonly prices: readonly PriceRow[];
  /** What the sources say otherwise, for readers. */
  readonly notes?: readonly string[];
}
