import '../../style/usage.css';
import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import * as React from 'react';
import type { IResources } from '../tokens';
import { EmptyState } from '../ui/empty-state';
import { sampleOf } from '../ui/sample-of';
import { ProblemLines, StateFrame } from '../ui/usage-frame';
import {
  UsageWidget,
  type UsagePanelOptions,
  type UsageViewProps
} from '../ui/usage-widget';
import { ConsumersTable } from './consumers-table';
import { FoldersSection } from './folders-section';
import { diskPercent } from './gauge-words';
import { GlanceSection } from './glance-section';
import { IncidentsSection } from './incidents-section';
import { OutlookLine } from './outlook-line';

/** A home that is as full as this shows its folders before the kernels. */
const DISK_FIRST_PERCENT = 80;

/** What this server uses of its machine, and what uses it. */
export class ResourcesPanel extends UsageWidget {
  constructor(
    options: UsagePanelOptions & { sections?: IResources['sections'] }
  ) {
    super(options);
    this._sections = options.sections ?? [];
    this.addClass('jp-Commons-Usage');
    this.addClass('jp-Commons-Resources');
  }

  protected override render(): JSX.Element {
    return (
      <ResourcesView
        {...this.viewProps}
        sections={this._sections}
        scan={() => this.options.usage.scanHome()}
      />
    );
  }

  private readonly _sections: IResources['sections'];
}

export type ResourcesViewProps = UsageViewProps & {
  scan: () => void;
  /** What other plugins show here. */
  sections?: IResources['sections'];
};

export function ResourcesView(props: ResourcesViewProps): JSX.Element {
  const added = useAdded(props.sections);
  return (
    <>
      <StateFrame {...props}>
        {(sample, history) => (
          <Figures {...props} {...{ sample, history, added }} />
        )}
      </StateFrame>
      {sampleOf(props.state) === null ? added : null}
    </>
  );
}

/** What others add, once its code is here; the panel does without what does not come. */
function useAdded(sections: IResources['sections'] = NONE): React.ReactNode {
  const [added, setAdded] = React.useState<React.ReactNode>(null);
  React.useEffect(() => {
    void Promise.all(
      sections.map(load =>
        load().catch((reason: unknown) => {
          console.warn('jupyterlab-commons:', reason);
          return React.Fragment;
        })
      )
    ).then(parts => setAdded(parts.map((Part, index) => <Part key={index} />)));
  }, [sections]);
  return added;
}

const NONE: IResources['sections'] = [];

type FiguresProps = ResourcesViewProps & {
  added: React.ReactNode;
  sample: UsageSample;
  history: UsageHistory | null;
};

function Figures(props: FiguresProps): JSX.Element {
  const { state, sample, history, time, trans, run, added } = props;
  const { memory, cpu, disk, incidents } = sample;
  // What else is wrong with GPUs stands in their own panel.
  const problems = sample.problems.filter(
    each => !each.startsWith('GPU_') || each === 'GPU_PROCESSES_HIDDEN'
  );
  // Where only the figures of the moment are missing, what is known stays.
  const isKnown =
    Object.keys(sample.consumers).length > 0 || memory.total !== undefined;
  if (memory.used === undefined && cpu.used === undefined && !isKnown) {
    return (
      <>
        <EmptyState title={trans.__('Not measured here')}>
          <p>
            {trans.__(
              'This server runs where its memory and CPU cannot be read. Everything else works as usual.'
            )}
          </p>
          <ProblemLines {...{ problems, trans }} />
        </EmptyState>
        {added}
      </>
    );
  }
  const folders =
    disk === undefined ? null : (
      <FoldersSection {...{ disk, time, trans, scan: props.scan }} />
    );
  const isDiskFirst = (diskPercent(disk) ?? 0) >= DISK_FIRST_PERCENT;
  return (
    <>
      {state.kind === 'ready' ? (
        <OutlookLine {...{ sample, history, trans }} />
      ) : null}
      <GlanceSection {...{ sample, history, time, trans }} />
      {added}
      <IncidentsSection
        // By the minute, or it would be drawn each second.
        time={Math.floor(time / 60_000) * 60_000}
        {...{ incidents, trans }}
      />
      {isDiskFirst ? folders : null}
      <ConsumersTable {...{ sample, history, time, trans, run }} />
      {isDiskFirst ? null : folders}
      <ProblemLines {...{ problems, trans }} />
    </>
  );
}
