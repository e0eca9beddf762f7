import type { UsageVerb } from './usage-widget';

/** The command behind each verb of a row; its argument is the consumer's key. */
export const commandOfVerb: Record<UsageVerb, string> = {
  open: 'commons:open-consumer',
  interrupt: 'commons:interrupt-kernel',
  restart: 'commons:restart-kernel',
  'shut-down': 'commons:shut-down-consumer'
};
