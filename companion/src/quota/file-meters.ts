import { quotaResources } from '@jupyterlab-commons/protocol';
import type { Node } from 'yaml';
import { secondsOf } from './file-units.ts';
import {
  quoted,
  quotedList,
  type Fields,
  type FileReader
} from './file-reader.ts';
import type { MeterRule } from './types.ts';

const MOST_METERS = 50;
const kinds = ['prometheus', 'command', 'slurm', 'filesystem'] as const;
const keys = ['name', 'resource', 'gpu', 'every', ...kinds];
const example = {
  prometheus:
    'prometheus: {url: "http://prometheus:9090", query: "…", label: user}',
  command: 'command: [/opt/quota/report]',
  slurm: 'slurm: [sreport]',
  filesystem: 'filesystem: [repquota, -a]'
};

/** Programs and services of the admin's that say how much was used. */
export function readMeters(
  reader: FileReader,
  node: Node | undefined
): MeterRule[] {
  const list = reader.list(
    node,
    {
      what: '`meters` must be a list',
      example: `- {name: home, resource: storage-gib, ${example.filesystem}}`
    },
    MOST_METERS
  );
  const names = new Set(['hub']);
  return (list ?? []).flatMap(each => {
    const meter = readMeter(reader, each);
    if (meter === null) {
      return [];
    }
    if (names.has(meter.name)) {
      reader.tell(
        each,
        `a meter with the name ${quoted(meter.name)} is there already; give this one another`
      );
    }
    names.add(meter.name);
    return [meter];
  });
}

function readMeter(reader: FileReader, node: Node): MeterRule | null {
  const fields = reader.fields(node, 'a meter', keys);
  if (fields === null) {
    return null;
  }
  const name = reader.text(
    fields.need('name', 'name: home'),
    { what: 'the `name` of a meter', example: 'name: home' },
    64
  );
  const resource = reader.word(
    fields.need('resource', 'resource: storage-gib'),
    '`resource` of a meter',
    quotaResources
  );
  const gpu = gpuOf(reader, fields, resource);
  const everySeconds = seconds(reader, fields.get('every'));
  const way = readWay(reader, fields);
  return name === null || resource === null || way === null
    ? null
    : { name, resource, gpu, everySeconds, ...way };
}

function gpuOf(
  reader: FileReader,
  fields: Fields,
  resource: string | null
): string | null {
  const node = fields.get('gpu');
  if (node !== undefined && resource !== 'gpu-hours') {
    reader.tell(
      node,
      '`gpu` goes with `resource: gpu-hours` only; take it away'
    );
  }
  return reader.text(node, { what: '`gpu`', example: 'gpu: A100' }, 64);
}

function seconds(reader: FileReader, node: Node | undefined): number {
  const found = reader.unit(
    node,
    { what: '`every` must be a time with a unit', example: 'every: 5m' },
    secondsOf
  );
  if (found !== null && (found < 10 || found > 86_400)) {
    reader.tell(node, '`every` must be from `10s` to `1d`');
  }
  return found ?? 300;
}

type WithoutCommon<T> = T extends unknown
  ? Omit<T, 'name' | 'resource' | 'gpu' | 'everySeconds'>
  : never;

/** Where the meter gets its figures: exactly one of four ways. */
function readWay(
  reader: FileReader,
  fields: Fields
): WithoutCommon<MeterRule> | null {
  const named = kinds.filter(kind => fields.get(kind) !== undefined);
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    reader.tell(
      fields.node,
      `a meter needs exactly one of ${quotedList(kinds)}; write for example \`${example[kind ?? 'command']}\``
    );
    return null;
  }
  const node = fields.get(kind)!;
  if (kind === 'prometheus') {
    return readPrometheus(reader, node);
  }
  const words = reader.list(
    node,
    {
      what: `\`${kind}\` must be the list of the program and its arguments`,
      example: example[kind]
    },
    100
  );
  const command = words?.map(word =>
    reader.text(
      word,
      { what: `each part of \`${kind}\``, example: example[kind] },
      4096
    )
  );
  if (command?.length === 0) {
    reader.tell(
      node,
      `\`${kind}\` names no program; write for example \`${example[kind]}\``
    );
  }
  return command === undefined || command.length === 0 || command.includes(null)
    ? null
    : { kind, command: command as string[] };
}

function readPrometheus(
  reader: FileReader,
  node: Node
): WithoutCommon<MeterRule> | null {
  const wanted = (key: string) => ({
    what: `\`${key}\` of \`prometheus\``,
    example: example.prometheus
  });
  const fields = reader.fields(node, '`prometheus`', ['url', 'query', 'label']);
  if (fields === null) {
    return null;
  }
  const url = reader.text(
    fields.need('url', example.prometheus),
    wanted('url'),
    2048
  );
  const query = reader.text(
    fields.need('query', example.prometheus),
    wanted('query'),
    8192
  );
  const userLabel = reader.text(fields.get('label'), wanted('label'), 255);
  if (url !== null && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    reader.tell(
      fields.get('url'),
      '`url` must be an http or https address, as in `http://prometheus:9090`'
    );
    return null;
  }
  return url === null || query === null
    ? null
    : {
        kind: 'prometheus',
        url: url.replace(/\/+$/, ''),
        query,
        userLabel: userLabel ?? 'user'
      };
}
