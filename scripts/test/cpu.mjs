import { createHash } from 'node:crypto';

const ROUNDS = 5;

/**
 * CPU seconds of a fixed piece of work, the fastest of a few rounds: what a second of this machine is worth. It does
 * what the tests do: JSON, texts, hashes, maps, sorting.
 */
export function calibrate() {
  return Math.min(...Array.from({ length: ROUNDS }, round));
}

function round() {
  const before = process.cpuUsage();
  const seen = new Map();
  let text = 'kieq';
  for (let i = 0; i < 60_000; i += 1) {
    text = createHash('sha256').update(text).digest('hex');
    const record = JSON.parse(JSON.stringify({ id: text, parts: text.split(''), at: i }));
    seen.set(record.id, record.parts.toReversed().join(''));
  }
  const { user, system } = process.cpuUsage(before);
  if (seen.size !== 60_000) throw new Error('the calibration did not do its work');
  return (user + system) / 1e6;
}

/**
 * User and system seconds of everything that a shell has waited for, from what its `times` wrote: two lines, its own
 * and its children's, such as `3m10.25s 0m40.50s`.
 */
export function secondsOfChildren(times) {
  const [user, system] = (times.trimEnd().split('\n').at(-1) ?? '').split(' ').map(seconds);
  if (user === undefined || system === undefined)
    throw new Error(`the shell's times must be two lines, received: ${times}`);
  return { user, system };
}

function seconds(text) {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  if (minutes === undefined) throw new Error(`not a time of a shell: ${text}`);
  return Number(minutes) * 60 + Number(rest);
}

const WARN = 1.15;
const FAIL = 1.4;

/**
 * What the suite's own CPU time means, as a multiple of the calibration.
 * @param kept the figure that the repository keeps
 * @returns the text to print, and whether the run fails
 */
export function judge(ratio, kept) {
  const found = `${ratio.toFixed(0)} times the calibration; kept: ${kept}`;
  const share = ratio / kept;
  if (share > FAIL) return { fails: true, text: `CPU time: ${found}. That is above ${FAIL} of it: the run fails.` };
  if (share > WARN) return { fails: false, text: `CPU time: ${found}. Warning: that is above ${WARN} of it.` };
  return { fails: false, text: `CPU time: ${found}.` };
}
