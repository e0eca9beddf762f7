import type { Gpu } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortName } from './words';

type Gpus = Readonly<Record<string, Gpu>>;

/** Part 10 stands after part 9. */
const inOrder = new Intl.Collator(undefined, { numeric: true });

/** The keys of the GPUs in the order of the driver, MIG instances behind their GPU. */
export function gpuOrder(gpus: Gpus): string[] {
  return Object.keys(gpus).sort(
    (a, b) =>
      gpus[a]!.index - gpus[b]!.index ||
      Number(gpus[a]!.partOf !== undefined) -
        Number(gpus[b]!.partOf !== undefined) ||
      inOrder.compare(a, b)
  );
}

/** The keys of the MIG instances of this GPU. */
export function partsOf(gpus: Gpus, key: string): string[] {
  return gpuOrder(gpus).filter(each => gpus[each]!.partOf === key);
}

/** "GPU 0"; of a MIG instance "GPU 1, part 2 (1g.10gb)". */
export function gpuWords(
  trans: TranslationBundle,
  gpus: Gpus,
  key: string
): string {
  const gpu = gpus[key];
  if (gpu === undefined) {
    return trans.__('GPU %1', shortName(key));
  }
  if (gpu.partOf === undefined) {
    return trans.__('GPU %1', gpu.index);
  }
  const place = partsOf(gpus, gpu.partOf).indexOf(key) + 1;
  const profile = /\bMIG (\S+)$/.exec(gpu.name)?.[1];
  return profile === undefined
    ? trans.__('GPU %1, part %2', gpu.index, place)
    : trans.__('GPU %1, part %2 (%3)', gpu.index, place, shortName(profile));
}
