import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  usageHistory,
  usageSample,
  type UsageHistory,
  type UsageSample
} from '@jupyterlab-commons/protocol';

const read = (name: string): unknown =>
  JSON.parse(
    readFileSync(
      join(__dirname, '../../../protocol/fixtures', `${name}.json`),
      'utf8'
    )
  );

/** The sample that protocol, server and page agree on, with changes at its top. */
export function sampleWith(change: Partial<UsageSample> = {}): UsageSample {
  return { ...usageSample(read('usage-sample')), ...change };
}

export function historyWith(change: Partial<UsageHistory> = {}): UsageHistory {
  return { ...usageHistory(read('usage-history')), ...change };
}

/** The kernel of the fixture. */
export const KERNEL = '0f3c7a52-9d5e-4c1b-8a67-2f1f6c3d9e10';
