import type { Redis } from 'ioredis';
import { ASKER_RULE, createThrottle } from '../../src/index.ts';

declare const client: Redis;
declare const ip: string;
declare function countedAddress(ip: string): string;
declare const isWrong: boolean;
declare const gone: AbortSignal;

const guesses = createThrottle({ redis: client, prefix: '{kieq}' });
const turn = await guesses.turn([{ name: `gateway:address:${countedAddress(ip)}`, rule: ASKER_RULE }], {
  isWrong,
  gone,
});

export { turn };
