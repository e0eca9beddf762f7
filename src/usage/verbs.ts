import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { Consumer } from '@jupyterlab-commons/protocol';
import type { Kernel, Session } from '@jupyterlab/services';
import type { UsageVerb } from '../ui/usage-widget';
import { problemOf } from '../ui/problem-words';
import { sampleOf } from '../ui/sample-of';
import { shortName } from '../ui/words';
import type { UsageCommandParts } from './commands';
import { consumerName } from '../ui/consumer-name';

const TERMINAL = 'terminal:';

/** What a verb is about: a kernel by its id, with its session, or a terminal. */
type Target =
  | { kind: 'kernel'; id: string; session: Session.IModel | null; name: string }
  | { kind: 'terminal'; id: string; name: string };

/** Does it after asking where something can be lost; failures are told in words. */
export async function runVerb(
  verb: UsageVerb,
  key: string,
  parts: UsageCommandParts
): Promise<void> {
  const { trans } = parts;
  try {
    const target = await findTarget(key, parts);
    if (target === null) {
      Notification.info(trans.__('It is not running any more.'), {
        autoClose: 5000
      });
      return;
    }
    switch (verb) {
      case 'open':
        return await open(target, parts);
      case 'interrupt':
        return await withKernel(target, parts, each => each.interrupt());
      case 'restart':
        return await restart(target, parts);
      case 'shut-down':
        return await shutDown(target, parts);
    }
  } catch (error) {
    Notification.error(problemOf(trans, error).text, { autoClose: false });
  }
}

/** Null when there is no such kernel or terminal (any more). */
async function findTarget(
  key: string,
  { app, usage, trans }: UsageCommandParts
): Promise<Target | null> {
  const { kernels, sessions, terminals } = app.serviceManager;
  const name = nameOf(key, { usage, trans });
  if (key.startsWith(TERMINAL)) {
    const id = key.slice(TERMINAL.length);
    await terminals.refreshRunning();
    const isThere = [...terminals.running()].some(each => each.name === id);
    return isThere ? { kind: 'terminal', id, name } : null;
  }
  await Promise.all([kernels.refreshRunning(), sessions.refreshRunning()]);
  const isThere = [...kernels.running()].some(each => each.id === key);
  const session =
    [...sessions.running()].find(each => each.kernel?.id === key) ?? null;
  return isThere || session !== null
    ? { kind: 'kernel', id: key, session, name }
    : null;
}

/** As the table calls it. */
function nameOf(
  key: string,
  { usage, trans }: Pick<UsageCommandParts, 'usage' | 'trans'>
): string {
  const consumer = consumerOf(key, usage.state);
  return consumer === undefined
    ? shortName(key)
    : consumerName(trans, consumer);
}

function consumerOf(
  key: string,
  state: UsageCommandParts['usage']['state']
): Consumer | undefined {
  const sample = sampleOf(state);
  return sample !== null && Object.hasOwn(sample.consumers, key)
    ? sample.consumers[key]
    : undefined;
}

async function open(target: Target, parts: UsageCommandParts): Promise<void> {
  const { manager, usage, trans } = parts;
  if (!(await isOpened())) {
    Notification.warning(trans.__('%1 cannot be opened here.', target.name), {
      autoClose: 5000
    });
  }

  async function isOpened(): Promise<boolean> {
    if (target.kind === 'terminal') {
      return runCommand(parts, 'terminal:open', { name: target.id });
    }
    const { id, session } = target;
    const path = session?.path ?? consumerOf(id, usage.state)?.path;
    if (path !== undefined && session?.type === 'console') {
      return runCommand(parts, 'console:open', { path });
    }
    if (path !== undefined) {
      // Also answers nothing where it opens another tab of the browser.
      manager.openOrReveal(path);
    }
    return path !== undefined;
  }
}

async function runCommand(
  { app }: UsageCommandParts,
  command: string,
  args: Record<string, string>
): Promise<boolean> {
  if (!app.commands.hasCommand(command)) {
    return false;
  }
  await app.commands.execute(command, args);
  return true;
}

/**
 * With the connection of the open document where there is one, so that it hears
 * of it; else with one of our own.
 */
async function withKernel(
  target: Target,
  { app, manager }: UsageCommandParts,
  run: (kernel: Kernel.IKernelConnection) => Promise<void>
): Promise<void> {
  if (target.kind === 'terminal') {
    return;
  }
  for (const widget of app.shell.widgets('main')) {
    const context = manager.contextForWidget(widget);
    const kernel = context?.sessionContext.session?.kernel;
    if (kernel?.id === target.id) {
      return run(kernel);
    }
  }
  const { kernels } = app.serviceManager;
  const model = [...kernels.running()].find(each => each.id === target.id) ??
    target.session?.kernel ?? { id: target.id, name: '' };
  const kernel = kernels.connectTo({ model });
  try {
    await run(kernel);
  } finally {
    kernel.dispose();
  }
}

async function restart(
  target: Target,
  parts: UsageCommandParts
): Promise<void> {
  const { trans } = parts;
  if (
    target.kind === 'kernel' &&
    (await confirm(parts, {
      title: trans.__('Restart the kernel of %1?', target.name),
      body: trans.__(
        'All its variables are lost and what runs in it stops. The document stays as it is.'
      ),
      label: trans.__('Restart')
    }))
  ) {
    await withKernel(target, parts, each => each.restart());
  }
}

async function shutDown(
  target: Target,
  parts: UsageCommandParts
): Promise<void> {
  const { app, trans } = parts;
  const { kernels, sessions, terminals } = app.serviceManager;
  const isSure = await confirm(parts, {
    title: trans.__('Shut down %1?', target.name),
    body:
      target.kind === 'terminal'
        ? trans.__('What runs in it stops, and what it shows is lost.')
        : trans.__(
            'All variables of its kernel are lost and what runs in it stops. The document stays as it is.'
          ),
    label: trans.__('Shut down')
  });
  if (!isSure) {
    return;
  }
  if (target.kind === 'terminal') {
    await terminals.shutdown(target.id);
  } else if (target.session !== null) {
    await sessions.shutdown(target.session.id);
  } else {
    await kernels.shutdown(target.id);
  }
}

async function confirm(
  { trans }: UsageCommandParts,
  question: { title: string; body: string; label: string }
): Promise<boolean> {
  const { button } = await showDialog({
    title: question.title,
    body: question.body,
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: question.label })
    ]
  });
  return button.accept;
}
