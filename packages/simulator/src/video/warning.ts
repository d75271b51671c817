/** A warning of the process, so that it is seen in a test and in the command alike. */
export function warnOfShippedVideo(reason: string): void {
  process.emitWarning(
    `@kieq/simulator renders no videos here: ${reason}. Each result is the MP4 that it ships. To render results from ` +
      "uploaded images install sharp and h264-mp4-encoder; with `results: 'tiny'` there is nothing to render.",
    { type: 'KieqWarning', code: 'KIEQ_SIMULATOR_SHIPPED_VIDEO' },
  );
}
