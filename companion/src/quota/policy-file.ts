import { FileReader, quoted, quotedList } from './file-reader.ts';
import { readMeters } from './file-meters.ts';
import { readPolicies } from './file-policies.ts';
import { readProfiles } from './file-profiles.ts';
import { nearest } from './nearest.ts';
import type {
  FileProblem,
  MeterRule,
  Policy,
  PolicySet,
  ProfileRule
} from './types.ts';
import { isZone } from './zones.ts';

export { isUnclear, profileOf } from './file-profiles.ts';

/** Larger than any file that people write. */
export const MOST_FILE_BYTES = 1_000_000;

/** No policies: nobody is limited, and what is used is counted all the same. */
export const NO_POLICIES: PolicySet = {
  zone: 'UTC',
  contact: '',
  profiles: [],
  policies: [],
  meters: []
};

/** The set, or all that keeps the file from being used; `lines` says where each policy stands. */
export type PolicyFileRead =
  | { set: PolicySet; lines: ReadonlyMap<string, number>; problems: [] }
  | { set: null; problems: FileProblem[] };

/** Reads a file of policies: YAML, of which JSON is a part. It is taken whole or not at all. */
export function readPolicySet(text: string): PolicyFileRead {
  if (Buffer.byteLength(text) > MOST_FILE_BYTES) {
    return refused('the file is larger than 1 MB');
  }
  if (text.trim() === '') {
    return refused(
      'the file is empty; to have no policies write `policies: []`'
    );
  }
  const reader = new FileReader(text);
  const { root } = reader;
  if (root === null) {
    return { set: null, problems: orNothing(reader.problems) };
  }
  const top = reader.fields(root, 'the file', [
    'timezone',
    'contact',
    'profiles',
    'policies',
    'meters'
  ]);
  if (top === null) {
    return { set: null, problems: reader.problems };
  }
  const zone = zoneOf(reader, top.get('timezone'));
  const contact = reader.text(
    top.get('contact'),
    {
      what: '`contact`',
      example: 'contact: Ask research-computing@example.org for more.'
    },
    500
  );
  const profiles = readProfiles(reader, top.get('profiles'));
  const meters = readMeters(reader, top.get('meters'));
  const { policies, lines } = readPolicies(
    reader,
    top.need('policies', 'policies: []'),
    zone
  );
  for (const policy of policies) {
    const wrong = mismatch(policy, profiles, meters);
    if (wrong !== null) {
      reader.tell(
        lines.get(policy.name) ?? 0,
        `the policy ${quoted(policy.name)}: ${wrong}`
      );
    }
  }
  return reader.problems.length > 0
    ? { set: null, problems: byLine(reader.problems) }
    : {
        set: { zone, contact: contact ?? '', profiles, policies, meters },
        lines,
        problems: []
      };
}

function refused(message: string): PolicyFileRead {
  return { set: null, problems: [{ line: 0, message }] };
}

function orNothing(problems: FileProblem[]): FileProblem[] {
  return problems.length > 0
    ? byLine(problems)
    : [
        {
          line: 0,
          message:
            'the file says nothing; to have no policies write `policies: []`'
        }
      ];
}

function byLine(problems: readonly FileProblem[]): FileProblem[] {
  return [...problems].sort((a, b) => a.line - b.line);
}

function zoneOf(
  reader: FileReader,
  node: Parameters<FileReader['text']>[0]
): string {
  const zone = reader.text(
    node,
    { what: '`timezone`', example: 'timezone: Europe/Berlin' },
    64
  );
  if (zone === null || isZone(zone)) {
    return zone ?? 'UTC';
  }
  const meant = nearest(zone, Intl.supportedValuesOf('timeZone'));
  const advice =
    meant === null
      ? 'write for example `Europe/Berlin`'
      : `did you mean \`${meant}\`?`;
  reader.tell(node, `there is no time zone ${quoted(zone)}; ${advice}`);
  return 'UTC';
}

/** What profiles and meters say against a policy: it could never count anything. */
function mismatch(
  policy: Policy,
  profiles: readonly ProfileRule[],
  meters: readonly MeterRule[]
): string | null {
  const { resource, gpu, source } = policy;
  if (gpu !== null && resource !== 'gpu-hours') {
    return '`gpu` goes with `resource: gpu-hours` only; take it away';
  }
  if (source !== 'hub') {
    return meterMismatch(policy, meters);
  }
  switch (resource) {
    case 'storage-gib':
      return 'the hub does not know what is stored; write `source:` and the name of a meter';
    case 'gpu-hours':
      return gpuMismatch(gpu, profiles);
    case 'server-hours':
      return null;
    default:
      return profiles.some(each => takes(each, resource))
        ? null
        : `no profile says how much ${noun[resource]} a server takes, so nothing would be counted; add it to \`profiles\``;
  }
}

const noun = {
  'cpu-hours': '`cpu`',
  'memory-gib-hours': '`memory`',
  credits: '`credits`'
};

function takes(profile: ProfileRule, resource: keyof typeof noun): boolean {
  const amounts = {
    'cpu-hours': profile.cpu,
    'memory-gib-hours': profile.memoryBytes,
    credits: profile.creditsPerHour
  };
  return amounts[resource] > 0;
}

function gpuMismatch(
  gpu: string | null,
  profiles: readonly ProfileRule[]
): string | null {
  const models = profiles
    .filter(({ gpus }) => gpus > 0)
    .map(({ gpuModel }) => gpuModel);
  if (models.length === 0) {
    return 'no profile has GPUs, so nothing would be counted; add `gpus: 1` to one of `profiles`';
  }
  if (gpu === null || models.includes(gpu)) {
    return null;
  }
  const named = [...new Set(models.filter(model => model !== null))];
  const known =
    named.length === 0
      ? 'no profile names its GPU'
      : `profiles have ${quotedList(named)}`;
  return `no profile has the GPU ${quoted(gpu)}; ${known}`;
}

function meterMismatch(
  { resource, gpu, source }: Policy,
  meters: readonly MeterRule[]
): string | null {
  const meter = meters.find(({ name }) => name === source);
  if (meter === undefined) {
    const meant = nearest(source, [...meters.map(({ name }) => name), 'hub']);
    const advice =
      meant === null ? 'add it to `meters`' : `did you mean \`${meant}\`?`;
    return `there is no meter ${quoted(source)}; ${advice}`;
  }
  if (meter.resource !== resource) {
    return `the meter ${quoted(source)} measures \`${meter.resource}\`, not \`${resource}\`; use one of them for both`;
  }
  return meter.gpu === gpu
    ? null
    : `\`gpu\` must be the same as for the meter ${quoted(source)}`;
}
