import { nullTranslator } from '@jupyterlab/translation';
import { CommonsError } from '@jupyterlab-commons/protocol';
import type { ICompanion, ILiveDocuments } from '../../tokens';
import { followLink, idOfSearch, withoutLive } from '../../notebook/route';
import { ID } from './fake-companion';

const location = (search: string) => ({
  path: '/lab/tree/a b',
  search,
  hash: '#x',
  request: ''
});

describe('a share link', () => {
  it('names one document', () => {
    expect(idOfSearch(`?reset&live=${ID}`)).toBe(ID);
  });

  it.each(['?live=', '?live=../../x', '?alive=x', '', `?live=${ID}x`])(
    'is none with %j',
    search => {
      expect(idOfSearch(search)).toBeNull();
    }
  );

  it('does not stay in the address', () => {
    expect(withoutLive(location(`?live=${ID}`))).toBe('/lab/tree/a b#x');
    expect(withoutLive(location(`?a=1&live=${ID}`))).toBe(
      '/lab/tree/a b?a=1#x'
    );
  });
});

describe('following a link', () => {
  const companion = { linkTo: (id: string) => `/go/${id}` } as ICompanion;
  const trans = nullTranslator.load('');
  const follow = (open: () => Promise<undefined>) =>
    followLink(ID, {
      companion,
      live: { open } as unknown as ILiveDocuments,
      trans
    });

  /** Resolves when the page shows a text. */
  const seen = (text: string) =>
    new Promise<void>(resolve => {
      const look = () => {
        if (document.body.textContent?.includes(text)) {
          observer.disconnect();
          resolve();
        }
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { subtree: true, childList: true });
      look();
    });

  const pressFirstButton = () =>
    document.querySelector<HTMLElement>('.jp-Dialog-button')?.click();

  it('opens the document', async () => {
    const open = jest.fn(async () => undefined);
    await follow(open);
    expect(open).toHaveBeenCalledWith(ID);
  });

  it('A3 says in words why not', async () => {
    const done = follow(() => Promise.reject(new CommonsError('NOT_FOUND')));
    await seen('Ask the owner for a new link.');
    pressFirstButton();
    await done;
  });

  it('I3 offers one’s own server on somebody else’s', async () => {
    const done = follow(() => Promise.reject(new CommonsError('GUEST_SERVER')));
    await seen('Open There');
    pressFirstButton();
    await done;
  });
});
