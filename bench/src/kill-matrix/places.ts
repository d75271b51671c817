import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { reach, SCENARIOS, type Place, type ReachOptions, type Scenario } from '@kieq/campaigns/kill-matrix';
import { z } from 'zod';
import type { MatrixCommand } from './options.ts';

const kept = z.array(z.tuple([z.string(), z.string(), z.enum(['before', 'after']), z.boolean()]));

/** Where a strike can be planned: found out by playing every scenario once, or read from the file that keeps it. */
export async function knownPlaces(
  fleet: Omit<ReachOptions, 'seed'>,
  { places: file, only, callbacks }: MatrixCommand,
): Promise<Place[]> {
  const scenarios = SCENARIOS.filter(
    ({ name, needsCallbacks }) => name.includes(only) && (callbacks || !needsCallbacks),
  );
  if (file !== undefined && existsSync(file)) return read(await readFile(file, 'utf8'), scenarios);
  const places = await reach({ ...fleet, seed: 0 }, scenarios);
  if (file !== undefined) await writeFile(file, JSON.stringify(places.map(listed)));
  return places;
}

function listed({ scenario, point, phase, anybody }: Place): [string, string, string, boolean] {
  return [scenario.name, point, phase, anybody];
}

function read(text: string, scenarios: readonly Scenario[]): Place[] {
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  return kept.parse(JSON.parse(text)).flatMap(([name, point, phase, anybody]) => {
    const scenario = byName.get(name);
    return scenario === undefined ? [] : [{ scenario, point, phase, anybody }];
  });
}
