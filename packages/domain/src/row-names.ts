/** The names of the rows of a table, in its order. */
export function rowNames<Name extends string>(table: Readonly<Record<Name, object>>): readonly [Name, ...Name[]] {
  const [first, ...others] = Object.keys(table).filter((name): name is Name => name in table);
  if (first === undefined) throw new Error('a table of kieq has no rows');
  return [first, ...others];
}
