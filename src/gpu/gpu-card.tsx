import type {
  Gpu,
  UsageHistory,
  UsageSample
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Disclosure } from '../ui/disclosure';
import { FiguresTable } from '../ui/figures-table';
import { Gauge, type GaugeHistory } from '../ui/gauge';
import { gpuWords, partsOf } from '../ui/gpu-words';
import { MIB } from '../ui/units';
import type { UsageVerb } from '../ui/usage-widget';
import { shortName } from '../ui/words';
import {
  busyGauge,
  gpuFacts,
  gpuMemoryGauge,
  gpuWarnings,
  shortFacts
} from './gpu-card-words';
import { holderWords, idleHolders } from './gpu-holders-words';

/** Enough of a UUID to tell one GPU from another. */
const UUID_CHARS = 12;

export type GpuCardProps = {
  id: string;
  sample: UsageSample;
  history: UsageHistory | null;
  time: number;
  /** With few GPUs there is room for everything. */
  isOpen: boolean;
  trans: TranslationBundle;
  run: (verb: UsageVerb, key: string) => void;
};

/** One GPU: how busy, how full, who holds it, and what is wrong with it. */
export function GpuCard(props: GpuCardProps): JSX.Element {
  const { id, sample, isOpen, trans } = props;
  const gpu = sample.gpus[id]!;
  const title = React.useId();
  const parts = partsOf(sample.gpus, id);
  return (
    <li className={`jp-Commons-GpuCard jp-mod-${gpu.state}`}>
      <article aria-labelledby={title}>
        <header>
          <h3 id={title}>{gpuWords(trans, sample.gpus, id)}</h3>
          <p className="jp-Commons-GpuCard-name" title={shortName(gpu.name)}>
            {shortName(gpu.name)}
          </p>
          {gpu.uuid === undefined ? null : (
            <p className="jp-Commons-GpuCard-uuid" title={shortName(gpu.uuid)}>
              {shortName(gpu.uuid.slice(0, UUID_CHARS))}
            </p>
          )}
        </header>
        <Warnings {...props} gpu={gpu} />
        {gpu.state === 'ok' ? <Gauges {...props} gpu={gpu} /> : null}
        {gpu.mig === true ? (
          <p className="jp-Commons-Usage-hint">
            {trans.__(
              'Split into parts by MIG. Utilisation is not reported by MIG.'
            )}
          </p>
        ) : null}
        <Holders {...props} />
        {parts.length === 0 ? null : (
          <ul
            className="jp-Commons-GpuCard-parts"
            aria-label={trans.__('Parts of this GPU')}
          >
            {parts.map(key => (
              <Part key={key} {...props} id={key} />
            ))}
          </ul>
        )}
        {gpu.state === 'ok' ? (
          <Disclosure
            startOpen={isOpen}
            summary={[trans.__('Details'), shortFacts(trans, gpu)]
              .filter(each => each !== '')
              .join(' · ')}
          >
            {() => <Details {...props} gpu={gpu} />}
          </Disclosure>
        ) : null}
      </article>
    </li>
  );
}

type WithGpu = GpuCardProps & { gpu: Gpu };

/** A MIG instance inside the card of its GPU. */
function Part(props: GpuCardProps): JSX.Element {
  const { id, sample, trans } = props;
  const gpu = sample.gpus[id]!;
  const name = gpuWords(trans, sample.gpus, id);
  return (
    <li>
      {gpu.state === 'ok' ? (
        <Gauges {...props} gpu={gpu} label={name} />
      ) : (
        <p>{name}</p>
      )}
      <Warnings {...props} gpu={gpu} />
      <Holders {...props} />
    </li>
  );
}

function Gauges(props: WithGpu & { label?: string }): JSX.Element {
  const { id, gpu, history, label, trans } = props;
  const past = history?.gpus[id];
  const step = history?.step ?? 1;
  const { memoryTotal } = gpu;
  const busyWords = busyGauge(trans, gpu);
  const memoryWords = gpuMemoryGauge(trans, gpu);
  const busy: GaugeHistory | undefined =
    past === undefined || gpu.busy === undefined
      ? undefined
      : { series: past.busy, step, unit: 'percent', most: 100 };
  const memory: GaugeHistory | undefined =
    past === undefined
      ? undefined
      : {
          series: past.memory,
          step,
          unit: 'memory',
          most: memoryTotal === undefined ? undefined : memoryTotal / MIB
        };
  return (
    <div className="jp-Commons-GpuCard-gauges">
      {busyWords === null ? null : (
        <Gauge words={busyWords} history={busy} trans={trans} />
      )}
      <Gauge
        words={{ ...memoryWords, label: label ?? memoryWords.label }}
        history={memory}
        trans={trans}
      />
    </div>
  );
}

function Warnings({ gpu, time, trans }: WithGpu): JSX.Element | null {
  const lines = gpuWarnings(trans, gpu, time);
  return lines.length === 0 ? null : (
    <ul className="jp-Commons-GpuCard-warnings">
      {lines.map(line => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Holders(props: GpuCardProps): JSX.Element {
  const { id, sample, time, trans, run } = props;
  const lines = holderWords(trans, sample, { gpu: id, time });
  const idle = idleHolders(trans, sample, { gpu: id, time });
  return (
    <>
      {lines.length === 0 ? null : (
        <ul
          className="jp-Commons-GpuCard-holders"
          aria-label={trans.__('Held by')}
        >
          {lines.map(line => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {idle.map(({ key, name, text }) => (
        <p key={key} className="jp-Commons-GpuCard-idle">
          <span>{text}</span>{' '}
          <button
            type="button"
            className="jp-Commons-button"
            aria-label={trans.__('Shut down %1', name)}
            onClick={() => run('shut-down', key)}
          >
            {trans.__('Shut down')}
          </button>
        </p>
      ))}
    </>
  );
}

function Details(props: WithGpu): JSX.Element {
  const { id, gpu, history, trans } = props;
  const facts = gpuFacts(trans, gpu);
  const absent = facts.filter(({ words }) => words === undefined);
  const past = history?.gpus[id];
  return (
    <>
      <dl className="jp-Commons-GpuCard-facts">
        {facts
          .filter(({ words }) => words !== undefined)
          .map(({ label, words }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{words}</dd>
            </div>
          ))}
      </dl>
      {absent.length === 0 ? null : (
        <p className="jp-Commons-Usage-hint">
          {trans.__(
            'Not reported: %1.',
            absent.map(({ label }) => label).join(', ')
          )}
        </p>
      )}
      {history === null || past === undefined ? null : (
        <FiguresTable
          columns={[
            { label: trans.__('Busy'), series: past.busy, unit: 'percent' },
            { label: trans.__('Memory'), series: past.memory, unit: 'memory' }
          ]}
          end={history.end}
          step={history.step}
          trans={trans}
        />
      )}
    </>
  );
}
