import {
  anything,
  count,
  dictionary,
  flag,
  list,
  nullable,
  optional,
  record,
  text
} from '@jupyterlab-commons/protocol';

/** A server that the hub runs, starts or stops. */
export type ListedServer = {
  name: string;
  /** The hub's time of the start, in milliseconds since 1970. */
  started: number;
  /** What was chosen at the start, as texts; a spawner names its profile here. */
  options: Readonly<Record<string, string>>;
  /** Names of what was chosen and is not one text, number or flag, or has no name that could be told. */
  unread: readonly string[];
};

export type ListedUser = {
  name: string;
  displayName: string;
  groups: string[];
  admin: boolean;
  servers: ListedServer[];
};

export type UsersPage = {
  users: ListedUser[];
  /** Where the next page begins; null after the last one. */
  next: number | null;
  /** Rows that cannot be read. */
  unreadable: number;
};

const OPTION_NAME = 64;
const OPTION_VALUE = 255;

const page = record({
  items: list(anything, 1000),
  _pagination: record({ next: nullable(record({ offset: count() })) })
});

const server = record({
  name: text(255),
  started: optional(nullable(text(64))),
  stopped: optional(nullable(flag)),
  user_options: anything
});

const user = record({
  name: text(255),
  admin: optional(nullable(flag)),
  groups: optional(list(text(255))),
  user_info: anything,
  servers: optional(dictionary(anything, 1000))
});

const info = record({ display_name: optional(nullable(text(255))) });

/** One row that is not as it should be costs nothing but itself. */
function orNull<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch {
    return null;
  }
}

/** A page of `GET users`, as hubs since 2.0 answer it. */
export function usersPage(value: unknown): UsersPage {
  const { items, _pagination } = page(value);
  const users = items.flatMap(item => orNull(() => userOf(item)) ?? []);
  return {
    users,
    next: _pagination.next?.offset ?? null,
    unreadable: items.length - users.length
  };
}

function userOf(item: unknown): ListedUser {
  const { name, admin, groups, user_info, servers } = user(item);
  return {
    name,
    displayName: orNull(() => info(user_info))?.display_name || name,
    groups: groups ?? [],
    admin: admin ?? false,
    servers: Object.values(servers ?? {}).flatMap(
      each => orNull(() => serverOf(each)) ?? []
    )
  };
}

/** Null for one that does not run, or has not begun to. */
function serverOf(item: unknown): ListedServer | null {
  const { name, started, stopped, user_options } = server(item);
  const at = Date.parse(started ?? '');
  return stopped === true || !Number.isFinite(at)
    ? null
    : { name, started: at, ...optionsOf(user_options) };
}

/**
 * Only what can be compared: texts, numbers, flags, and lists of one of them, as
 * forms send them; nothing chosen (null, an empty list) is left out. As many as there are: whoever starts a server sets their
 * order, so a bound here would let them hide what makes it dear.
 */
function optionsOf(value: unknown): Pick<ListedServer, 'options' | 'unread'> {
  const options: Record<string, string> = {};
  const unread: string[] = [];
  const isObject = typeof value === 'object' && !Array.isArray(value);
  for (const [key, option] of Object.entries((isObject && value) || {})) {
    const one: unknown =
      Array.isArray(option) && option.length < 2 ? option[0] : option;
    const isPlain = ['string', 'number', 'boolean'].includes(typeof one);
    const isName = key.length <= OPTION_NAME && key !== '__proto__';
    if (isPlain && isName) {
      options[key] = String(one).slice(0, OPTION_VALUE);
    } else if (one !== null && one !== undefined) {
      unread.push(key);
    }
  }
  return { options, unread };
}
