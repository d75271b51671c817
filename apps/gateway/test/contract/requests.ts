export type Input = Readonly<Record<string, unknown>>;

export interface CreateBody {
  readonly model: string;
  readonly input: Input;
  readonly callBackUrl?: string;
}

/** The document's request example, with this prompt. */
export function requestOf(prompt = 'A microphone in a bright rehearsal room', more: Input = {}): CreateBody {
  return {
    model: 'kling-2.6/image-to-video',
    input: {
      prompt,
      image_urls: ['https://static.aiquickdraw.com/tools/example/1764851002741_i0lEiI8I.png'],
      sound: true,
      duration: '5',
      ...more,
    },
  };
}

export function withoutInput(name: string): CreateBody {
  const { model, input } = requestOf();
  return { model, input: Object.fromEntries(Object.entries(input).filter(([field]) => field !== name)) };
}
