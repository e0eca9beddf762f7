import {
  matchPath,
  pathOf,
  routes,
  type RouteName
} from '@jupyterlab-commons/protocol';

const names = Object.keys(routes) as RouteName[];
const parts = {
  id: 'abcdefghijklmnopqrstuvwxyz',
  name: 'a/b c?',
  upload: 'u',
  merge: 'm',
  user: 'ada@x',
  server: 'b c',
  index: 3
};

describe('routes', () => {
  it('reads back every path that it writes', () => {
    for (const name of names) {
      const found = matchPath(routes[name].path, pathOf(name, parts));
      expect(found).not.toBeNull();
      for (const [key, value] of Object.entries(found ?? {})) {
        expect(value).toBe(String(parts[key as keyof typeof parts]));
      }
    }
  });

  it('keeps a hostile name inside its segment', () => {
    const path = pathOf('putUserShare', { id: 'x', name: '../../link' });
    expect(path.split('/')).toHaveLength(6);
    expect(matchPath(routes.putLinkShare.path, path)).toBeNull();
  });

  it('refuses an empty and a malformed segment', () => {
    expect(matchPath('api/documents/:id', 'api/documents/')).toBeNull();
    expect(matchPath('api/documents/:id', 'api/documents/%E0%A4%A')).toBeNull();
  });

  it('throws when a part is forgotten', () => {
    expect(() => pathOf('getDocument')).toThrow('getDocument needs id');
  });

  it('A1 names an operation on each route of a document, and on no other', () => {
    for (const name of names) {
      const { path, operation } = routes[name];
      const ofDocument = path.includes('documents/:id') || path === 'sync/:id';
      expect([name, operation !== null]).toEqual([name, ofDocument]);
    }
  });

  it('I2 asks for a proof everywhere but for health and info', () => {
    expect(names.filter(name => routes[name].proof === 'none')).toEqual([
      'health',
      'ready',
      'info'
    ]);
  });
});
