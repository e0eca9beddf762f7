import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import axe from 'axe-core';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import {
  CommonsError,
  pathOf,
  routes,
  type DocumentInfo,
  type EventMessage,
  type RouteName,
  type Share,
  type StatusMessage
} from '@jupyterlab-commons/protocol';
import type {
  CompanionState,
  ICompanion,
  IDocuments,
  ILiveDocuments,
  ILiveEntry,
  SaveState
} from '../../tokens';

export const trans = nullTranslator.load('jupyterlab_commons');

/** Noon of a day in UTC; tests that ask for the time get this one. */
export const NOW = Date.parse('2026-03-10T12:00:00Z');
export const now = () => NOW;

/** What another person may well try: markup, bidi tricks, placeholders, line ends. */
export const HOSTILE =
  '<img src=x onerror=alert(1)>%1\u202Egpj.exe\n"><b>bold</b>';

export const DOCUMENT_ID = 'abcdefghijklmnopqrstuvwxyz';

export function documentInfo(change: Partial<DocumentInfo> = {}): DocumentInfo {
  return {
    id: DOCUMENT_ID,
    name: 'analysis.ipynb',
    type: 'notebook',
    epoch: 'e1',
    owner: { user: 'ada', displayName: 'Ada L' },
    role: 'owner',
    roleUntil: null,
    path: 'work/analysis.ipynb',
    server: '',
    fileState: 'saved',
    createdAt: '2026-03-01T00:00:00.000Z',
    changedAt: null,
    present: [],
    shareCount: 0,
    ...change
  };
}

/** As the tests of another person see it. */
export function guestDocument(
  change: Partial<DocumentInfo> = {}
): DocumentInfo {
  return documentInfo({ role: 'edit', path: null, server: null, ...change });
}

export function ready(user = 'ada'): CompanionState {
  return {
    kind: 'ready',
    session: {
      session: 's',
      user,
      displayName: user,
      groups: [],
      admin: false,
      server: '',
      expiresAt: '2026-03-10T12:10:00.000Z',
      renewAfterSeconds: 300
    }
  };
}

type Call = { route: RouteName; path: string; query?: unknown; body?: unknown };
type CallOptions = Parameters<ICompanion['call']>[1];

/** A companion in memory: it keeps shares, knows three people, and refuses on request. */
export class FakeCompanion implements ICompanion {
  readonly calls: Call[] = [];
  readonly people = ['ada', 'bob', 'cleo'];
  groups = ['physics'];
  shares: Share[] = [];
  document = documentInfo();
  stateChanged = new Signal<this, CompanionState>(this);
  events = new Signal<this, EventMessage>(this);
  retried = 0;

  constructor(private _state: CompanionState = ready()) {}

  get state(): CompanionState {
    return this._state;
  }
  setState(state: CompanionState): void {
    this._state = state;
    this.stateChanged.emit(state);
  }

  /** The next call of this route fails. */
  refuse(route: RouteName, error: Error): void {
    this._refusals.set(route, error);
  }

  /** Methods and paths, in order. */
  get said(): string[] {
    return this.calls.map(each => `${routes[each.route].method} ${each.path}`);
  }

  async call<T>(
    route: RouteName,
    {
      parts = {},
      query,
      body,
      answer
    }: Omit<CallOptions, 'answer'> & { answer: (v: unknown) => T }
  ): Promise<T> {
    const path = pathOf(route, parts);
    this.calls.push({ route, path, query, body });
    const refusal = this._refusals.get(route);
    if (refusal) {
      this._refusals.delete(route);
      throw refusal;
    }
    return answer(
      JSON.parse(JSON.stringify(this._answer(route, parts, query, body)))
    );
  }

  socketUrl(): string {
    return 'ws://localhost/';
  }
  linkTo(id: string): string {
    return `https://hub.example/hub/user-redirect/lab?live=${id}`;
  }
  retry(): void {
    this.retried++;
  }

  private _answer(
    route: RouteName,
    parts: Record<string, unknown>,
    query: unknown,
    body: unknown
  ): unknown {
    switch (route) {
      case 'people': {
        const q = (query as { q: string }).q;
        return {
          people: this.people
            .filter(user => user.startsWith(q))
            .map(user => ({ user, displayName: user.toUpperCase() })),
          groups: this.groups
            .filter(name => name.startsWith(q))
            .map(name => ({ name }))
        };
      }
      case 'createDocument':
        return { id: this.document.id, epoch: this.document.epoch };
      case 'getDocument':
        return this.document;
      case 'listShares':
        return { shares: this.shares };
      case 'putUserShare':
      case 'putGroupShare':
      case 'putLinkShare':
        return this._put(route, String(parts['name'] ?? ''), body);
      case 'deleteUserShare':
      case 'deleteGroupShare':
      case 'deleteLinkShare':
        this.shares = this.shares.filter(
          each =>
            each.kind !== KIND[route] || each.name !== (parts['name'] ?? '')
        );
        return null;
      case 'chooseFile':
        return { fileState: 'saved', keptAs: 'work/analysis-outside.ipynb' };
      default:
        return null;
    }
  }

  private _put(route: keyof typeof KIND, name: string, body: unknown): Share {
    const kind = KIND[route];
    if (kind === 'users' && !this.people.includes(name)) {
      throw new CommonsError('USER_UNKNOWN');
    }
    if (kind === 'groups' && !this.groups.includes(name)) {
      throw new CommonsError('GROUP_UNKNOWN');
    }
    const share: Share = {
      kind,
      name,
      displayName: kind === 'users' ? name.toUpperCase() : name,
      role: 'view',
      expiresAt: null,
      grantedAt: '2026-03-10T12:00:00.000Z',
      grantedBy: 'ada',
      ...(body as object)
    };
    this.shares = [
      ...this.shares.filter(each => each.kind !== kind || each.name !== name),
      share
    ];
    return share;
  }

  private _refusals = new Map<RouteName, Error>();
}

const KIND = {
  putUserShare: 'users',
  putGroupShare: 'groups',
  putLinkShare: 'link',
  deleteUserShare: 'users',
  deleteGroupShare: 'groups',
  deleteLinkShare: 'link'
} as const;

export class FakeDocuments implements IDocuments {
  listChanged = new Signal<this, void>(this);
  invited = new Signal<this, { document: DocumentInfo; by: string }>(this);
  refreshed = 0;

  constructor(public list: readonly DocumentInfo[] | null = []) {}

  set(list: readonly DocumentInfo[] | null): void {
    this.list = list;
    this.listChanged.emit();
  }
  async find(id: string): Promise<DocumentInfo> {
    const found = this.list?.find(each => each.id === id);
    if (!found) {
      throw new CommonsError('NOT_FOUND');
    }
    return found;
  }
  async refresh(): Promise<void> {
    this.refreshed++;
  }
}

export class FakeEntry implements ILiveEntry {
  info = documentInfo();
  role: ILiveEntry['role'] = 'owner';
  saveState: SaveState = { kind: 'saved' };
  status: StatusMessage | null = null;
  merged: ILiveEntry['merged'] = null;
  awareness = new Awareness(new Y.Doc());
  changed = new Signal<this, void>(this);
  disposed = new Signal<this, void>(this);
  isDisposed = false;

  constructor(
    change: Partial<
      Pick<FakeEntry, 'info' | 'role' | 'saveState' | 'status' | 'merged'>
    > = {}
  ) {
    Object.assign(this, change);
    // It would ping for ever.
    this.awareness.destroy();
  }
  set(
    change: Partial<
      Pick<FakeEntry, 'info' | 'role' | 'saveState' | 'status' | 'merged'>
    >
  ): void {
    Object.assign(this, change);
    this.changed.emit();
  }
  dispose(): void {
    this.isDisposed = true;
    this.disposed.emit();
  }
}

export class FakeLive implements ILiveDocuments {
  entryAdded = new Signal<this, ILiveEntry>(this);
  opened: string[] = [];
  readonly byPath = new Map<string, ILiveEntry>();

  get entries(): Iterable<ILiveEntry> {
    return this.byPath.values();
  }
  async open(id: string): Promise<undefined> {
    this.opened.push(id);
  }
  entryOf(path: string): ILiveEntry | null {
    return this.byPath.get(path) ?? null;
  }
  pathOf(document: Pick<DocumentInfo, 'id' | 'name'>): string {
    return `live:${document.id}/${document.name}`;
  }
  add(path: string, entry: ILiveEntry): void {
    this.byPath.set(path, entry);
    this.entryAdded.emit(entry);
  }
}

/** Fails with the list of what a person with a screen reader would run into. */
export async function expectAccessible(container: Element): Promise<void> {
  const { violations } = await axe.run(container, {
    // jsdom has no layout and no colours; the browser tests look at those.
    rules: { 'color-contrast': { enabled: false } }
  });
  expect(
    violations.map(each => `${each.id}: ${each.nodes[0]?.html ?? ''}`)
  ).toEqual([]);
}
