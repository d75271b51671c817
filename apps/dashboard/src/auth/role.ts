/** What somebody may do: an operator everything that is routed, a viewer nothing but look. */
export type Role = 'operator' | 'viewer';
