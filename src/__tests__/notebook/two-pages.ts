import { applyUpdate, encodeStateAsUpdate, type Doc } from 'yjs';
import { LiveNotebook } from '../../notebook/live-notebook';

const SEED = {
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
  cells: [
    {
      cell_type: 'code',
      id: 'one',
      source: 'print(1)',
      metadata: {},
      outputs: [],
      execution_count: null
    },
    { cell_type: 'markdown', id: 'two', source: '# Title', metadata: {} }
  ]
};

/**
 * Two pages of one notebook. Edits wait until `deliver`, so that a test decides
 * who writes at the same time as whom.
 */
export function twoPages(): {
  ada: LiveNotebook;
  bob: LiveNotebook;
  deliver: () => void;
} {
  const [ada, bob] = [new LiveNotebook(), new LiveNotebook()];
  const deliver = () => {
    const [fromAda, fromBob] = [ada, bob].map(({ ydoc }) =>
      encodeStateAsUpdate(ydoc)
    ) as [Uint8Array, Uint8Array];
    applyUpdate(bob.ydoc, fromAda, 'companion');
    applyUpdate(ada.ydoc, fromBob, 'companion');
  };
  ada.setSource(JSON.parse(JSON.stringify(SEED)));
  deliver();
  opened.push(ada, bob);
  return { ada, bob, deliver };
}

const opened: LiveNotebook[] = [];

afterEach(() => {
  for (const page of opened.splice(0)) {
    page.dispose();
  }
});

/** The bytes that a document would be saved as. */
export function bytesOf(ydoc: Doc): string {
  return encodeStateAsUpdate(ydoc).join();
}
