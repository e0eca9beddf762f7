import type { QuotaResource } from '@jupyterlab-commons/protocol';
import type { Rates } from './types.ts';

/** Of a server that no rule says anything about: its hours count, and nothing else. */
export const NO_RATES: Rates = {
  cpu: 0,
  memoryBytes: 0,
  gpus: 0,
  gpuModel: null,
  creditsPerHour: 0
};

const GIB = 2 ** 30;

/** How much of a resource an hour of a server takes; of one GPU model if named. */
export function perHour(
  rates: Rates,
  resource: QuotaResource,
  gpu: string | null
): number {
  switch (resource) {
    case 'server-hours':
      return 1;
    case 'cpu-hours':
      return rates.cpu;
    case 'memory-gib-hours':
      return rates.memoryBytes / GIB;
    case 'gpu-hours':
      return gpu === null || gpu === rates.gpuModel ? rates.gpus : 0;
    case 'credits':
      return rates.creditsPerHour;
    case 'storage-gib':
      return 0;
  }
}

export function sameRates(a: Rates, b: Rates): boolean {
  return (
    a.cpu === b.cpu &&
    a.memoryBytes === b.memoryBytes &&
    a.gpus === b.gpus &&
    a.gpuModel === b.gpuModel &&
    a.creditsPerHour === b.creditsPerHour
  );
}
