import { parseArgs } from 'node:util';
import {
  groupAdmins,
  httpUrl,
  listed,
  logLevel,
  origins,
  pathPrefix,
  SettingError,
  verbatim,
  whole,
  yesNo,
  type GroupTable
} from './config-values.ts';
import type { Level } from './log.ts';

/** The version of the companion; a test holds it equal to package.json. */
export const VERSION = '0.1.0';

export { SettingError };

export type Setting<T> = {
  /** The variable of the environment. */
  env: string;
  /** The option of the command line; secrets have none, since others can read it. */
  cli?: string;
  default: T;
  help: string;
  /** The value of the text; throws what the text must be instead, as a SettingError. */
  parse: (text: string) => T;
};

const row = <T>(setting: Setting<T>): Setting<T> => setting;

const KIB = 1024;
const MIB = 1024 * KIB;

/** Every setting, once. `--help`, validation and docs/reference.md come from here. */
export const settings = {
  host: row({
    env: 'COMMONS_HOST',
    cli: 'host',
    default: '127.0.0.1',
    help: 'Address to listen on.',
    parse: verbatim
  }),
  port: row({
    env: 'COMMONS_PORT',
    cli: 'port',
    default: 8765,
    help: 'Port to listen on; 0 takes a free one.',
    parse: whole(0, 65_535)
  }),
  fd: row<number | null>({
    env: 'COMMONS_FD',
    cli: 'fd',
    default: null,
    help: 'Number of an inherited listening socket; host and port are not used then.',
    parse: whole(3, 1_000_000)
  }),
  dataDir: row({
    env: 'COMMONS_DATA_DIR',
    cli: 'data',
    default: 'commons-data',
    help: 'Folder for documents and keys, on a local disk.',
    parse: verbatim
  }),
  store: row({
    env: 'COMMONS_STORE',
    cli: 'store',
    default: '',
    help: 'Where documents live: empty for the data folder, memory: to keep nothing.',
    parse: verbatim
  }),
  origins: row<string[]>({
    env: 'COMMONS_ORIGINS',
    cli: 'origins',
    default: [],
    help: 'Further origins whose pages may call, separated by commas.',
    parse: origins
  }),
  proxies: row<string[]>({
    env: 'COMMONS_PROXIES',
    cli: 'proxies',
    default: ['127.0.0.1', '::1'],
    help: 'Addresses of proxies whose X-Forwarded-For is believed.',
    parse: listed
  }),
  tokensFile: row({
    env: 'COMMONS_TOKENS_FILE',
    cli: 'tokens',
    default: '',
    help: 'JSON file of static tokens, for use without a hub and for tests.',
    parse: verbatim
  }),
  directory: row({
    env: 'COMMONS_DIRECTORY',
    cli: 'directory',
    default: false,
    help: 'Whether people can be found by typing part of their name (1 or 0).',
    parse: yesNo
  }),
  logLevel: row<Level>({
    env: 'COMMONS_LOG_LEVEL',
    cli: 'log-level',
    default: 'info',
    help: 'The least important lines to log: debug, info, warn or error.',
    parse: logLevel
  }),
  idleRoomSeconds: row({
    env: 'COMMONS_IDLE_ROOM_SECONDS',
    cli: 'idle-room-seconds',
    default: 60,
    help: 'How long a document with nobody in it stays in memory.',
    parse: whole(0, 86_400)
  }),
  messageBytes: row({
    env: 'COMMONS_MESSAGE_BYTES',
    cli: 'message-bytes',
    default: 16 * MIB,
    help: 'Bytes of one WebSocket message of a page.',
    parse: whole(64 * KIB, 64 * MIB)
  }),
  documentBytes: row({
    env: 'COMMONS_DOCUMENT_BYTES',
    cli: 'document-bytes',
    default: 100 * MIB,
    help: 'Bytes of one document, encoded.',
    parse: whole(64 * KIB, 500 * MIB)
  }),
  bodyBytes: row({
    env: 'COMMONS_BODY_BYTES',
    cli: 'body-bytes',
    default: 256 * KIB,
    help: 'Bytes of one HTTP body, and of one chunk of an upload.',
    parse: whole(4 * KIB, 4 * MIB)
  }),
  uploadBytes: row({
    env: 'COMMONS_UPLOAD_BYTES',
    cli: 'upload-bytes',
    default: 256 * MIB,
    help: 'Bytes of all unfinished uploads together, kept in memory.',
    parse: whole(64 * KIB, 4096 * MIB)
  }),
  requestsPerMinute: row({
    env: 'COMMONS_REQUESTS_PER_MINUTE',
    cli: 'requests-per-minute',
    default: 600,
    help: 'HTTP calls of one person a minute.',
    parse: whole(10, 1_000_000)
  }),
  signInsPerMinute: row({
    env: 'COMMONS_SIGN_INS_PER_MINUTE',
    cli: 'sign-ins-per-minute',
    default: 1200,
    help: 'Sign-ins, links and unproven calls of one address a minute.',
    parse: whole(10, 1_000_000)
  }),
  socketsPerPerson: row({
    env: 'COMMONS_SOCKETS_PER_PERSON',
    cli: 'sockets-per-person',
    default: 50,
    help: 'Open sockets of one person.',
    parse: whole(1, 100_000)
  }),
  socketsPerDocument: row({
    env: 'COMMONS_SOCKETS_PER_DOCUMENT',
    cli: 'sockets-per-document',
    default: 10,
    help: 'Open sockets of one person to one document.',
    parse: whole(1, 100_000)
  }),
  socketsTotal: row({
    env: 'COMMONS_SOCKETS_TOTAL',
    cli: 'sockets-total',
    default: 2000,
    help: 'Open sockets of all people together; links of servers are counted apart.',
    parse: whole(1, 1_000_000)
  }),
  documentsPerPerson: row({
    env: 'COMMONS_DOCUMENTS_PER_PERSON',
    cli: 'documents-per-person',
    default: 1000,
    help: 'Documents one person can share at a time.',
    parse: whole(1, 1_000_000)
  }),
  sharesPerDocument: row({
    env: 'COMMONS_SHARES_PER_DOCUMENT',
    cli: 'shares-per-document',
    default: 500,
    help: 'People and groups one document can be shared with.',
    parse: whole(1, 100_000)
  }),
  quotaFile: row({
    env: 'COMMONS_QUOTA_FILE',
    cli: 'quota',
    default: '',
    help: 'YAML or JSON file of profiles, limits and meters; it is read again when it changes. Empty: nobody is limited.',
    parse: verbatim
  }),
  groupAdmins: row<GroupTable | null>({
    env: 'COMMONS_GROUP_ADMINS',
    default: null,
    help: 'JSON: for groups of the hub the people, or @groups of people, who see what its members use and may grant more: {"research": ["carol", "@leads"]}.',
    parse: groupAdmins
  }),
  pollSeconds: row({
    env: 'COMMONS_POLL_SECONDS',
    cli: 'poll-seconds',
    default: 30,
    help: 'How often the hub is asked which servers run; the use of one is wrong by at most this.',
    parse: whole(5, 300)
  }),
  ledgerDays: row({
    env: 'COMMONS_LEDGER_DAYS',
    cli: 'ledger-days',
    default: 400,
    help: 'How many days of use are remembered.',
    parse: whole(40, 4000)
  }),
  hubApiUrl: row({
    env: 'JUPYTERHUB_API_URL',
    default: '',
    help: 'Address of the hub API; the hub sets it.',
    parse: httpUrl
  }),
  hubApiToken: row({
    env: 'JUPYTERHUB_API_TOKEN',
    default: '',
    help: 'Token of the service; the hub sets it.',
    parse: verbatim
  }),
  hookToken: row({
    env: 'COMMONS_HOOK_TOKEN',
    default: '',
    help: "Secret with which the hub's hook asks before a server starts, and cullers what is idle; configure(c, quota=True) sets it.",
    parse: verbatim
  }),
  metricsToken: row({
    env: 'COMMONS_METRICS_TOKEN',
    default: '',
    help: 'Secret with which Prometheus reads metrics; without one nobody does.',
    parse: verbatim
  }),
  prefix: row({
    env: 'JUPYTERHUB_SERVICE_PREFIX',
    cli: 'prefix',
    default: '/',
    help: 'Path below which everything is served; the hub sets it.',
    parse: pathPrefix
  }),
  hubBaseUrl: row({
    env: 'JUPYTERHUB_BASE_URL',
    default: '/',
    help: 'Path of the hub; the hub sets it.',
    parse: pathPrefix
  }),
  hubClientId: row({
    env: 'JUPYTERHUB_CLIENT_ID',
    default: '',
    help: 'Name of the service for signing in at the hub; the hub sets it. Without it there is no dashboard.',
    parse: verbatim
  }),
  hubHost: row({
    env: 'JUPYTERHUB_HOST',
    default: '',
    help: 'Origin of the hub where users have domains of their own; the hub sets it.',
    parse: httpUrl
  }),
  oauthCallback: row({
    env: 'JUPYTERHUB_OAUTH_CALLBACK_URL',
    default: '',
    help: 'Where the hub sends people back to after signing in for the dashboard; the hub sets it.',
    parse: verbatim
  }),
  publicUrl: row({
    env: 'JUPYTERHUB_PUBLIC_URL',
    default: '',
    help: 'Address at which browsers reach the companion; the hub sets it where it knows it.',
    parse: httpUrl
  })
} as const;

type Settings = typeof settings;
export type Config = { [K in keyof Settings]: Settings[K]['default'] };

const rows = Object.entries(settings) as [keyof Settings, Setting<unknown>][];

/** What `--help` prints. */
export function helpText(): string {
  const lines = rows.map(([, { env, cli, default: value, help }]) => {
    const shown =
      value === null || String(value) === '' ? '' : ` [${String(value)}]`;
    return `  ${cli === undefined ? env : `--${cli}, ${env}`}\n      ${help}${shown}`;
  });
  return `commons-companion: shared notebooks for one JupyterHub\n\n${lines.join('\n')}\n`;
}

function parseOptions(
  args: string[]
): Record<string, string | undefined> & { help?: string } {
  const names = rows.flatMap(([, { cli }]) => (cli === undefined ? [] : [cli]));
  const options = Object.fromEntries(
    names.map(name => [name, { type: 'string' as const }])
  );
  try {
    const { values } = parseArgs({
      args,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      strict: true,
      allowPositionals: false
    });
    return Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, String(value)])
    );
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.split(/[.\n]/)[0] : '';
    throw new SettingError(`${reason}; see --help.`);
  }
}

function valueOf(
  setting: Setting<unknown>,
  option: string | undefined,
  env: NodeJS.ProcessEnv
) {
  const text = option ?? env[setting.env];
  // The hub sets some variables to the empty string to say "none".
  if (text === undefined || (option === undefined && text === '')) {
    return setting.default;
  }
  try {
    return setting.parse(text);
  } catch (error) {
    if (!(error instanceof SettingError)) {
      throw error;
    }
    const name = option === undefined ? setting.env : `--${setting.cli}`;
    throw new SettingError(`${name} must be ${error.message}.`);
  }
}

/** The settings from options, then environment, then defaults; null when help was asked for. */
export function readConfig(
  args: string[],
  env: NodeJS.ProcessEnv
): Config | null {
  const options = parseOptions(args);
  if (options.help !== undefined) {
    return null;
  }
  const values = rows.map(([name, setting]) => [
    name,
    valueOf(
      setting,
      setting.cli === undefined ? undefined : options[setting.cli],
      env
    )
  ]);
  const config = Object.fromEntries(values) as Config;
  if (config.hubApiUrl === '' && config.tokensFile === '') {
    throw new SettingError(
      'Nobody could sign in: start the companion as a service of JupyterHub (which sets JUPYTERHUB_API_URL), or set COMMONS_TOKENS_FILE.'
    );
  }
  if (config.hubApiUrl !== '' && config.hubApiToken === '') {
    throw new SettingError(
      'JUPYTERHUB_API_TOKEN must hold the token of the service.'
    );
  }
  return config;
}
