import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** The service worker that this page is under; null for none, as it must be: we have none. */
function worker(): ServiceWorker | null {
  // Undefined where pages are not encrypted, and no worker can be.
  const all = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  return all?.controller ?? null;
}

/** Whether a service worker could read what this page asks and is told. */
export function isIntercepted(): boolean {
  return worker() !== null;
}

/** Shows what is inside while nobody else of this address can read along. */
export function Alone({ children }: { children: ComponentChildren }) {
  const [found, setFound] = useState(worker);
  useEffect(() => {
    const all = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    // It may come while the page is open.
    const look = () => setFound(worker());
    look();
    all?.addEventListener('controllerchange', look);
    return () => all?.removeEventListener('controllerchange', look);
  }, []);
  return found === null ? (
    <>{children}</>
  ) : (
    <Intercepted script={new URL(found.scriptURL).pathname} />
  );
}

function Intercepted({ script }: { script: string }) {
  return (
    <main class="jp-Commons-Plain">
      <h1>Another page reads along</h1>
      <p role="alert">
        A page that was opened in this browser has put a service worker in front
        of this one. Nothing has been asked with your rights since.
      </p>
      <p>
        It came from <code>{script.slice(0, 500)}</code>. Remove it, and find
        out whose server that is before you open it again.
      </p>
      <p>
        <button type="button" onClick={() => void removeAll()}>
          Remove it and sign in again
        </button>
      </p>
    </main>
  );
}

/** Removes those that this page is under; others are not our business. */
async function removeAll(): Promise<void> {
  const found = await navigator.serviceWorker.getRegistrations();
  await Promise.all(
    found
      .filter(({ scope }) => location.href.startsWith(scope))
      .map(registration => registration.unregister())
  );
  location.reload();
}
