import type { Atlas } from './atlas.ts';

/** Behind a timer or a queue of the runtime there are more frames of libraries than the ten of the default. */
const FRAMES = 200;
/** Modules that decide. What is below them carries their commands and requests: ledger, clients, libraries. */
const DECIDES = /^(?:packages\/(?:queue|producer)|apps\/[a-z]+)\/src\//;
/** It runs what it is given. */
const CARRIES = 'packages/queue/src/loop/persist.ts';
const CARRIER = 'guard';

/** Finds the product's function that is about to send something. */
export class Callers {
  readonly #modules: Atlas['modules'];

  constructor({ modules }: Atlas) {
    this.#modules = modules;
  }

  /** The nearest function with a name, also behind awaits; undefined where only libraries are at work. */
  current(): string | undefined {
    for (const site of callSites()) {
      const name = nameOf(site);
      if (name === undefined || name === CARRIER) continue;
      const module = this.#moduleOf(site);
      if (module !== CARRIES && DECIDES.test(module)) return name;
    }
    return undefined;
  }

  #moduleOf(site: NodeJS.CallSite): string {
    const stretches = this.#modules[site.getFileName() ?? ''] ?? [];
    const line = site.getLineNumber() ?? 0;
    let [low, high] = [0, stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((stretches[middle]?.[0] ?? 0) <= line) low = middle + 1;
      else high = middle;
    }
    return stretches[low - 1]?.[1] ?? '';
  }
}

/** Without the mark of a private method, and without the number by which a bundle tells equal names apart. */
function nameOf(site: NodeJS.CallSite): string | undefined {
  const name = site
    .getFunctionName()
    ?.split('.')
    .at(-1)
    ?.replace(/^#/, '')
    .replace(/\$\d+$/, '');
  return name === undefined || name === '' || name.includes('<') ? undefined : name;
}

function callSites(): NodeJS.CallSite[] {
  const before = { prepareStackTrace: Reflect.get(Error, 'prepareStackTrace'), stackTraceLimit: Error.stackTraceLimit };
  const holder: { stack?: unknown } = {};
  let sites: NodeJS.CallSite[] = [];
  Error.stackTraceLimit = FRAMES;
  Error.prepareStackTrace = (_error, frames) => {
    sites = frames;
    return '';
  };
  Error.captureStackTrace(holder, callSites);
  void holder.stack;
  Object.assign(Error, before);
  return sites;
}
