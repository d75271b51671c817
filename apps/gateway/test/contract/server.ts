import type { Dialect } from './dialect.ts';

/**
 * What the contract suite knows of a server. Every test speaks HTTP to this address and with this key, and knows
 * nothing else.
 */
export interface ContractServer {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly dialect: Dialect;
}

/** Gives the server under test; called by every test. */
export type OpenServer = () => Promise<ContractServer>;

/**
 * No client of Kie can order a task to fail or to take its time, so the world behind the server reads it in the
 * prompt: the Kie that makes the videos lets a task whose prompt contains `FAILING` fail, and one with `ENDLESS` run
 * for ever, and refuses a request with `REFUSED`.
 */
export const FAILING = '[let it fail]';
export const ENDLESS = '[let it run]';
export const REFUSED = '[let it be refused]';
/** What Kie answers to createTask for these: it could not fetch the image. */
export const REFUSAL = { code: 451, msg: 'The image of the request could not be fetched' };
/** What Kie says of the failing ones. */
export const FAILURE = { failCode: '500', failMsg: 'Content was flagged as sensitive' };
