import { readFile } from 'node:fs/promises';

/** Linux counts the time of processes in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;
/** Positions of `utime` and `stime` behind the name of the program in /proc/<pid>/stat. */
const UTIME = 11;
const STIME = 12;

/**
 * CPU time of a running process since it began, user and system, in ms, in steps of 10.
 * @throws Error where there is no /proc, and when the process has ended
 */
export async function cpuMsOf(pid: number): Promise<number> {
  return parseCpuMs(await readFile(`/proc/${pid}/stat`, 'utf8'));
}

/** Reads the one line of /proc/<pid>/stat. */
export function parseCpuMs(stat: string): number {
  // The name is in brackets and may contain blanks and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ms = ((Number(fields[UTIME]) + Number(fields[STIME])) * 1000) / TICKS_PER_SECOND;
  if (!Number.isFinite(ms)) throw new RangeError('/proc does not have the CPU time');
  return ms;
}

/** Resident memory of a running process, in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`/proc does not have the memory of process ${pid}`);
  return Number(kib) / 1024;
}

/** CPU time of this very process, in µs. */
export function ownCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
