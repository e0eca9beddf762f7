import { render } from 'preact';
import { App } from './app.tsx';
import { takeStart } from './start.ts';

const start = takeStart();
const root = document.getElementById('root');
if (start !== null && root !== null) {
  root.replaceChildren();
  render(<App start={start} />, root);
}
