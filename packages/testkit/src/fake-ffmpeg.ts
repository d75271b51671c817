import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The first bytes of a JPEG, in hex. */
const JPEG = 'ffd8ffe0';

/** What a fake ffmpeg does, as a script, or as the body of one for Node that has `args`, `input` (a path) and `fs`. */
export const FFMPEG = {
  /** A picture that contains its own inputs, see {@link toldBy}. */
  draws: `
    const told = { args, env: process.env, video: fs.readFileSync(input, 'base64') };
    process.stdout.write(Buffer.concat([Buffer.from('${JPEG}', 'hex'), Buffer.from(JSON.stringify(told))]));`,
  fails: `
    process.stderr.write('moov atom not found');
    process.exitCode = 1;`,
  /** It writes its pid into a file next to itself; a shell does so at once. */
  hangs: '#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 600\n',
  writesTooMuch: `
    process.stdout.write(Buffer.concat([Buffer.from('${JPEG}', 'hex'), Buffer.alloc(2 * 1024 * 1024)]));`,
  writesNoPicture: `
    process.stdout.write('this is no JPEG');`,
  /** The video is removed while it runs. */
  losesTheVideo: `
    fs.unlinkSync(input);
    process.stdout.write(Buffer.from('${JPEG}', 'hex'));`,
} as const;

export interface FakeFfmpeg {
  /** Its folder, for a PATH. */
  readonly folder: string;
  /** Of the program. */
  readonly path: string;
  remove(): Promise<void>;
}

/** A program called `ffmpeg` in a folder of its own. */
export async function fakeFfmpeg(body: string): Promise<FakeFfmpeg> {
  const folder = await mkdtemp(join(tmpdir(), 'kieq-ffmpeg-'));
  const path = join(folder, 'ffmpeg');
  const head = `
    const fs = require('node:fs');
    const args = process.argv.slice(2);
    const input = args[args.indexOf('-i') + 1].replace(/^file:/, '');`;
  await writeFile(path, body.startsWith('#!') ? body : `#!${process.execPath}\n${head}\n${body}\n`);
  await chmod(path, 0o755);
  return { folder, path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The inputs that the fake one wrote into a picture. */
export function toldBy(picture: Buffer): unknown {
  return JSON.parse(picture.subarray(JPEG.length / 2).toString('utf8'));
}
