/** Names of the fields of an object type, or of any member of a union of such. */
type FieldsOf<Shape> = Shape extends unknown ? keyof Shape : never;
type FieldOf<Shape, Field> = Shape extends unknown ? (Field extends keyof Shape ? Shape[Field] : never) : never;
/** Values without declared fields. */
type Plain = string | number | boolean | null | undefined | readonly unknown[];

/**
 * What a value must be in order to have no field that `Shape` has not, in itself or in the objects within: such a field
 * would have to be `never`. TypeScript itself checks literals only; a spread may bring any field.
 */
export type Exact<Shape, Given> = Given extends Plain
  ? Given
  : { [Field in keyof Given]: Field extends FieldsOf<Shape> ? Exact<FieldOf<Shape, Field>, Given[Field]> : never };

/** The same functions; those that take one object take exactly its declared fields. */
export type Exacting<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends () => unknown
    ? Functions[Name]
    : Functions[Name] extends (args: infer Args extends object) => infer Reply
      ? <Given extends Args>(args: Given & Exact<Args, Given>) => Reply
      : Functions[Name];
};
