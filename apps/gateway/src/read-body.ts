import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import type { GatewayLimits } from './limits.ts';
import { Pace } from './limits/pace.ts';

export interface BodyRules {
  /** Longest time for the whole body, in ms. */
  readonly deadlineMs: number;
  readonly limits: Pick<GatewayLimits, 'paceBytes' | 'paceMs'>;
  /** Called with the size of each piece before it is kept; an error that it throws ends the reading. */
  readonly keep: (bytes: number) => void;
}

/**
 * Reads a body up to the limit of its route.
 * @throws ApiError `body_too_large`, `too_slow`, `unreadable_body`; errors that `keep` throws
 */
export function readBody(request: FastifyRequest, payload: Readable, rules: BodyRules): Promise<Buffer> {
  const limit = request.routeOptions.bodyLimit;
  const declared = declaredLength(request);
  if (declared !== undefined && declared > limit) return Promise.reject(tooLarge(request));
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const { paceBytes: bytes, paceMs: everyMs } = rules.limits;
    const onLate = (why: string): void => fail(new ApiError('too_slow', `The body ${why}. No generation was created.`));
    const pace = new Pace({ bytes, everyMs, deadlineMs: rules.deadlineMs, total: () => length, onLate });
    const stop = (): void => {
      pace.end();
      payload.off('data', take).off('end', end).off('error', cut).off('close', cut);
    };
    const fail = (error: unknown): void => {
      stop();
      reject(error);
    };
    const take = (piece: Buffer): void => {
      try {
        length += piece.length;
        if (length > limit) throw tooLarge(request);
        rules.keep(piece.length);
        pieces.push(piece);
      } catch (error) {
        fail(error);
      }
    };
    const end = (): void => {
      if (declared !== undefined && declared !== length) return cut();
      stop();
      resolve(Buffer.concat(pieces, length));
    };
    const cut = (): void =>
      fail(
        new ApiError('unreadable_body', 'The length of the body differs from Content-Length, or the body was cut off.'),
      );
    payload.on('data', take).on('end', end).on('error', cut).on('close', cut);
    payload.resume();
  });
}

function declaredLength({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

function tooLarge({ routeOptions: { bodyLimit, config } }: FastifyRequest): ApiError {
  const advice = config.tooLarge === undefined ? '' : ` ${config.tooLarge}`;
  return new ApiError('body_too_large', `The body is too large; at most ${bodyLimit} bytes are allowed.${advice}`);
}
