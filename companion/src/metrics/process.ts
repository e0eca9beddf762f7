import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Measured } from './exposition.ts';
import type { MetricName } from './table.ts';

const NANOSECONDS = 1e9;
/** How often the loop's lateness is looked at; a look that is due this late is no delay. */
const RESOLUTION_MS = 20;

/** What this process takes, and how late its event loop was since the look before. */
export function processMetrics(): () => Measured<MetricName>[] {
  const startedAt = Date.now() / 1000 - process.uptime();
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const late = (nanoseconds: number) =>
    Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
  return () => {
    const { user, system } = process.cpuUsage();
    const measured = [
      ['p50', delay.percentile(50)],
      ['p99', delay.percentile(99)],
      ['max', delay.max]
    ] as const;
    const values = measured.map(([stat, nanoseconds]) => ({
      name: 'commons_event_loop_delay_seconds' as const,
      value: late(nanoseconds),
      labels: { stat }
    }));
    delay.reset();
    return [
      ...values,
      {
        name: 'process_resident_memory_bytes',
        value: process.memoryUsage.rss()
      },
      { name: 'process_cpu_seconds_total', value: (user + system) / 1e6 },
      { name: 'process_start_time_seconds', value: startedAt }
    ];
  };
}
