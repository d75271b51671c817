import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The built demo in a terminal of its own (`script` of util-linux), kept up after its end so that it can be looked at. */
export function startDemo() {
  const startedAt = performance.now();
  const child = spawn('script', ['-qfec', 'exec node examples/demo/dist/main.js --keep', '/dev/null'], {
    cwd: ROOT,
    env: { ...process.env, TERM: 'xterm', COLUMNS: '100' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const ended = new Promise((done) => child.once('close', done));
  const events = [];
  const waiting = new Set();
  child.stdout.setEncoding('utf8').on('data', (text) => {
    events.push([Math.round(performance.now() - startedAt), text]);
    for (const look of waiting) look();
  });
  const all = () => events.map(([, text]) => text).join('');
  return {
    /** The first match of the pattern in what was shown, as soon as it is there. */
    said: (pattern) =>
      new Promise((done, failed) => {
        const look = () => {
          const match = pattern.exec(all());
          if (match === null) return;
          waiting.delete(look);
          done(match);
        };
        waiting.add(look);
        look();
        void ended.then(() => failed(new Error(`the demo ended without ${pattern}:\n${all()}`)));
      }),
    /** What was shown up to the pattern, with ms since the start. */
    recording(last) {
      const end = last.exec(all());
      let left = end === null ? Infinity : end.index + end[0].length;
      return events.flatMap(([ms, text]) => {
        const kept = text.slice(0, left);
        left -= kept.length;
        return kept === '' ? [] : [[ms, kept]];
      });
    },
    async stop() {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}
