import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Disclosure } from '../ui/disclosure';
import { FiguresTable, type FiguresColumn } from '../ui/figures-table';
import { Gauge } from '../ui/gauge';
import type { Series } from '../ui/sparkline';
import { MIB } from '../ui/units';
import {
  cpuGauge,
  diskGauge,
  memoryGauge,
  memoryParts,
  networkGauge
} from './gauge-words';

type GlanceProps = {
  sample: UsageSample;
  history: UsageHistory | null;
  time: number;
  trans: TranslationBundle;
};

/** Limits and use: memory, CPU, disk and network, each with its last hour. */
export function GlanceSection(props: GlanceProps): JSX.Element {
  const { sample, history, time, trans } = props;
  const { cpu, disk, network } = sample;
  const most = cpu.limit ?? cpu.total;
  const step = history?.step ?? 1;
  return (
    <section
      className="jp-Commons-Glance"
      aria-label={trans.__('Limits and use')}
    >
      <div className="jp-Commons-Gauges">
        <MemoryGauge {...props} />
        <Gauge
          words={cpuGauge(trans, cpu)}
          history={
            history === null
              ? undefined
              : {
                  series: history.cpu,
                  step,
                  unit: 'cpu',
                  most: most === undefined ? undefined : most * 100
                }
          }
          trans={trans}
        />
        {disk === undefined ? null : (
          <Gauge words={diskGauge(trans, disk, time)} trans={trans} />
        )}
        {network === undefined ? null : (
          <Gauge
            words={networkGauge(trans, network)}
            history={
              history?.received === undefined
                ? undefined
                : { series: history.received, step, unit: 'rate' }
            }
            trans={trans}
          />
        )}
      </div>
      {history === null ? null : (
        <FiguresTable
          columns={columns(trans, history)}
          end={history.end}
          step={step}
          trans={trans}
        />
      )}
    </section>
  );
}

function MemoryGauge({ sample, history, trans }: GlanceProps): JSX.Element {
  const { memory } = sample;
  const most = memory.limit ?? memory.total;
  const parts = memoryParts(trans, memory);
  return (
    <Gauge
      words={memoryGauge(trans, memory)}
      history={
        history === null
          ? undefined
          : {
              series: history.memory,
              step: history.step,
              unit: 'memory',
              most: most === undefined ? undefined : most / MIB
            }
      }
      trans={trans}
    >
      {parts.length === 0 ? null : (
        <Disclosure summary={trans.__('What counts')}>
          {() => (
            <ul className="jp-Commons-Parts">
              {parts.map(line => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </Disclosure>
      )}
    </Gauge>
  );
}

function columns(
  trans: TranslationBundle,
  history: UsageHistory
): FiguresColumn[] {
  const { memory, cpu, received, sent } = history;
  const all: [string, Series | undefined, FiguresColumn['unit']][] = [
    [trans.__('Memory'), memory, 'memory'],
    [trans.__('CPU'), cpu, 'cpu'],
    [trans.__('Received'), received, 'rate'],
    [trans.__('Sent'), sent, 'rate']
  ];
  return all.flatMap(([label, series, unit]) =>
    series === undefined ? [] : [{ label, series, unit }]
  );
}
