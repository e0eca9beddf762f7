import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Disclosure } from '../ui/disclosure';
import type { HistoryModel } from './model';
import { wrongDay, writeSearch, type Search } from './search';

type Props = { model: HistoryModel; trans: TranslationBundle };

/** One field for those who type, and the same as a form. */
export function SearchForm({ model, trans }: Props): JSX.Element {
  const problem = React.useId();
  const { field, search } = model;
  const wrong = wrongDay(search);
  return (
    <div className="jp-Commons-History-search" role="search">
      <input
        type="search"
        className="jp-Commons-input"
        aria-label={trans.__('Search in messages')}
        placeholder={trans.__('Search, or author: since: path:')}
        aria-invalid={wrong !== null}
        aria-describedby={problem}
        value={field}
        onChange={event => model.setField(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            model.searchNow();
          } else if (event.key === 'Escape' && field !== '') {
            event.preventDefault();
            event.stopPropagation();
            model.setField('');
            model.searchNow();
          }
        }}
      />
      <p id={problem} className="jp-Commons-problem">
        {wrong === null
          ? ''
          : trans.__('%1: needs a day such as 2024-01-31.', wrong)}
      </p>
      <Disclosure summary={trans.__('Search by author, date or path')}>
        {() => <Parts {...{ model, trans }} />}
      </Disclosure>
    </div>
  );
}

function Parts({ model, trans }: Props): JSX.Element {
  const { search } = model;
  const fields: [keyof Search, string, string][] = [
    ['author', trans.__('Author'), 'text'],
    ['since', trans.__('Since'), 'date'],
    ['until', trans.__('Until'), 'date'],
    ['path', trans.__('Path'), 'text']
  ];
  return (
    <div className="jp-Commons-History-parts">
      {fields.map(([key, label, type]) => (
        <label key={key}>
          <span>{label}</span>
          <input
            type={type}
            className="jp-Commons-input"
            value={search[key]}
            onChange={event =>
              model.setField(
                writeSearch({ ...search, [key]: event.currentTarget.value })
              )
            }
          />
        </label>
      ))}
    </div>
  );
}
