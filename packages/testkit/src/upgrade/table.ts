import type { SceneResult } from './run.ts';

/** One line for each scene; what failed says why below. */
export function tableOf(results: readonly SceneResult[]): string {
  const width = Math.max(...results.map(({ scene }) => scene.length));
  const lines = results.map(({ scene, seconds, generations, played, failure }) =>
    [
      failure === undefined ? 'ok    ' : 'FAILED',
      scene.padEnd(width),
      `${seconds} s`.padStart(6),
      `${generations} generations`.padStart(15),
      played,
    ]
      .join('  ')
      .trimEnd(),
  );
  const failures = results.flatMap(({ scene, failure }) => (failure === undefined ? [] : [`${scene}: ${failure}`]));
  return [...lines, ...failures].join('\n');
}
