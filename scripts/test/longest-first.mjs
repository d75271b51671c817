import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import { LONGEST } from './longest-files.mjs';

/** Projects of one stretch; what waits most comes first. One after the other, so that a process keeps its modules. */
const PROJECTS = ['process', 'integration'];

/** A Vitest sequencer: the order within a stretch. What no list names comes afterwards, in the order of Vitest. */
export default class LongestFirst extends BaseSequencer {
  async sort(files) {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is Vitest's, and gives a new array
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => {
      const [first, second] = [a, b].map((file) => this.#placeOf(file));
      return first.group - second.group || first.project - second.project || first.file - second.file;
    });
  }

  #placeOf({ project, moduleId }) {
    return {
      group: project.config.sequence.groupOrder,
      project: placeIn(PROJECTS, project.name),
      file: placeIn(LONGEST, relative(this.ctx.config.root, moduleId)),
    };
  }
}

function placeIn(list, value) {
  const at = list.indexOf(value);
  return at === -1 ? list.length : at;
}
