const windows = {
  rolling: '{rolling: 30d}',
  calendar: '{calendar: month}',
  balance: '{balance: {refill: 20, every: week, cap: 600}}'
};
const resources = ['server-hours', 'gpu-hours', 'credits', 'cpu-hours'];

/** A file of policies: twelve limits of a person's own, and eight pools that everybody or a group of 500 shares. */
export function policyFile(): string {
  const own = resources.flatMap(resource =>
    Object.entries(windows).map(
      ([kind, window]) =>
        `  - {name: ${resource}-${kind}, resource: ${resource}, window: ${window}, combine: each${kind === 'balance' ? '' : ', limit: 500'}}`
    )
  );
  const pools = ['everyone', '{group: g0}'].flatMap(who =>
    resources.map(
      (resource, index) =>
        `  - {name: pool-${who.length}-${resource}, resource: ${resource}, window: ${index % 2 === 0 ? windows.rolling : windows.calendar}, limit: 1000000, pool: shared, for: ${who}}`
    )
  );
  return [
    'timezone: Europe/Vienna',
    'profiles: [{name: all, cpu: 4, memory: 8G, gpus: 1, gpu: A100, credits: 2}]',
    'policies:',
    ...own,
    ...pools
  ].join('\n');
}
