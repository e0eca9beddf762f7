/** What somebody is to a document. Each role may do all that the one before it may. */
export const roles = ['view', 'edit', 'owner'] as const;
export type Role = (typeof roles)[number];

/** A role that can be given away; ownership cannot. */
export type SharedRole = Exclude<Role, 'owner'>;

/** Everything that can be done to a document, with the lowest role that may do it. */
export const operations = {
  read: 'view',
  presence: 'view',
  leave: 'view',
  edit: 'edit',
  rename: 'owner',
  share: 'owner',
  close: 'owner',
  file: 'owner',
  audit: 'owner'
} as const satisfies Record<string, Role>;
export type Operation = keyof typeof operations;

/** Whether `role` suffices for `operation`; false for somebody without a role. */
export function may(role: Role | null, operation: Operation): boolean {
  return (
    role !== null && roles.indexOf(role) >= roles.indexOf(operations[operation])
  );
}

/** The higher of two roles; null stands for none. */
export function higherRole(a: Role | null, b: Role | null): Role | null {
  if (a === null || b === null) {
    return a ?? b;
  }
  return roles.indexOf(a) >= roles.indexOf(b) ? a : b;
}
