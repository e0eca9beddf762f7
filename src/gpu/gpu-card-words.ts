import type { Gpu } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { GaugeWords } from '../ui/gauge';
import { relative } from '../ui/time';
import {
  bytesOfWords,
  bytesWords,
  notReported,
  numberWords,
  percentOf,
  percentWords,
  rateWords,
  reported
} from '../ui/units';

const HIGH_PERCENT = 90;
const FULL_PERCENT = 98;

/** A figure with its name; without words it is not reported. */
export type Fact = { label: string; words: string | undefined };

/** How busy it is; null for what MIG has split, where that is not reported. */
export function busyGauge(
  trans: TranslationBundle,
  gpu: Gpu
): GaugeWords | null {
  const label = trans.__('Busy');
  const { busy } = gpu;
  if (busy !== undefined) {
    return { label, percent: Math.floor(busy) };
  }
  return gpu.mig === true || gpu.partOf !== undefined
    ? null
    : { label, value: notReported(trans) };
}

export function gpuMemoryGauge(trans: TranslationBundle, gpu: Gpu): GaugeWords {
  const { memoryUsed: used, memoryTotal: total } = gpu;
  const label = trans.__('Memory');
  if (used === undefined || total === undefined) {
    return { label, value: reported(trans, used, bytesWords) };
  }
  const percent = percentOf(used, total);
  return {
    label,
    value: bytesOfWords(trans, used, total),
    percent,
    tone:
      percent >= FULL_PERCENT
        ? 'full'
        : percent >= HIGH_PERCENT
          ? 'high'
          : 'ok',
    state:
      percent >= FULL_PERCENT
        ? trans.__('almost full')
        : percent >= HIGH_PERCENT
          ? trans.__('high')
          : undefined
  };
}

const of = (trans: TranslationBundle, used: number, most?: number): string =>
  most === undefined
    ? numberWords(used)
    : trans.__('%1 of %2', numberWords(used), numberWords(most));

/** The figures that are looked at now and then. */
export function gpuFacts(trans: TranslationBundle, gpu: Gpu): Fact[] {
  const fact = <T>(
    label: string,
    value: T | undefined,
    words: (value: T) => string
  ): Fact => ({
    label,
    words: value === undefined ? undefined : words(value)
  });
  const rate = (value: number) => rateWords(trans, value);
  const percent = (value: number) => percentWords(trans, value);
  const { powerLimit, clockMost } = gpu;
  return [
    fact(trans.__('Power'), gpu.power, watts =>
      trans.__('%1 W', of(trans, watts, powerLimit))
    ),
    fact(trans.__('Temperature'), gpu.temperature, degrees =>
      trans.__('%1 °C', numberWords(degrees))
    ),
    fact(trans.__('Fan'), gpu.fan, percent),
    fact(trans.__('Clock'), gpu.clock, mhz =>
      trans.__('%1 MHz', of(trans, mhz, clockMost))
    ),
    fact(trans.__('Memory clock'), gpu.memoryClock, mhz =>
      trans.__('%1 MHz', numberWords(mhz))
    ),
    fact(trans.__('Memory bus busy'), gpu.memoryBusy, percent),
    fact(trans.__('Memory errors'), gpu.eccErrors, errors =>
      errors === 0 ? trans.__('none') : numberWords(errors)
    ),
    fact(trans.__('PCIe in'), gpu.pcieReceived, rate),
    fact(trans.__('PCIe out'), gpu.pcieSent, rate),
    fact(trans.__('NVLink in'), gpu.nvlinkReceived, rate),
    fact(trans.__('NVLink out'), gpu.nvlinkSent, rate)
  ];
}

/** Power and temperature in a few characters, for a card whose details are closed. */
export function shortFacts(trans: TranslationBundle, gpu: Gpu): string {
  return [
    gpu.power === undefined
      ? undefined
      : trans.__('%1 W', numberWords(gpu.power)),
    gpu.temperature === undefined
      ? undefined
      : trans.__('%1 °C', numberWords(gpu.temperature))
  ]
    .filter(each => each !== undefined)
    .join(' · ');
}

type Throttle = NonNullable<Gpu['throttle']>[number];

function throttleWords(trans: TranslationBundle, reason: Throttle): string {
  switch (reason) {
    case 'power':
      return trans.__('its power limit');
    case 'thermal':
      return trans.__('heat');
    case 'power-brake':
      return trans.__('the power supply of the machine');
    case 'hardware':
      return trans.__('a hardware slowdown');
    case 'applications-clocks':
      return trans.__('a clock that was set by hand');
    case 'sync':
      return trans.__('another GPU that it keeps step with');
    case 'other':
      return trans.__('a reason that the driver does not name');
  }
}

/** What deserves to be read without opening anything; most serious first. */
export function gpuWarnings(
  trans: TranslationBundle,
  gpu: Gpu,
  time: number
): string[] {
  const { state, xid, xidAt, eccErrors = 0, throttle = [] } = gpu;
  const lines: string[] = [];
  if (state === 'lost') {
    lines.push(
      trans.__(
        'This GPU does not answer any more. Save your work, then stop this server and start it again; tell your admin if it stays lost.'
      )
    );
  } else if (state === 'failed') {
    lines.push(
      trans.__(
        'This GPU cannot be read. The detail is in the log of this server.'
      )
    );
  }
  if (xid !== undefined) {
    const error = trans.__('The driver reported error Xid %1', String(xid));
    lines.push(
      xidAt === undefined
        ? trans.__('%1.', error)
        : trans.__(
            '%1, %2.',
            error,
            relative(new Date(xidAt).toISOString(), time)
          )
    );
  }
  if (eccErrors > 0) {
    lines.push(
      trans._n(
        '%1 memory error could not be corrected. Results may be wrong; tell your admin.',
        '%1 memory errors could not be corrected. Results may be wrong; tell your admin.',
        eccErrors
      )
    );
  }
  if (throttle.length > 0) {
    lines.push(
      trans.__(
        'Slowed down by %1.',
        throttle.map(reason => throttleWords(trans, reason)).join(', ')
      )
    );
  }
  return lines;
}
