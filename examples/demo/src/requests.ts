/** One image file, as a caller of the gateway has it. */
export interface Photograph {
  readonly name: string;
  readonly file: Blob;
}

/** A video to be made of a photograph. */
export interface WantedVideo {
  readonly name: string;
  readonly photograph: Photograph;
  /** The create request; the photograph becomes its image. */
  readonly request: { readonly model: string; readonly input: Readonly<Record<string, unknown>> };
}

const MOVES = [
  'a slow pan to the right',
  'a gentle zoom in',
  'a slow pan to the left',
  'a gentle zoom out',
  'the camera drifts upwards',
  'the camera holds its breath',
];

/** Every photograph with every camera move: enough for more than one submission window. */
export function wantedVideos(photographs: readonly Photograph[]): WantedVideo[] {
  return photographs.flatMap((photograph) =>
    MOVES.map((move, i) => ({
      name: `${photograph.name}-${i + 1}`,
      photograph,
      request: {
        model: 'kling-2.6/image-to-video',
        input: { prompt: `${photograph.name}: ${move}`, sound: false, duration: '5' },
      },
    })),
  );
}
