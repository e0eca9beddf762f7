import type { Resources } from './router.ts';

/** What a scraper reads. */
export function metricsResource(
  text: () => Promise<string>
): Pick<Resources, 'metrics'> {
  return {
    async metrics() {
      return {
        status: 200,
        text: await text(),
        type: 'text/plain; version=0.0.4; charset=utf-8'
      };
    }
  };
}
