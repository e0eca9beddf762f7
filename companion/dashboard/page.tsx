import { render } from 'preact';
import { App } from './app.tsx';
import { Alone, isIntercepted } from './intercepted.tsx';
import { takeStart } from './start.ts';

const start = takeStart();
const root = document.getElementById('root');
/** On the way in: the page itself is the answer to it. */
const form = document.querySelector<HTMLFormElement>('form#enter');
if (form !== null && !isIntercepted()) {
  form.submit();
} else if (root !== null && (form !== null || start !== null)) {
  root.replaceChildren();
  render(<Alone>{start !== null && <App start={start} />}</Alone>, root);
}
