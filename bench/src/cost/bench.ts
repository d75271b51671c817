import { partOf, type Setting } from '../setting.ts';
import { otherTree, thisTree, type Tree } from '../tree.ts';
import { record } from './record.ts';
import type { Recording } from './recording.ts';
import { replay, type Saturated } from './replay.ts';
import { rowsOf, type Measured } from './rows.ts';
import { work, type Worked } from './work.ts';

const ROUNDS = 3;
/** Carried out by one worker in each round. */
const WORKED = 2000;
const RECORDED = 1200;
const LOADED = 20;

interface Subjected {
  readonly tree: Tree;
  readonly worked: Worked[];
  readonly replayed: Saturated[];
}

/**
 * What a generation costs its worker and its Redis, of this tree compared with another version. Both take turns: a worker
 * carries out a backlog, which shows its CPU time; what the clients sent on the way is recorded once and then sent
 * again for many pools at once, so that Redis has nothing but work.
 */
export async function* benchCost({ redisUrl, share, against }: Setting): AsyncGenerator<object> {
  const place = { redisUrl: await redisUrl(), share };
  const other = against === undefined ? undefined : await otherTree(against);
  try {
    const trees = [...(other === undefined ? [] : [other]), await thisTree()];
    const measured = await measure(trees, place);
    const own = measured.at(-1);
    if (own !== undefined) yield* rowsOf(other === undefined ? undefined : measured[0], own);
  } finally {
    await other?.remove();
  }
}

interface Place {
  readonly redisUrl: string;
  readonly share: number;
}

async function measure(trees: readonly Tree[], place: Place): Promise<Measured[]> {
  const subjects: Subjected[] = trees.map((tree) => ({ tree, worked: [], replayed: [] }));
  const inTurn = async (round: number, act: (subject: Subjected) => Promise<void>): Promise<void> => {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await act(subject);
  };
  for (let round = 0; round < ROUNDS; round += 1)
    await inTurn(
      round,
      async ({ tree, worked }) => void worked.push(await work(tree, place.redisUrl, partOf(WORKED, place.share))),
    );
  const recordings = new Map<Subjected, Recording>();
  for (const subject of subjects) {
    // A recording must not have a call that Redis did not know: the first one loads every script.
    await record(subject.tree, place.redisUrl, LOADED);
    recordings.set(subject, await record(subject.tree, place.redisUrl, partOf(RECORDED, place.share)));
  }
  for (let round = 0; round < ROUNDS; round += 1)
    await inTurn(round, async (subject) => {
      const recording = recordings.get(subject);
      if (recording !== undefined) subject.replayed.push(await replay(place.redisUrl, recording));
    });
  return subjects.flatMap((subject) => {
    const traffic = recordings.get(subject)?.traffic;
    const { worked, replayed, tree } = subject;
    return traffic === undefined ? [] : [{ name: tree.name, worked, replayed, traffic }];
  });
}
