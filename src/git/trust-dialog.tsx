import '../../style/git-details.css';
import type { GitRepository } from '@jupyterlab-commons/protocol';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { GitPrograms } from '../client/git';
import { oneLine } from '../ui/words';
import type { HistoryModel } from './model';
import { gitProblem } from './words';

/** All that the repository's configuration and hooks would start, as text. */
export function ProgramList(props: {
  programs: GitPrograms;
  trans: TranslationBundle;
}): JSX.Element {
  const { programs, trans } = props;
  return (
    <div className="jp-Commons-History-programs">
      <p>
        {trans.__(
          'The configuration of this repository, or its hooks, would start these programs on your server, with your rights. Whoever made the repository chose them.'
        )}
      </p>
      {/* Scrolls when it is long, so that it can be reached by keyboard. */}
      <ul tabIndex={0} aria-label={trans.__('Programs')}>
        {programs.map(({ key, value, scope }) => (
          <li key={`${scope} ${key} ${value}`}>
            <code>{oneLine(key)}</code>
            {scope === 'hook' ? (
              <span>{trans.__('(hook)')}</span>
            ) : (
              <code className="jp-Commons-History-value">{oneLine(value)}</code>
            )}
          </li>
        ))}
      </ul>
      <p>
        {trans.__(
          'History, comparisons and restoring work without them. If this list changes, they do not run until you have looked again.'
        )}
      </p>
    </div>
  );
}

/** Asks whether the programs may run, and does as it is told. */
export async function showTrustDialog(
  model: Pick<HistoryModel, 'trust'>,
  { programs = [], trusted = false }: GitRepository,
  trans: TranslationBundle
): Promise<void> {
  const keep = trusted
    ? Dialog.cancelButton({ label: trans.__('Keep trusting') })
    : Dialog.cancelButton({ label: trans.__('Keep restricted') });
  const change = trusted
    ? Dialog.okButton({ label: trans.__('Do not trust any more') })
    : Dialog.warnButton({ label: trans.__('Trust') });
  const { button } = await showDialog({
    title: trans.__('Programs of this repository'),
    body: ReactWidget.create(<ProgramList {...{ programs, trans }} />),
    buttons: [keep, change],
    // Enter must not trust by accident.
    defaultButton: 0
  });
  if (!button.accept) {
    return;
  }
  try {
    await model.trust(!trusted, programs);
  } catch (reason) {
    Notification.error(gitProblem(trans, reason).text, { autoClose: false });
  }
}
