import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMain } from '@kieq/testkit';
import { ownCpuUs } from '../process-cpu.ts';
import { partOf, type Setting } from '../setting.ts';
import { medianOf, rounded } from '../statistics.ts';
import { copyInto, SIDES, type SideName } from './sides.ts';

const MIB = 1024 * 1024;
const ROUNDS = 7;
const SOURCE = fileURLToPath(new URL('source.js', import.meta.url));
/** What is copied at once, and of which length; together about as much per round. */
const LOADS: readonly Load[] = [
  { atOnce: 4, files: 32, mib: 8 },
  { atOnce: 1, files: 1, mib: 256 },
];

type Load = Readonly<Record<'atOnce' | 'files' | 'mib', number>>;
interface Round {
  readonly mibPerSecond: number;
  readonly cpuMsPerMib: number;
}

/**
 * Saving into a folder, compared with a bare copy of the same stream: Node's own client piped into a file, synced and renamed,
 * without any check, and with one that also computes the SHA-256. All take turns in rounds; the figures are medians.
 */
export async function* benchArchive({ share }: Setting): AsyncGenerator<object> {
  const source = await startMain('source of videos', SOURCE, { cwd: process.cwd(), env: {} });
  const folder = await mkdtemp(join(tmpdir(), 'kieq-bench-archive-'));
  try {
    const url = String(source.first['url']);
    for (const load of LOADS) yield await compare(url, folder, { ...load, files: partOf(load.files, share) });
  } finally {
    source.signal('SIGKILL');
    await source.ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(url: string, folder: string, load: Load): Promise<object> {
  const rounds = { archive: [] as Round[], bare: [] as Round[], hashed: [] as Round[] };
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const side of SIDES) {
      const measured = await runRound(url, join(folder, side), side, load);
      // The first one warms up.
      if (round >= 0) rounds[side].push(measured);
    }
  }
  const speed = (side: SideName): number => medianOf(rounds[side], 'mibPerSecond');
  const cpu = (side: SideName): number => rounded(medianOf(rounds[side], 'cpuMsPerMib'), 2);
  return {
    load: `${load.files} of ${load.mib} MiB, ${load.atOnce} at once`,
    rounds: ROUNDS,
    archiveMibPerSecond: Math.round(speed('archive')),
    bareMibPerSecond: Math.round(speed('bare')),
    hashedMibPerSecond: Math.round(speed('hashed')),
    ratio: rounded(speed('archive') / speed('bare'), 3),
    ratioHashed: rounded(speed('archive') / speed('hashed'), 3),
    archiveCpuMsPerMib: cpu('archive'),
    bareCpuMsPerMib: cpu('bare'),
    hashedCpuMsPerMib: cpu('hashed'),
  };
}

async function runRound(url: string, folder: string, side: SideName, { files, mib, atOnce }: Load): Promise<Round> {
  await mkdir(folder);
  const { copy, close } = copyInto(folder, side);
  const [cpuBefore, startedAt] = [ownCpuUs(), performance.now()];
  const rest = Array.from({ length: files }, (_, n) => n).values();
  const worker = async (): Promise<void> => {
    for (const n of rest) await copy(`${url}/${mib * MIB}`, n);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const elapsedMs = performance.now() - startedAt;
  const cpuMs = (ownCpuUs() - cpuBefore) / 1000;
  await close();
  await rm(folder, { recursive: true, force: true });
  return { mibPerSecond: (files * mib * 1000) / elapsedMs, cpuMsPerMib: cpuMs / (files * mib) };
}
