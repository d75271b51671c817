/** Path at which the gateway serves an archived result; `n` counts from 1. */
export function resultPath(id: string, n: number): string {
  return `/v1/generations/${id}/results/${n}`;
}
