import { act, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { ShareModel } from '../../sharing/model';
import { ShareView } from '../../sharing/share-view';
import {
  DOCUMENT_ID,
  FakeCompanion,
  FakeDocuments,
  now,
  trans
} from '../ui/fakes';

/** A dialog body on the page, over a file or over a document that is live. */
export async function open(
  target: 'file' | 'live',
  companion = new FakeCompanion(),
  name = 'analysis.ipynb'
) {
  let goLive = async () => DOCUMENT_ID;
  const onClose = jest.fn();
  const model = new ShareModel({
    companion,
    documents: new FakeDocuments(),
    trans,
    now,
    stop: async () => undefined,
    target:
      target === 'live'
        ? { id: DOCUMENT_ID, name }
        : {
            file: {
              name,
              type: name.endsWith('.ipynb') ? 'notebook' : 'text',
              goLive: () => goLive(),
              showLive: async () => undefined
            }
          }
  });
  const { container } = render(<ShareView model={model} onClose={onClose} />);
  await act(() => model.load());
  return {
    model,
    companion,
    container,
    onClose,
    failOnce: (error: Error) => {
      goLive = async () => {
        goLive = async () => DOCUMENT_ID;
        throw error;
      };
    }
  };
}

export const field = () =>
  screen.getByRole('combobox', { name: 'Person or group' });
export const button = (name: string) => screen.getByRole('button', { name });
/** The open list of suggestions. */
export const list = () =>
  within(screen.getByRole('listbox', { name: 'Suggestions' }));
export const type = (text: string) =>
  fireEvent.change(field(), { target: { value: text } });
/** Presses, and lets what follows from it happen. */
export const press = (name: string) =>
  act(async () => void fireEvent.click(button(name)));

/** Lets the pause of the type-ahead pass, then its answer come in. */
export const pause = () => act(() => jest.advanceTimersByTimeAsync(250));
