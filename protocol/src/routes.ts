import type { Operation } from './roles.ts';

/**
 * How a caller proves who they are.
 * - `none`: anybody may ask; the answer names nobody.
 * - `hub`: `Authorization: token <hub token>` or a static token; own-server rule.
 * - `session`: `Authorization: Bearer <session>`.
 * - `ticket`: a one-use ticket as second WebSocket sub-protocol.
 * - `metrics`: `Authorization: Bearer <secret of the admin's Prometheus>`; opens nothing else.
 * - `hook`: `Authorization: token <secret of the hub's hook>`; opens nothing else.
 */
export type Proof = 'none' | 'hub' | 'session' | 'ticket' | 'hook' | 'metrics';

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'WS';
  /** Below the service prefix; `:name` stands for one encoded segment. */
  path: string;
  proof: Proof;
  /** What the caller must be allowed to do with document `:id`; null where none is named. */
  operation: Operation | null;
};

/** Every call there is. The companion serves exactly these; a test walks them. */
export const routes = {
  health: { method: 'GET', path: 'healthz', proof: 'none', operation: null },
  ready: { method: 'GET', path: 'readyz', proof: 'none', operation: null },
  info: { method: 'GET', path: 'api/info', proof: 'none', operation: null },
  session: {
    method: 'POST',
    path: 'api/session',
    proof: 'hub',
    operation: null
  },
  people: {
    method: 'GET',
    path: 'api/people',
    proof: 'session',
    operation: null
  },
  createUpload: {
    method: 'POST',
    path: 'api/uploads',
    proof: 'session',
    operation: null
  },
  putChunk: {
    method: 'PUT',
    path: 'api/uploads/:upload/chunks/:index',
    proof: 'session',
    operation: null
  },
  createDocument: {
    method: 'POST',
    path: 'api/documents',
    proof: 'session',
    operation: null
  },
  listDocuments: {
    method: 'GET',
    path: 'api/documents',
    proof: 'session',
    operation: null
  },
  getDocument: {
    method: 'GET',
    path: 'api/documents/:id',
    proof: 'session',
    operation: 'read'
  },
  renameDocument: {
    method: 'PATCH',
    path: 'api/documents/:id',
    proof: 'session',
    operation: 'rename'
  },
  closeDocument: {
    method: 'DELETE',
    path: 'api/documents/:id',
    proof: 'session',
    operation: 'close'
  },
  getContent: {
    method: 'GET',
    path: 'api/documents/:id/content',
    proof: 'session',
    operation: 'read'
  },
  chooseFile: {
    method: 'POST',
    path: 'api/documents/:id/file',
    proof: 'session',
    operation: 'file'
  },
  contributors: {
    method: 'GET',
    path: 'api/documents/:id/contributors',
    proof: 'session',
    operation: 'read'
  },
  undoMerge: {
    method: 'POST',
    path: 'api/documents/:id/merges/:merge/undo',
    proof: 'session',
    operation: 'edit'
  },
  listShares: {
    method: 'GET',
    path: 'api/documents/:id/shares',
    proof: 'session',
    operation: 'share'
  },
  putUserShare: {
    method: 'PUT',
    path: 'api/documents/:id/shares/users/:name',
    proof: 'session',
    operation: 'share'
  },
  putGroupShare: {
    method: 'PUT',
    path: 'api/documents/:id/shares/groups/:name',
    proof: 'session',
    operation: 'share'
  },
  putLinkShare: {
    method: 'PUT',
    path: 'api/documents/:id/shares/link',
    proof: 'session',
    operation: 'share'
  },
  deleteUserShare: {
    method: 'DELETE',
    path: 'api/documents/:id/shares/users/:name',
    proof: 'session',
    operation: 'share'
  },
  deleteGroupShare: {
    method: 'DELETE',
    path: 'api/documents/:id/shares/groups/:name',
    proof: 'session',
    operation: 'share'
  },
  deleteLinkShare: {
    method: 'DELETE',
    path: 'api/documents/:id/shares/link',
    proof: 'session',
    operation: 'share'
  },
  leaveDocument: {
    method: 'POST',
    path: 'api/documents/:id/leave',
    proof: 'session',
    operation: 'leave'
  },
  listAudit: {
    method: 'GET',
    path: 'api/documents/:id/audit',
    proof: 'session',
    operation: 'audit'
  },
  documentTicket: {
    method: 'POST',
    path: 'api/documents/:id/tickets',
    proof: 'session',
    operation: 'read'
  },
  eventsTicket: {
    method: 'POST',
    path: 'api/events/tickets',
    proof: 'session',
    operation: null
  },
  quota: {
    method: 'GET',
    path: 'api/quota',
    proof: 'session',
    operation: null
  },
  askQuota: {
    method: 'POST',
    path: 'api/quota/requests',
    proof: 'session',
    operation: null
  },
  adminOverview: {
    method: 'GET',
    path: 'api/admin/overview',
    proof: 'session',
    operation: null
  },
  adminUsers: {
    method: 'GET',
    path: 'api/admin/users',
    proof: 'session',
    operation: null
  },
  adminUser: {
    method: 'GET',
    path: 'api/admin/users/:name',
    proof: 'session',
    operation: null
  },
  adminPolicies: {
    method: 'GET',
    path: 'api/admin/policies',
    proof: 'session',
    operation: null
  },
  tryPolicies: {
    method: 'POST',
    path: 'api/admin/policies/try',
    proof: 'session',
    operation: null
  },
  adminLive: {
    method: 'GET',
    path: 'api/admin/live',
    proof: 'session',
    operation: null
  },
  adminOverrides: {
    method: 'GET',
    path: 'api/admin/overrides',
    proof: 'session',
    operation: null
  },
  addOverride: {
    method: 'POST',
    path: 'api/admin/overrides',
    proof: 'session',
    operation: null
  },
  endOverride: {
    method: 'DELETE',
    path: 'api/admin/overrides/:id',
    proof: 'session',
    operation: null
  },
  addCorrection: {
    method: 'POST',
    path: 'api/admin/corrections',
    proof: 'session',
    operation: null
  },
  answerRequest: {
    method: 'POST',
    path: 'api/admin/requests/:user',
    proof: 'session',
    operation: null
  },
  declineRequest: {
    method: 'DELETE',
    path: 'api/admin/requests/:user',
    proof: 'session',
    operation: null
  },
  planStop: {
    method: 'POST',
    path: 'api/admin/stops',
    proof: 'session',
    operation: null
  },
  cancelStop: {
    method: 'DELETE',
    path: 'api/admin/stops/:user/:server',
    proof: 'session',
    operation: null
  },
  cancelDefaultStop: {
    method: 'DELETE',
    path: 'api/admin/stops/:user',
    proof: 'session',
    operation: null
  },
  adminAudit: {
    method: 'GET',
    path: 'api/admin/audit',
    proof: 'session',
    operation: null
  },
  usageCsv: {
    method: 'GET',
    path: 'api/admin/usage.csv',
    proof: 'session',
    operation: null
  },
  spawn: {
    method: 'POST',
    path: 'api/spawn',
    proof: 'hook',
    operation: null
  },
  spawnUnasked: {
    method: 'POST',
    path: 'api/spawn/unasked',
    proof: 'hook',
    operation: null
  },
  metrics: {
    method: 'GET',
    path: 'metrics',
    proof: 'metrics',
    operation: null
  },
  idle: { method: 'GET', path: 'api/idle', proof: 'hook', operation: null },
  sync: { method: 'WS', path: 'sync/:id', proof: 'ticket', operation: 'read' },
  events: { method: 'WS', path: 'events', proof: 'ticket', operation: null },
  link: { method: 'WS', path: 'link', proof: 'hub', operation: null }
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

/** Fills the `:name` parts of a path, each encoded. */
export function pathOf(
  route: RouteName,
  parts: Record<string, string | number> = {}
): string {
  return routes[route].path.replace(/:(\w+)/g, (_, key: string) => {
    const value = parts[key];
    if (value === undefined) {
      throw new Error(`${route} needs ${key}`);
    }
    return encodeURIComponent(String(value));
  });
}

/** The parts of `path` if it fits the pattern, decoded; null otherwise. */
export function matchPath(
  pattern: string,
  path: string
): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) {
    return null;
  }
  const parts: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const actual = given[index]!;
    if (segment.startsWith(':')) {
      try {
        parts[segment.slice(1)] = decodeURIComponent(actual);
      } catch {
        return null;
      }
      if (actual === '') {
        return null;
      }
    } else if (segment !== actual) {
      return null;
    }
  }
  return parts;
}
