/** One video to render. */
export interface RenderRequest {
  readonly id: number;
  /** A JPEG, PNG or WebP file; null: a gradient. */
  readonly image: Uint8Array | null;
  /** Which camera move, from 0. */
  readonly motion: number;
  readonly seconds: number;
  readonly fps: number;
  /** Longest side in pixels. */
  readonly maxSide: number;
}

/** `missing`: why nothing can be rendered here: sharp or the encoder is not installed, or does not load. */
export type RenderReply =
  | { readonly id: number; readonly mp4: Uint8Array }
  | { readonly id: number; readonly error: string }
  | { readonly id: number; readonly missing: string };

/** How many camera moves the worker knows. */
export const MOTION_COUNT = 6;
