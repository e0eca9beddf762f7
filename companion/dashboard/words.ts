import {
  showUnprintable,
  type Allowance,
  type QuotaResource,
  type QuotaThreshold
} from '@jupyterlab-commons/protocol';

const dateTime = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'short'
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export const when = (at: number) => dateTime.format(at);

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000]
] as const;

/** `3 hours ago`, `in 5 minutes`, `now`. */
export function ago(at: number, now: number): string {
  const [unit, ms] =
    steps.find(([, size]) => Math.abs(at - now) >= size) ?? steps[2];
  const amount = Math.round((at - now) / ms);
  return amount === 0 ? 'now' : relative.format(amount, unit);
}

/** Three digits that matter, and no more than one after the point from ten on. */
export function number(value: number): string {
  return value.toLocaleString(undefined, {
    maximumFractionDigits: value >= 100 ? 0 : value >= 10 ? 1 : 2
  });
}

const units: Record<QuotaResource, string> = {
  'server-hours': 'server hours',
  'cpu-hours': 'CPU hours',
  'memory-gib-hours': 'GiB hours',
  'gpu-hours': 'GPU hours',
  credits: 'credits',
  'storage-gib': 'GiB'
};
export const unitOf = (resource: QuotaResource) => units[resource];

export function bytes(value: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let rest = value;
  let index = 0;
  while (rest >= 1000 && index < names.length - 1) {
    rest /= 1024;
    index++;
  }
  return `${number(rest)} ${names[index]}`;
}

export const percentOf = (used: number, limit: number) =>
  limit > 0 ? Math.round((used / limit) * 100) : used > 0 ? 100 : 0;

const periods = { day: 'each day', week: 'each week', month: 'each month' };

/** `in the last 30 days`, `this month`, `balance, more comes in each week`. */
export function windowWords({ kind, seconds, every }: Allowance['window']) {
  switch (kind) {
    case 'rolling':
      return `in the last ${duration(seconds ?? 0)}`;
    case 'calendar':
      return every === 'day' ? 'today' : `this ${every ?? 'month'}`;
    case 'balance':
      return `balance, more comes in ${periods[every ?? 'month']}`;
    case 'now':
      return 'now';
  }
}

export function duration(seconds: number): string {
  const [size, name] =
    seconds >= 86_400
      ? [86_400, 'day']
      : seconds >= 3600
        ? [3600, 'hour']
        : seconds >= 60
          ? [60, 'minute']
          : [1, 'second'];
  const amount = Number((seconds / size).toFixed(1));
  return `${amount} ${name}${amount === 1 ? '' : 's'}`;
}

export function scopeWords({
  kind,
  name
}: {
  kind: 'everyone' | 'group' | 'user';
  name: string;
}): string {
  return kind === 'everyone' ? 'everyone' : `${kind} ${name}`;
}

const actions = {
  notice: 'notice',
  'refuse-start': 'no new server',
  stop: 'stop'
} as const;

export function thresholdWords({
  percent,
  actions: does,
  graceSeconds
}: QuotaThreshold): string {
  const list = does.map(action =>
    action === 'stop' && graceSeconds > 0
      ? `stop after ${duration(graceSeconds)}`
      : actions[action]
  );
  return `${percent} %: ${list.join(', ')}`;
}

const problems = {
  'hub-away': 'The hub does not answer; what runs now is as it was last seen.',
  'meter-away': 'A meter does not answer; its figures are the last ones.',
  'policy-file-broken':
    'The file of policies cannot be read; the one before holds.',
  'not-reported': 'A server that runs reports nothing of itself.'
} as const;
export const problemWords = (problem: keyof typeof problems) =>
  problems[problem];

/** What somebody wrote, without what would make it look like something else. */
export const printable = (text: string) =>
  showUnprintable(text, () => '\ufffd');

/** The beginning of a day as `<input type="date">` writes it, in this browser's zone. */
export const dayStart = (day: string) => new Date(`${day}T00:00`).getTime();
