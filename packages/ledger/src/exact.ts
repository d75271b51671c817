/** Names of the fields of an object type, or of any member of a union of such. */
type FieldsOf<Shape> = Shape extends unknown ? keyof Shape : never;
type FieldOf<Shape, Field> = Shape extends unknown ? (Field extends keyof Shape ? Shape[Field] : never) : never;
/** What is taken as it is: it has no fields of ours. */
type Plain = string | number | boolean | null | undefined | readonly unknown[];

/**
 * What a value must be in order to have no field that `Shape` has not, in itself or in the objects within: such a field
 * would have to be `never`. TypeScript alone looks for them in literals only; a spread brings along whatever it finds.
 */
export type Exact<Shape, Given> = Given extends Plain
  ? Given
  : { [Field in keyof Given]: Field extends FieldsOf<Shape> ? Exact<FieldOf<Shape, Field>, Given[Field]> : never };

/** The same functions; those that take one object take exactly what it is declared to have. */
export type Exacting<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends () => unknown
    ? Functions[Name]
    : Functions[Name] extends (args: infer Args extends object) => infer Reply
      ? <Given extends Args>(args: Given & Exact<Args, Given>) => Reply
      : Functions[Name];
};
