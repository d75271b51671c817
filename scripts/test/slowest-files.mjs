const MOST = 12;

/** A Vitest reporter: which files the time went into, once a run of more than a few is over. */
export default class SlowestFiles {
  onTestRunEnd(modules) {
    if (modules.length <= MOST) return;
    const rows = modules.map((module) => {
      const { collectDuration, duration } = module.diagnostic();
      return { ms: collectDuration + duration, name: `${module.project.name}  ${module.relativeModuleId}` };
    });
    const slowest = rows.toSorted((a, b) => b.ms - a.ms).slice(0, MOST);
    const lines = slowest.map(({ ms, name }) => `${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
    process.stdout.write(`\nThe slowest files:\n${lines.join('\n')}\n`);
  }
}
