import {
  quotaActions,
  quotaResources,
  type QuotaAction,
  type QuotaThreshold
} from '@jupyterlab-commons/protocol';
import type { Node } from 'yaml';
import { bytesOf, secondsOf } from './file-units.ts';
import { quoted, type Fields, type FileReader } from './file-reader.ts';
import { readWindow } from './file-windows.ts';
import type { Combination, Policy, PolicyScope } from './types.ts';

/** As many as a report tells of one person. */
const MOST_POLICIES = 200;
const MOST_THRESHOLDS = 20;
const MOST_AMOUNT = 1e9;
const GIB = 1024 ** 3;
const keys = [
  'name',
  'title',
  'resource',
  'gpu',
  'limit',
  'window',
  'for',
  'pool',
  'combine',
  'source',
  'at',
  'grace'
];
const example =
  '- {name: gpu-month, resource: gpu-hours, limit: 100, window: {calendar: month}}';

/** The policies, and the line of each. */
export function readPolicies(
  reader: FileReader,
  node: Node | undefined,
  zone: string
): { policies: Policy[]; lines: Map<string, number> } {
  const list = reader.list(
    node,
    { what: '`policies` must be a list', example },
    MOST_POLICIES
  );
  const lines = new Map<string, number>();
  const policies = (list ?? []).flatMap(each => {
    const policy = readPolicy(reader, each, zone);
    if (policy === null) {
      return [];
    }
    const before = lines.get(policy.name);
    if (before !== undefined) {
      reader.tell(
        each,
        `the policy of line ${before} has the name ${quoted(policy.name)} too; give one of them another`
      );
    }
    lines.set(policy.name, reader.lineOf(each));
    return [policy];
  });
  return { policies, lines };
}

function readPolicy(
  reader: FileReader,
  node: Node,
  zone: string
): Policy | null {
  const fields = reader.fields(node, 'a policy', keys);
  if (fields === null) {
    return null;
  }
  const name = reader.text(
    fields.need('name', 'name: gpu-month'),
    { what: 'the `name` of a policy', example: 'name: gpu-month' },
    100
  );
  const resource = reader.word(
    fields.need('resource', 'resource: gpu-hours'),
    '`resource`',
    quotaResources
  );
  const before = reader.problems.length;
  const pool =
    reader.word(fields.get('pool'), '`pool`', ['member', 'shared']) ?? 'member';
  const window = readWindow(reader, fields, zone);
  const limit = limitOf(reader, fields, window?.cap ?? null);
  const policy = {
    title:
      reader.text(
        fields.get('title'),
        {
          what: 'the `title` of a policy',
          example: 'title: GPU hours of this month'
        },
        200
      ) ??
      name ??
      '',
    gpu: reader.text(
      fields.get('gpu'),
      { what: '`gpu`', example: 'gpu: A100' },
      64
    ),
    scope: scopeOf(reader, fields.get('for')),
    pool,
    combine: combineOf(reader, fields.get('combine'), pool),
    source:
      reader.text(
        fields.get('source'),
        { what: '`source`', example: 'source: home' },
        64
      ) ?? 'hub',
    thresholds: thresholdsOf(reader, fields)
  };
  return name === null ||
    resource === null ||
    window === null ||
    limit === null ||
    reader.problems.length > before
    ? null
    : { name, resource, limit, window: window.rule, ...policy };
}

/** Of a balance the most that can be saved up, as the limit or as the cap. */
function limitOf(
  reader: FileReader,
  fields: Fields,
  cap: number | null
): number | null {
  const node = fields.get('limit');
  if (node === undefined && cap !== null) {
    return cap;
  }
  fields.need('limit', 'limit: 100');
  const storage = reader.plain(fields.get('resource')) === 'storage-gib';
  const limit =
    storage && typeof reader.plain(node) === 'string'
      ? reader.unit(
          node,
          { what: '`limit` must be a size', example: 'limit: 500G' },
          text => {
            const bytes = bytesOf(text);
            return bytes === null ? null : bytes / GIB;
          }
        )
      : reader.number(
          node,
          { what: '`limit`', example: storage ? 'limit: 500G' : 'limit: 100' },
          { least: 0, most: MOST_AMOUNT }
        );
  if (cap !== null && limit !== null && limit !== cap) {
    reader.tell(
      node,
      'the `limit` of a balance is the most that can be saved up, which `cap` gives too; take one of them away'
    );
  }
  return limit;
}

function scopeOf(reader: FileReader, node: Node | undefined): PolicyScope {
  const everyone: PolicyScope = { kind: 'everyone', name: '' };
  if (node === undefined || reader.plain(node) === 'everyone') {
    return everyone;
  }
  const wanted = 'for: {group: research}';
  if (!reader.isObject(node)) {
    reader.tell(
      node,
      `\`for\` must be \`everyone\`, a group or a user; write for example \`${wanted}\``
    );
    return everyone;
  }
  const fields = reader.fields(node, '`for`', ['group', 'user']);
  const named = (['group', 'user'] as const).filter(
    kind => fields?.get(kind) !== undefined
  );
  const [kind] = named;
  if (fields === null || kind === undefined || named.length > 1) {
    reader.tell(
      node,
      `\`for\` must name one group or one user; write for example \`${wanted}\``
    );
    return everyone;
  }
  const name = reader.text(
    fields.get(kind),
    { what: `the ${kind} of \`for\``, example: wanted },
    255
  );
  return { kind, name: name ?? '' };
}

function combineOf(
  reader: FileReader,
  node: Node | undefined,
  pool: string
): Combination {
  const combine = reader.word(node, '`combine`', ['each', 'max', 'sum']);
  if (pool === 'shared') {
    if (combine !== null && combine !== 'each') {
      reader.tell(node, 'a shared pool stands for itself; take `combine` away');
    }
    return 'each';
  }
  return combine ?? 'max';
}

function thresholdsOf(reader: FileReader, fields: Fields): QuotaThreshold[] {
  const graceSeconds = graceOf(reader, fields.get('grace'));
  const threshold = (percent: number, actions: QuotaAction[]) => ({
    percent,
    actions,
    graceSeconds: actions.includes('stop') ? graceSeconds : 0
  });
  const node = fields.get('at');
  if (node === undefined) {
    return [
      ...[50, 80, 95].map(percent => threshold(percent, ['notice'])),
      threshold(100, ['refuse-start'])
    ];
  }
  const wanted = {
    what: '`at` must say what happens at how many percent',
    example: 'at: {80: notice, 100: [refuse-start, stop]}'
  };
  const entries = reader.entries(node, wanted) ?? [];
  if (entries.length > MOST_THRESHOLDS) {
    reader.tell(node, `\`at\` may have at most ${MOST_THRESHOLDS} thresholds`);
  }
  const found = entries.slice(0, MOST_THRESHOLDS).map(([key, value, line]) => {
    const percent = Number(key.replace(/ ?%$/, ''));
    if (!Number.isInteger(percent) || percent < 1 || percent > 1000) {
      reader.tell(
        line,
        `${quoted(key)} is no threshold; write a whole number of percent from 1 to 1000`
      );
    }
    return threshold(percent, actionsOf(reader, value));
  });
  if (new Set(found.map(({ percent }) => percent)).size < found.length) {
    reader.tell(
      node,
      '`at` names a threshold twice; write its actions as one list'
    );
  }
  return found.sort((a, b) => a.percent - b.percent);
}

function actionsOf(reader: FileReader, node: Node): QuotaAction[] {
  if (typeof reader.plain(node) === 'string') {
    const action = reader.word(node, 'what a threshold does', quotaActions);
    return action === null ? [] : [action];
  }
  const list = reader.list(
    node,
    {
      what: 'what a threshold does must be a word or a list',
      example: '100: [refuse-start, stop]'
    },
    quotaActions.length
  );
  const actions = (list ?? []).map(each =>
    reader.word(each, 'what a threshold does', quotaActions)
  );
  return [...new Set(actions.filter(action => action !== null))];
}

function graceOf(reader: FileReader, node: Node | undefined): number {
  const seconds = reader.unit(
    node,
    { what: '`grace` must be a time with a unit', example: 'grace: 10m' },
    secondsOf
  );
  if (seconds !== null && seconds > 86_400) {
    reader.tell(node, '`grace` is at most `1d`');
  }
  return Math.round(Math.min(seconds ?? 600, 86_400));
}
