/**
 * The text format of Prometheus (exposition format 0.0.4). Names and units by
 * its naming rules: base units, `_total` for counters alone.
 */
export type MetricType = 'counter' | 'gauge';

export type Metric = {
  type: MetricType;
  help: string;
  /** Every label it has. Their values are bounded: none is a person or a path. */
  labels: readonly string[];
};

export type MetricTable = Readonly<Record<string, Metric>>;

/** One value, with one text for each label of its metric. */
export type Measured<Name extends string = string> = {
  name: Name;
  value: number;
  labels?: Readonly<Record<string, string>>;
};

const escaped = (value: string) =>
  value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');

/** Prometheus knows `NaN` and `+Inf`; a value that is neither finite nor known is left out by who measures. */
function valueText(value: number): string {
  if (Number.isFinite(value)) {
    return String(value);
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function line({ name, value, labels = {} }: Measured): string {
  const pairs = Object.entries(labels).map(
    ([key, text]) => `${key}="${escaped(text)}"`
  );
  const shown = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  return `${name}${shown} ${valueText(value)}\n`;
}

/** All of it as text, in the order of the table. A metric without a value is left out. */
export function exposition(
  table: MetricTable,
  measured: readonly Measured[]
): string {
  const byName = Map.groupBy(measured, ({ name }) => name);
  return Object.entries(table)
    .filter(([name]) => byName.has(name))
    .map(
      ([name, { type, help }]) =>
        `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n${byName.get(name)!.map(line).join('')}`
    )
    .join('');
}
