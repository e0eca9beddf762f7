/**
 * A hub to try everything on, on this machine alone. Ctrl-C ends all of it.
 *
 *   npm start              PORT=9000 npm start for another port than 8000
 */
import { at } from './common/paths.mjs';
import { nextFreePort } from './common/ports.mjs';
import { StepFailed, main, openLog, step } from './common/steps.mjs';
import {
  PASSWORD,
  PEOPLE,
  endEarlierRun,
  findEarlierRun,
  startHub
} from './hub.mjs';
import { setup } from './setup.mjs';

const DIR = at('.demo');

function welcome(url) {
  return `
JupyterLab Commons runs at  ${url}

  names      ${PEOPLE.join(', ')}   (alice and bob are in the group "team"; admin is an admin)
  password   ${PASSWORD}

Try this:
  1. Sign in as alice, open Welcome.ipynb and press Share in its toolbar. Choose bob, "Can edit".
  2. Sign in as bob in a private window or another browser: the invitation is there. Open it.
  3. Type in both. Run a cell as alice: bob sees the output. Bob cannot run on alice's kernel.
  4. Give carol "Can view", stop alice's server (File > Hub Control Panel), edit as bob, start it again.
  5. Press the memory in the status bar: who uses what, by notebook, and what is reached first.
  6. View > Show quota: what you have used; as admin, ${url}services/commons/ shows everybody. The limits are in demo/quota.yaml.
  7. In a terminal of JupyterLab: git init, git add and git commit a notebook; then open History on the left.

This is a demonstration: all four share one system user of this machine, and everybody knows
the password. It listens on this machine only. Notebooks and settings lie in ${DIR}.

Ctrl-C ends it.`;
}

async function endLeftovers() {
  const earlier = findEarlierRun(DIR);
  if (earlier?.state === 'running') {
    console.error(
      `It runs already, at ${earlier.url} (started by process ${earlier.starter}). End that one first.`
    );
    throw new StepFailed('running already');
  }
  if (earlier !== null) {
    await step(
      'ending what an earlier run left',
      'End those processes yourself.',
      () => endEarlierRun(DIR)
    );
  }
}

/** Resolves at the first Ctrl-C or SIGTERM; further ones are ignored while everything ends. */
function askedToStop() {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => resolve(signal));
    }
  });
}

main(async () => {
  openLog('start');
  await endLeftovers();
  await setup();
  const stopping = askedToStop();
  let hub;
  await step(
    'JupyterHub',
    `Read ${DIR}/hub.log; if the folder ${DIR} is damaged, delete it (its notebooks too) and start again.`,
    async () => {
      const port = await nextFreePort(Number(process.env.PORT ?? 8000));
      hub = await startHub({ dir: DIR, port });
    }
  );
  console.log(welcome(hub.url));
  const reason = await Promise.race([stopping, hub.exited.then(() => null)]);
  if (reason === null) {
    console.error(`\nThe hub has ended by itself. Read ${hub.logFile}.`);
    process.exitCode = 1;
  }
  console.log('\nEnding everything …');
  await hub.stop();
  // The listeners of the signals would keep the process.
  process.exit();
});
