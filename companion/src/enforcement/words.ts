/** What people are told when they may not start a server, or when theirs is stopped. English: the hub's page has no other language. */
import type { Allowance, QuotaResource } from '@jupyterlab-commons/protocol';
import { printable } from '../log.ts';
import type { Millis } from './types.ts';

const units: Record<QuotaResource, string> = {
  'server-hours': 'server hours',
  'cpu-hours': 'CPU hours',
  'memory-gib-hours': 'GiB hours of memory',
  'gpu-hours': 'GPU hours',
  credits: 'credits',
  'storage-gib': 'GiB of storage'
};

/** At most three figures after the point, and only where they say something. */
function figure(amount: number): string {
  const digits = amount >= 100 ? 0 : amount >= 1 ? 1 : 3;
  return Number(amount.toFixed(digits)).toLocaleString('en-GB', {
    maximumFractionDigits: 3
  });
}

function unitOf({ resource, gpu }: Allowance): string {
  return gpu === undefined
    ? units[resource]
    : `${units[resource]} (${printable(gpu)})`;
}

/** `10 of 10 GPU hours`, as it is for the person or for everybody in the pool. */
export function usedOfLimit(allowance: Allowance): string {
  const { used, limit, pool, scope } = allowance;
  const whose =
    pool === 'member'
      ? ''
      : scope.kind === 'group'
        ? `, by all of ${printable(scope.name)} together`
        : ', by all together';
  return `${figure(used)} of ${figure(limit)} ${unitOf(allowance)}${whose}`;
}

/** `Saturday, 21 November 2026 at 14:05 (Europe/Vienna)`. */
export function whenIn(zone: string, at: Millis): string {
  const text = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit'
  }).format(at);
  return `${text} (${zone})`;
}

/** When a server may be started again, in words. */
function freeWords(freeAt: Millis | null, zone: string): string {
  return freeAt === null
    ? 'It does not become free by itself.'
    : // The minute that is shown has passed when the hub is asked again.
      `You can start a server again from ${whenIn(zone, Math.ceil(freeAt / 60_000) * 60_000)}, if nothing more is used until then.`;
}

/** A name or an address makes a sentence; a sentence of the admin's stands as it is. */
function askWords(contact: string): string {
  const words = printable(contact).trim();
  const sentence =
    words === ''
      ? 'If you need more, ask the admin of this hub.'
      : /\s/.test(words)
        ? words
        : `If you need more, ask ${words}.`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Why a server is not started: what is used up, when it is free again, whom to ask. */
export function refusalWords(
  allowances: readonly Allowance[],
  { zone, contact }: { zone: string; contact: string }
): string {
  const used = allowances
    .slice(0, 5)
    .map(
      allowance =>
        `${printable(allowance.title)}: ${usedOfLimit(allowance)} are used up.`
    );
  return [
    'No server is started, because your quota is used up.',
    ...used,
    freeWords(latestFree(allowances), zone),
    askWords(contact)
  ].join(' ');
}

/** All of them must be free; null when one of them never is. */
export function latestFree(allowances: readonly Allowance[]): Millis | null {
  const times = allowances.map(({ freeAt }) => freeAt ?? null);
  return times.some(at => at === null)
    ? null
    : Math.max(...times.map(at => at!));
}

/** Why a server is going to be stopped, as long as a planned stop's message may be. */
export function stopWords(allowance: Allowance): string {
  return `${printable(allowance.title)}: ${usedOfLimit(allowance)} are used.`.slice(
    0,
    500
  );
}
