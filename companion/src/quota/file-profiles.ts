import type { Node } from 'yaml';
import { bytesOf } from './file-units.ts';
import { quoted, type Fields, type FileReader } from './file-reader.ts';
import type { ProfileRule } from './types.ts';

const MOST_PROFILES = 200;
const MOST_OPTIONS = 20;
const keys = ['name', 'match', 'cpu', 'memory', 'gpus', 'gpu', 'credits'];

/** Profiles in the order of the file; the first that fits a server counts. */
export function readProfiles(
  reader: FileReader,
  node: Node | undefined
): ProfileRule[] {
  const list = reader.list(
    node,
    {
      what: '`profiles` must be a list',
      example: '- {name: default, cpu: 2, memory: 4G}'
    },
    MOST_PROFILES
  );
  const seen = new Map<string, string>();
  return (list ?? []).flatMap(each => {
    const profile = readProfile(reader, each);
    if (profile === null) {
      return [];
    }
    noteTwice(reader, each, profile, seen);
    return [profile];
  });
}

function readProfile(reader: FileReader, node: Node): ProfileRule | null {
  const fields = reader.fields(node, 'a profile', keys);
  if (fields === null) {
    return null;
  }
  const name = reader.text(
    fields.need('name', 'name: gpu'),
    { what: 'the `name` of a profile', example: 'name: gpu' },
    255
  );
  const gpus = amount(reader, fields, 'gpus', { most: 1024, whole: true });
  const model = fields.get('gpu');
  const gpuModel = reader.text(
    model,
    { what: '`gpu`', example: 'gpu: A100' },
    64
  );
  if (gpuModel !== null && gpus === 0) {
    reader.tell(
      model,
      '`gpu` names a model, but the profile has no GPUs; add `gpus: 1`, or take `gpu` away'
    );
  }
  return name === null
    ? null
    : {
        name,
        match: readMatch(reader, fields.get('match')),
        cpu: amount(reader, fields, 'cpu', { most: 10_000 }),
        memoryBytes: memoryOf(reader, fields.get('memory')),
        gpus,
        gpuModel,
        creditsPerHour: amount(reader, fields, 'credits', { most: 1e6 })
      };
}

function amount(
  reader: FileReader,
  fields: Fields,
  key: string,
  bounds: { most: number; whole?: boolean }
): number {
  const wanted = { what: `\`${key}\``, example: `${key}: 1` };
  return reader.number(fields.get(key), wanted, { least: 0, ...bounds }) ?? 0;
}

function memoryOf(reader: FileReader, node: Node | undefined): number {
  const most = 1024 ** 5;
  const bytes = reader.unit(
    node,
    { what: '`memory` must be a number with a unit', example: 'memory: 64G' },
    bytesOf
  );
  if (bytes !== null && bytes > most) {
    reader.tell(node, '`memory` is more than any server has; the most is `1P`');
  }
  return bytes ?? 0;
}

/** Options of the spawner that name the profile; without any it is that of all other servers. */
function readMatch(
  reader: FileReader,
  node: Node | undefined
): Record<string, string> {
  const wanted = {
    what: '`match` must name options of the spawner',
    example: 'match: {profile: gpu-large}'
  };
  const entries = reader.entries(node, wanted) ?? [];
  if (entries.length > MOST_OPTIONS) {
    reader.tell(node, `\`match\` may name at most ${MOST_OPTIONS} options`);
  }
  const match = entries.slice(0, MOST_OPTIONS).map(([key, value]) => {
    const text = reader.text(
      value,
      {
        what: `the option ${quoted(key)}`,
        example: `${key.slice(0, 30)}: "1"`
      },
      255
    );
    return [key, text ?? ''];
  });
  return Object.fromEntries(match.filter(([key]) => key !== '__proto__'));
}

function noteTwice(
  reader: FileReader,
  node: Node,
  { name, match }: ProfileRule,
  seen: Map<string, string>
): void {
  const fits = JSON.stringify(Object.entries(match).sort());
  const other = seen.get(fits);
  if (seen.has(`name ${name}`)) {
    reader.tell(
      node,
      `two profiles have the name ${quoted(name)}; give one of them another`
    );
  } else if (other !== undefined) {
    const what = fits === '[]' ? 'have no `match`' : 'have the same `match`';
    reader.tell(
      node,
      `the profiles ${quoted(other)} and ${quoted(name)} ${what}, so only the first would ever count; take one away`
    );
  }
  seen.set(`name ${name}`, name);
  seen.set(fits, other ?? name);
}

/** The profile of a server with these options: the first that fits, else the one that names none. */
export function profileOf(
  profiles: readonly ProfileRule[],
  options: Readonly<Record<string, unknown>>
): ProfileRule | null {
  const fitting = named(profiles).find(({ match }) =>
    Object.entries(match).every(([key, value]) => fits(options, key, value))
  );
  const others = profiles.find(({ match }) => Object.keys(match).length === 0);
  return fitting ?? others ?? null;
}

/** Whether one of the rules could fit, and before the others, if it were known what these options are. */
export function isUnclear(
  profiles: readonly ProfileRule[],
  options: Readonly<Record<string, unknown>>,
  unread: readonly string[]
): boolean {
  if (unread.length === 0) {
    return false;
  }
  const hidden = new Set(unread);
  const first = named(profiles).find(({ match }) =>
    Object.entries(match).every(
      ([key, value]) => hidden.has(key) || fits(options, key, value)
    )
  );
  return (
    first !== undefined && Object.keys(first.match).some(key => hidden.has(key))
  );
}

const named = (profiles: readonly ProfileRule[]) =>
  profiles.filter(({ match }) => Object.keys(match).length > 0);

const fits = (
  options: Readonly<Record<string, unknown>>,
  key: string,
  value: string
) => Object.hasOwn(options, key) && String(options[key]) === value;
