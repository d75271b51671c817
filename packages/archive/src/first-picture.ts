import { execFile, type ExecFileException } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { kindOf } from './media.ts';

/** A video on this machine, and the ffmpeg that reads it. */
export interface PictureWanted {
  /** Absolute path of ffmpeg. */
  readonly ffmpeg: string;
  /** Absolute path of the video. */
  readonly path: string;
  /** ffmpeg's name of its format. */
  readonly demuxer: string;
  /** Longest run, in ms. */
  readonly limitMs: number;
  /** Longest picture, in bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export type Picture =
  | { readonly kind: 'picture'; readonly jpeg: Buffer }
  | { readonly kind: 'failed'; readonly reason: string };

/** One frame of 8K; a video that claims more could use up the memory. */
const MAX_PIXELS = 7680 * 4320;
/** Greatest width and height; a smaller video keeps its size. */
const SCALE = "scale=w='min(480,iw)':h='min(960,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2";
/** Longest part of ffmpeg's error output, in characters. */
const MAX_REASON = 300;

/** The first picture of a video as a JPEG. */
export function firstPicture(wanted: PictureWanted): Promise<Picture> {
  const { ffmpeg, limitMs, maxBytes, signal } = wanted;
  const options = {
    encoding: 'buffer',
    timeout: limitMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxBytes,
    signal,
    env: environment(),
  } as const;
  return new Promise((resolve) => {
    let picture = failed('ffmpeg has not started');
    const child = execFile(ffmpeg, argumentsFor(wanted), options, (error, stdout, stderr) => {
      picture = error === null ? pictureOf(stdout) : failed(reasonOf(error, stderr, wanted));
      if (child.pid === undefined) resolve(picture);
    });
    // Node reports a killed process before its end; until then it may still read the video.
    child.once('close', () => resolve(picture));
    child.stdin?.destroy();
    yieldToOthers(child.pid);
  });
}

function pictureOf(jpeg: Buffer): Picture {
  return kindOf(jpeg)?.extension === 'jpg' ? { kind: 'picture', jpeg } : failed('ffmpeg gave no picture');
}

function failed(reason: string): Picture {
  return { kind: 'failed', reason };
}

/**
 * A video is untrusted input: ffmpeg reads only this file, in the one format that was detected (a playlist disguised as
 * a video would make it open others), and decodes only the first frame of its first track.
 */
function argumentsFor({ path, demuxer, limitMs }: PictureWanted): string[] {
  // Limits CPU time, so that ffmpeg ends even when the process that started it was killed.
  const limits = ['-timelimit', String(Math.ceil(limitMs / 1000)), '-max_pixels', String(MAX_PIXELS)];
  const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'error'];
  const input = ['-threads', '1', '-protocol_whitelist', 'file', '-f', demuxer, '-i', `file:${path}`];
  const frame = ['-map', '0:v:0', '-frames:v', '1', '-filter_threads', '1', '-vf', SCALE];
  const output = ['-threads', '1', '-c:v', 'mjpeg', '-q:v', '5', '-map_metadata', '-1', '-f', 'image2pipe', 'pipe:1'];
  return [...quiet, ...limits, ...input, ...frame, ...output];
}

/**
 * Without secrets, so that no dump and no log of ffmpeg contains them. This is no isolation: a decoder that a video has
 * taken over runs as the worker's user, and can read the worker's environment in `/proc` and its files. Secrets that
 * come from files (`KIE_API_KEY_FILE` and others) are not in that environment (docs/deployment.md, Secrets).
 */
function environment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return { PATH, LD_LIBRARY_PATH };
}

/** Queries, submissions and downloads have priority over a poster. */
function yieldToOthers(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // The process has ended already.
  }
}

function reasonOf(error: ExecFileException, stderr: Buffer, { limitMs, maxBytes, signal }: PictureWanted): string {
  if (signal.aborted) return 'this process is shutting down';
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `ffmpeg wrote more than ${maxBytes} bytes`;
  if (error.killed === true) return `ffmpeg took longer than ${limitMs} ms`;
  const said = stderr.toString('utf8').trim().slice(-MAX_REASON);
  return said === '' ? `ffmpeg failed: ${error.code ?? error.signal ?? error.message}` : `ffmpeg failed: ${said}`;
}
