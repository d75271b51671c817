import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/** What all processes of a campaign wrote, in files, since it may be much. */
export interface Logbook {
  /** Takes the lines of one process. */
  open(name: string): (line: string) => void;
  /** Lines that contain the text, each behind the name of its process, in the order of their time. */
  about(text: string): Promise<string[]>;
  /** Everything, process by process. */
  texts(): AsyncGenerator<{ readonly name: string; readonly text: string }>;
  /** Removes the files. */
  close(): Promise<void>;
}

export async function openLogbook(): Promise<Logbook> {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-chaos-logs-'));
  const streams: WriteStream[] = [];
  /** Waits until what was written so far can be read. */
  const flush = (): Promise<unknown> =>
    Promise.all(streams.map((stream) => new Promise((resolve) => void stream.write('', resolve))));
  const texts: Logbook['texts'] = async function* read() {
    await flush();
    for (const name of await readdir(folder)) yield { name, text: await readFile(join(folder, name), 'utf8') };
  };
  return {
    open(name) {
      const stream = createWriteStream(join(folder, `${name}-${streams.length}.log`));
      streams.push(stream);
      return (line) => void stream.write(`${line}\n`);
    },
    async about(wanted) {
      const found: string[] = [];
      for await (const { name, text } of texts()) {
        for (const line of text.split('\n')) if (line.includes(wanted)) found.push(`${name}: ${line}`);
      }
      return found.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
    },
    texts,
    async close() {
      for (const stream of streams) stream.end();
      await Promise.all(streams.map((stream) => finished(stream)));
      await rm(folder, { recursive: true });
    },
  };
}

function timeOf(line: string): string {
  return /"time":"([^"]+)"/.exec(line)?.[1] ?? '';
}
