import type { Metric } from './exposition.ts';

const row = <const L extends readonly string[]>(
  type: Metric['type'],
  help: string,
  ...labels: L
) => ({ type, help, labels });

const WHO = ['group', 'profile'] as const;

/** Every metric, once. `docs/reference.md` is held equal to it. */
export const metrics = {
  commons_build_info: row(
    'gauge',
    'Always 1; the version is its label.',
    'version'
  ),
  commons_store_healthy: row(
    'gauge',
    '1 while documents can be written, else 0.'
  ),
  commons_ledger_healthy: row(
    'gauge',
    '1 while the ledger can be written, else 0; it goes on in memory meanwhile.'
  ),
  commons_hub_polled_timestamp_seconds: row(
    'gauge',
    'When the hub last answered which servers run.'
  ),
  commons_hub_polls_total: row(
    'counter',
    'Questions to the hub which servers run.',
    'outcome'
  ),
  commons_servers_running: row(
    'gauge',
    'Servers that run, as the hub says.',
    'profile'
  ),
  commons_servers_linked: row(
    'gauge',
    'Servers that have a link to the companion.'
  ),
  commons_servers_silent: row(
    'gauge',
    'Servers that run and have not reported for two minutes.'
  ),
  commons_people: row('gauge', 'People the hub knows.'),
  commons_allocated_server_seconds_total: row(
    'counter',
    'Time of servers, as the hub says.',
    ...WHO
  ),
  commons_allocated_cpu_seconds_total: row(
    'counter',
    'Time of servers times the cores of their profile.',
    ...WHO
  ),
  commons_allocated_memory_byte_seconds_total: row(
    'counter',
    'Time of servers times the memory of their profile.',
    ...WHO
  ),
  commons_allocated_gpu_seconds_total: row(
    'counter',
    'Time of servers times the GPUs of their profile.',
    ...WHO
  ),
  commons_reported_cpu_seconds_total: row(
    'counter',
    'CPU time that servers report of themselves.'
  ),
  commons_reported_memory_byte_seconds_total: row(
    'counter',
    'Memory times time that servers report of themselves.'
  ),
  commons_reported_gpu_busy_seconds_total: row(
    'counter',
    'Time that GPUs were at work, as servers report of themselves.'
  ),
  commons_reported_gpu_held_seconds_total: row(
    'counter',
    'Time that GPUs were held, as servers report of themselves.'
  ),
  commons_samples_total: row('counter', 'Samples of servers.', 'outcome'),
  commons_memory_used_bytes: row(
    'gauge',
    'Memory that is in use, as servers report of themselves.'
  ),
  commons_quota_people: row(
    'gauge',
    'People by how they stand to the policy that holds for them: well, near (80 % and more) or over.',
    'policy',
    'standing'
  ),
  commons_quota_policies_broken: row(
    'gauge',
    '1 while the file of policies cannot be read and the one before holds, else 0.'
  ),
  commons_quota_decisions_total: row(
    'counter',
    'Answers to the hub before a start; unasked: it got none in time.',
    'decision'
  ),
  commons_quota_stops_total: row(
    'counter',
    'Stops by what became of them.',
    'outcome'
  ),
  commons_documents_open: row('gauge', 'Documents in memory.'),
  commons_document_people: row(
    'gauge',
    'People in all documents, each counted once a document.'
  ),
  commons_sockets_open: row('gauge', 'Open sockets of pages.'),
  commons_event_loop_delay_seconds: row(
    'gauge',
    'How late the event loop was since the last look.',
    'stat'
  ),
  process_resident_memory_bytes: row('gauge', 'Memory of the companion.'),
  process_cpu_seconds_total: row('counter', 'CPU time of the companion.'),
  process_start_time_seconds: row('gauge', 'When the companion started.')
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
