import { join } from 'node:path';
import type { Places } from './places.ts';

/** What a first call needs to know of the pool that `start` runs. */
export interface FirstCallFacts {
  readonly gatewayUrl: string;
  /** As other processes need it; undefined where it has a password. */
  readonly redisUrl: string | undefined;
  /** Further settings that are not the default, and that the command line needs to find the pool and its results. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** Whether the gateway asks for a key (`GATEWAY_API_KEYS`). */
  readonly wantsKey: boolean;
}

const REQUEST = {
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'a slow pan to the right', sound: false, duration: '5' },
};

/**
 * A command line that makes a first video, to be pasted into a shell, and the one that waits for it and saves it. Keys
 * are not in it: they are secrets of the caller.
 */
export function firstCall(
  { images, command }: Pick<Places, 'images' | 'command'>,
  { gatewayUrl, redisUrl, settings, wantsKey }: FirstCallFacts,
): string {
  const parts = [
    `curl -sS ${gatewayUrl}/v1/generations`,
    ...(wantsKey ? ['-H "authorization: Bearer $GATEWAY_KEY"'] : []),
    `-F ${quoted(`request=${JSON.stringify(REQUEST)}`)}`,
    `-F ${quoted(`image_urls=@"${join(images, 'cat.png').replaceAll(/["\\]/g, String.raw`\$&`)}"`)}`,
  ];
  const pool = Object.entries({ REDIS_URL: redisUrl, ...settings }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${quoted(value)}`],
  );
  const kieq = command === 'pnpm' ? 'node apps/cli/dist/main.js' : command;
  return [
    `A first video, which Kie charges to the account${wantsKey ? '; GATEWAY_KEY is one of your GATEWAY_API_KEYS' : ''}:`,
    `  ${parts.join(' ')}`,
    `Its answer has an id. Wait for the video and save it${redisUrl === undefined ? ', with your REDIS_URL in the environment' : ''}:`,
    `  ${[...pool, kieq, 'watch -o first.mp4 <id>'].join(' ')}`,
  ].join('\n');
}

/** As one word of a shell. */
function quoted(text: string): string {
  return /^[\w:/.@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
