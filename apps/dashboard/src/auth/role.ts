/** What a user may do: an operator uses every route, a viewer only reads. */
export type Role = 'operator' | 'viewer';
