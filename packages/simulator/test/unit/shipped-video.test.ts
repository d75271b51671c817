import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Core } from '../../src/core.ts';
import { mergeOptions } from '../../src/options.ts';
import { summaryOf } from '../../src/summary.ts';
import { RenderingUnavailable, type VideoRenderer } from '../../src/video/renderer.ts';
import { ResultVideos } from '../../src/video/results.ts';
import { shippedVideo } from '../../src/video/shipped.ts';
import { boxesOf, trackOf } from '../mp4.ts';

/** Renders nothing, and counts how many times it was asked. */
function failing(error: Error): VideoRenderer & { readonly asked: () => number } {
  let asked = 0;
  return {
    render() {
      asked += 1;
      return Promise.reject(error);
    },
    close: () => Promise.resolve(),
    asked: () => asked,
  };
}

/** A simulator with one task for each prompt, and the results of this renderer. */
function simulated(renderer: VideoRenderer, ...prompts: string[]) {
  const reasons: string[] = [];
  const videos = new ResultVideos(renderer, (reason) => void reasons.push(reason));
  const core = new Core(mergeOptions(undefined, {}), systemClock, videos);
  const tasks = prompts.map((prompt, i) =>
    core.tasks.create({
      request: { model: 'kling-2.6/image-to-video', input: {} },
      prompt,
      credits: 55,
      submission: i + 1,
      fate: { durationMs: null, failure: undefined, unknownForMs: 0, resultJson: undefined, more: undefined },
      callbackFault: undefined,
    }),
  );
  return { core, reasons, download: () => Promise.all(tasks.map((task) => videos.of(core, task))) };
}

it('is H.264 in MP4, of at most 60 KB, and lasts three seconds', () => {
  expect(shippedVideo.length).toBeLessThanOrEqual(60_000);
  expect(boxesOf(shippedVideo).map(({ type }) => type)).toEqual(expect.arrayContaining(['ftyp', 'moov', 'mdat']));
  expect(trackOf(shippedVideo)).toEqual({ codec: 'avc1', width: 320, height: 180, frames: 36 });
});

it('is every result where nothing can be rendered, which is told once and stands in the summary', async () => {
  const renderer = failing(new RenderingUnavailable("Cannot find package 'sharp'"));
  const { core, reasons, download } = simulated(renderer, 'a cat', 'a dog', 'a cup');
  expect(summaryOf(core).notRendered).toBeNull();
  for (const video of await download()) expect(video.equals(shippedVideo)).toBe(true);
  const asked = renderer.asked();
  for (const video of await download()) expect(video.equals(shippedVideo)).toBe(true);
  expect(renderer.asked()).toBe(asked);
  expect(reasons).toEqual(["Cannot find package 'sharp'"]);
  expect(summaryOf(core).notRendered).toBe("Cannot find package 'sharp'");
});

it('does not stand in for a video whose rendering failed', async () => {
  const { core, reasons, download } = simulated(failing(new Error('the encoder broke')), 'a cat');
  await expect(download()).rejects.toThrow('the encoder broke');
  expect([reasons, summaryOf(core).notRendered]).toEqual([[], null]);
});
