/** One instruction of a Dockerfile, such as `COPY --from=build /a /b`. */
export interface Instruction {
  readonly keyword: string;
  /** `--name=value` and `--name`. */
  readonly flags: readonly string[];
  /** The rest, on one line. */
  readonly args: string;
}

export interface Stage {
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile, without comments; arguments of FROM are filled in with their defaults. */
export function readDockerfile(text: string): Stage[] {
  const args = new Map<string, string>();
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const { keyword, flags, args: rest } of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (keyword === 'FROM') {
      const [image = '', , name = ''] = rest.split(/\s+/);
      const from = image.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg) ?? '');
      stages.push({ name, from, instructions: [] });
    } else if (stage === undefined) {
      const [name = '', value = ''] = rest.split('=');
      args.set(name, value);
    } else stage.instructions.push({ keyword, flags, args: rest });
  }
  return stages;
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const whole = lines.join('\n').replaceAll(/\\\n\s*/g, ' ');
  return whole
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      const [, flags = '', args = ''] = /^((?:--\S+\s+)*)(.*)$/.exec(rest) ?? [];
      return { keyword, flags: flags.trim().split(/\s+/).filter(Boolean), args: args.trim() };
    });
}

/** A stage with all instructions of the stages that it is made from, the oldest first. */
export function wholeStage(stages: readonly Stage[], name: string): readonly Instruction[] {
  const stage = stages.find((one) => one.name === name);
  if (stage === undefined) throw new Error(`there is no stage ${name}`);
  const isStage = stages.some((one) => one.name === stage.from);
  return [...(isStage ? wholeStage(stages, stage.from) : []), ...stage.instructions];
}

/** The variables that ENV sets. */
export function environmentOf(instructions: readonly Instruction[]): ReadonlyMap<string, string> {
  const pairs = instructions
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap(({ args }) => args.split(/\s+/).map((pair) => pair.split('=')));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}
