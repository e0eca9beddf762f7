#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { createCompanion, type Companion } from './companion.ts';
import {
  helpText,
  readConfig,
  SettingError,
  VERSION,
  type Config
} from './config.ts';
import { sessionKey } from './hub/session-key.ts';
import { readStaticTokens } from './hub/static-tokens.ts';
import { createLog, reasonOf, type Log } from './log.ts';
import { openLedgerStore, openStore } from './storage/open.ts';

const LEAST_NODE = 24;

/*
 * Two habits of V8 hold up everybody here, and cost as much as all else:
 * - What is made while a large ledger is read lives long. From that it learns, in
 *   about every second process, to make the same kinds of objects old at once,
 *   also those that are thrown away right after: then a look at everybody leaves
 *   hundreds of megabytes to full collections.
 * - Of its own accord it gives memory back every two minutes or so, for which it
 *   moves the whole heap together: 200 ms for a large one, which grows again.
 */
setFlagsFromString('--no-allocation-site-pretenuring');
setFlagsFromString('--memory-reducer-gc-count=0');

/** One sentence for whoever started this, and the exit code of wrong use. */
function giveUp(sentence: string): never {
  process.stderr.write(`commons-companion: ${sentence}\n`);
  process.exit(2);
}

function settingsOrExit(): Config {
  try {
    const config = readConfig(process.argv.slice(2), process.env);
    if (config !== null) {
      return config;
    }
  } catch (error) {
    if (error instanceof SettingError) {
      giveUp(error.message);
    }
    throw error;
  }
  process.stdout.write(helpText());
  process.exit(0);
}

/** Stops once, in order; a second signal does not wait. */
function stopOnSignals(
  companion: Companion,
  stores: { close(): Promise<void> }[],
  log: Log
): void {
  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) {
      process.exit(1);
    }
    stopping = true;
    log.info('stopping', { signal });
    await companion.close();
    await Promise.all(stores.map(store => store.close()));
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        log.error('stopping failed', { reason: reasonOf(error) });
        process.exit(1);
      });
    });
  }
}

async function start(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < LEAST_NODE) {
    giveUp(
      `Node ${LEAST_NODE} or newer is needed and this is ${process.versions.node}; pip install "jupyterlab-commons[companion]" brings it.`
    );
  }
  const config = settingsOrExit();
  const log = createLog({
    level: config.logLevel,
    write: line => process.stderr.write(line)
  });
  process.on('uncaughtException', error => {
    // What is in an unknown state must not go on; the supervisor starts a new one.
    log.error('a mistake of ours', {
      reason: reasonOf(error),
      at: error.stack?.split('\n')[1] ?? ''
    });
    process.exit(70);
  });
  try {
    const tokens = await readStaticTokens(config.tokensFile);
    const key = await sessionKey(config.dataDir);
    const folder = config.store === '' ? config.dataDir : config.store;
    const store = await openStore(folder);
    const ledgerStore = await openLedgerStore(folder, {
      onHealth: (healthy, reason) =>
        healthy
          ? log.info('the ledger can be written again')
          : log.warn('the ledger cannot be written; it goes on in memory', {
              reason
            }),
      onSetAside: path =>
        log.error('the ledger was damaged; a new one is begun', { path })
    });
    const companion = createCompanion({
      ...{ config, store, ledgerStore, key, tokens, log }
    });
    stopOnSignals(companion, [store, ledgerStore], log);
    process.on('SIGHUP', () => void companion.lookAtPolicies());
    const { url, port } = await companion.listen();
    process.stdout.write(
      `${JSON.stringify({ url, port, pid: process.pid, version: VERSION })}\n`
    );
  } catch (error) {
    if (error instanceof SettingError) {
      giveUp(error.message);
    }
    log.error('start failed', { reason: reasonOf(error) });
    process.exit(1);
  }
}

await start();
