import { useEffect, useState } from 'preact/hooks';

/** The views, in the order of the menu. */
export const views = [
  ['overview', 'Overview'],
  ['people', 'People'],
  ['policies', 'Policies'],
  ['overrides', 'Overrides'],
  ['live', 'Live sessions'],
  ['audit', 'Log']
] as const;
export type View = (typeof views)[number][0];

/** What is shown; it stands in the address, so that it can be sent to somebody. */
export type Route = {
  view: View;
  /** With people: one of them. */
  person: string | null;
  query: Readonly<Record<string, string>>;
};

export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', person = ''] = path.split('/');
  const view = views.find(([key]) => key === name)?.[0] ?? 'overview';
  return {
    view,
    person: view === 'people' && person !== '' ? decoded(person) : null,
    query: Object.fromEntries(new URLSearchParams(search))
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function hashOf(
  view: View,
  query: Record<string, string> = {},
  person: string | null = null
): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(pairs).toString();
  const path = person === null ? view : `${view}/${encodeURIComponent(person)}`;
  return `#/${path}${search === '' ? '' : `?${search}`}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const changed = () => setRoute(routeOf(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}
