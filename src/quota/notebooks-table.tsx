import type { UsedNotebook } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { consumerName } from '../ui/consumer-name';
import { oneLine } from '../ui/words';
import { amountNumber } from './amount-words';
import { serverWords } from './server-words';

export type NotebooksProps = {
  notebooks: readonly UsedNotebook[];
  /** The server of this page: only its files can be opened here. */
  own: string | null;
  openFile: (path: string) => void;
  trans: TranslationBundle;
};

/** What each notebook used by its server's own account. */
export function NotebooksTable(props: NotebooksProps): JSX.Element {
  const { notebooks, own, trans } = props;
  const hasOthers = notebooks.some(({ server }) => server !== own);
  const hasGpu = notebooks.some(({ gpuHours }) => gpuHours > 0);
  return (
    <div
      className="jp-Commons-Quota-scroll"
      tabIndex={0}
      role="group"
      aria-label={trans.__('By notebook')}
    >
      <table className="jp-Commons-Figures jp-Commons-Quota-notebooks">
        <caption>{trans.__('As reported, largest first')}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Notebook')}</th>
            {hasOthers ? <th scope="col">{trans.__('Server')}</th> : null}
            <th scope="col">{trans.__('Core hours')}</th>
            <th scope="col">{trans.__('GB hours of memory')}</th>
            {hasGpu ? <th scope="col">{trans.__('GPU hours')}</th> : null}
          </tr>
        </thead>
        <tbody>
          {notebooks.map((each, index) => (
            <tr key={index}>
              <th scope="row">
                <Name {...props} notebook={each} />
              </th>
              {hasOthers ? (
                <td>{serverWords(trans, each.server, own)}</td>
              ) : null}
              <td>{amountNumber(each.cpuHours)}</td>
              <td>{amountNumber(each.memoryGibHours)}</td>
              {hasGpu ? <td>{amountNumber(each.gpuHours)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Name(props: NotebooksProps & { notebook: UsedNotebook }): JSX.Element {
  const { notebook, own, openFile, trans } = props;
  const { path, server } = notebook;
  const name = consumerName(trans, notebook);
  if (path === undefined || server !== own) {
    return <span title={path && oneLine(path)}>{name}</span>;
  }
  return (
    <button
      type="button"
      className="jp-Commons-Quota-open"
      title={trans.__('Open %1', oneLine(path))}
      onClick={() => openFile(path)}
    >
      {name}
    </button>
  );
}
