import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api } from './api.ts';
import { AuditView } from './audit.tsx';
import { LiveView } from './live.tsx';
import { OverridesView } from './overrides.tsx';
import { OverviewView } from './overview.tsx';
import { PeopleView } from './people.tsx';
import { PersonView } from './person.tsx';
import { PoliciesView } from './policies.tsx';
import { hashOf, useRoute, views, type Route } from './route.ts';
import type { Start } from './start.ts';

/** How long before the end of the session the page signs in anew by itself. */
const BEFORE_END_MS = 90_000;

/** The whole page. */
export function App({ start }: { start: Start }) {
  const api = useMemo(() => new Api(start), [start]);
  const route = useRoute();
  const ended = useSessionEnd(start.expiresAt);
  const title = views.find(([view]) => view === route.view)![1];
  useEffect(() => {
    document.title = `${route.person ?? title} · Commons`;
  }, [route.person, title]);
  return (
    <>
      <a class="jp-Commons-Skip" href="#main" onClick={skip}>
        To the content
      </a>
      <header>
        <h1>Commons</h1>
        <nav aria-label="Views">
          {views.map(([view, name]) => (
            <a
              key={view}
              href={hashOf(view)}
              aria-current={view === route.view ? 'page' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
        <span class="jp-Commons-Who">{start.displayName}</span>
      </header>
      {ended && (
        <p class="jp-Commons-Banner" role="status">
          Your sign-in has ended.{' '}
          <button type="button" onClick={() => location.reload()}>
            Sign in again
          </button>
        </p>
      )}
      <main id="main" tabIndex={-1}>
        <Shown api={api} route={route} />
      </main>
    </>
  );
}

function Shown({ api, route }: { api: Api; route: Route }) {
  switch (route.view) {
    case 'overview':
      return <OverviewView api={api} />;
    case 'people':
      return route.person === null ? (
        <PeopleView api={api} query={route.query} />
      ) : (
        <PersonView key={route.person} api={api} name={route.person} />
      );
    case 'policies':
      return <PoliciesView api={api} />;
    case 'overrides':
      return <OverridesView api={api} />;
    case 'live':
      return <LiveView api={api} />;
    case 'audit':
      return <AuditView api={api} />;
  }
}

/** The address carries the view, so the link must not. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/**
 * The page signs in anew by navigating to itself, which nobody notices at the
 * hub; but never under somebody who is filling in a form, who is told instead.
 */
function useSessionEnd(expiresAt: number): boolean {
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    const check = () => {
      const left = expiresAt - Date.now();
      const busy =
        document.querySelector('dialog[open]') !== null ||
        document.activeElement?.matches('input, textarea, select') === true;
      if (
        left < BEFORE_END_MS &&
        !busy &&
        document.visibilityState === 'visible'
      ) {
        location.reload();
      } else if (left <= 0) {
        setEnded(true);
      }
    };
    const timer = setInterval(check, 15_000);
    return () => clearInterval(timer);
  }, [expiresAt]);
  return ended;
}
