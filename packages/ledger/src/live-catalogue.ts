import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

/** Something that Kie's own catalogue said, unread, and when, as epoch ms. */
export interface LiveText {
  readonly at: number;
  readonly text: string;
}

/** What Kie's own catalogue said about one model. */
export interface LiveModel {
  /** JSON text. */
  readonly schema?: LiveText;
  /** Prose. */
  readonly price?: LiveText;
}

/** What is asked about a model. */
export type LivePart = 'schema' | 'price';

/** A question that is still to be asked. */
export interface LiveQuestion {
  readonly part: LivePart;
  readonly model: string;
}

/** Longest text of each kind, in characters; longer ones are not kept. */
const LIVE_LIMITS: Readonly<Record<LivePart, number>> = { schema: 32_768, price: 4096 };
const ENTRIES = 400;

const textSchema = z.object({ at: z.number(), text: z.string() });
const listSchema = z.object({ at: z.number(), names: z.array(z.string()) });
const questionSchema = z.object({ part: z.enum(['schema', 'price']), model: z.string() });

/**
 * What Kie's own catalogue says, next to the built-in facts: bounded, and never a reason to refuse a request. A refresh
 * is a list of questions in Redis, so that any process can go on with it.
 * @param now epoch ms in Redis time
 */
export function createLiveCatalogue(redis: Redis | Cluster, root: string, now: () => Promise<number>) {
  const [texts, todo, turn] = [`${root}live`, `${root}live:todo`, `${root}live:turn`];
  return {
    /** Whether a request may be sent now: one in `everyMs` over all processes of the pool. */
    takeTurn: async (everyMs: number): Promise<boolean> => (await redis.set(turn, '1', 'PX', everyMs, 'NX')) === 'OK',
    /** A refresh begins, whatever comes of it. */
    noteStart: async (): Promise<void> => {
      await redis.hset(texts, 'startedAt', await now());
    },
    /** Replaces the names of all models that Kie has, and the questions that are still to be asked. */
    async plan(names: readonly string[], questions: readonly LiveQuestion[]): Promise<void> {
      await redis.hset(texts, 'list', JSON.stringify({ at: await now(), names }));
      await redis.del(todo);
      if (questions.length > 0) await redis.rpush(todo, ...questions.map((question) => JSON.stringify(question)));
    },
    /** Takes the next question; undefined where none is left. */
    async next(): Promise<LiveQuestion | undefined> {
      return parsed(questionSchema, await redis.lpop(todo));
    },
    left: (): Promise<number> => redis.llen(todo),
    /** Keeps an answer; false where it is too long, or too many are kept. */
    async keep({ part, model }: LiveQuestion, text: string): Promise<boolean> {
      const name = `${part}:${model}`;
      if (text.length > LIVE_LIMITS[part]) return false;
      if ((await redis.hexists(texts, name)) === 0 && (await redis.hlen(texts)) >= ENTRIES) return false;
      await redis.hset(texts, name, JSON.stringify({ at: await now(), text }));
      return true;
    },
    async model(model: string): Promise<LiveModel> {
      const [schema, price] = await redis.hmget(texts, `schema:${model}`, `price:${model}`);
      const found = { schema: parsed(textSchema, schema), price: parsed(textSchema, price) };
      return {
        ...(found.schema === undefined ? {} : { schema: found.schema }),
        ...(found.price === undefined ? {} : { price: found.price }),
      };
    },
    /** Names of all models that Kie listed last; undefined where it never did. */
    async list(): Promise<{ readonly at: number; readonly names: readonly string[] } | undefined> {
      return parsed(listSchema, await redis.hget(texts, 'list'));
    },
    /** How long ago the last refresh began, in ms; undefined where none did. */
    async startedAgoMs(): Promise<number | undefined> {
      const at = await redis.hget(texts, 'startedAt');
      return at === null ? undefined : (await now()) - Number(at);
    },
  };
}
export type LiveCatalogue = ReturnType<typeof createLiveCatalogue>;

function parsed<Value>(schema: z.ZodType<Value>, text: string | null | undefined): Value | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
