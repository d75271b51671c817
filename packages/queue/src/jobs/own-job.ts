import { pollJobSchema } from './payload.ts';

/**
 * The generation whose vehicle a job of `submit` is by its own id: one that a producer or a worker added. With a record
 * nothing else of the job counts, so what it brings is read only where there is none.
 * @returns undefined for the job of another client, and for one of another version
 */
export function ownGeneration(data: unknown, jobId: string): string | undefined {
  const named = pollJobSchema.safeParse(data);
  return named.success && isVehicleOf(named.data.generation, jobId) ? named.data.generation : undefined;
}

function isVehicleOf(generation: string, jobId: string): boolean {
  return jobId.startsWith(`${generation}-`) && /^[1-9]\d*$/.test(jobId.slice(generation.length + 1));
}
