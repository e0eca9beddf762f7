import { CommonsError, quotaRequest } from '@jupyterlab-commons/protocol';
import type { Quota } from '../quota/quota.ts';
import { quotaReport, type ReportOptions } from '../quota/report.ts';
import type { Requests } from '../quota/requests.ts';
import type { Clock } from '../rooms/types.ts';
import { Rate } from './rate.ts';
import type { Resources } from './router.ts';

/** One wish for more a minute. */
const ASKED_A_MINUTE = 1;

/** What a person may know of their own quota, and ask. */
export function quotaResources(options: {
  quota: Quota;
  requests: Requests;
  report: ReportOptions;
  clock: Clock;
}): Pick<Resources, 'quota' | 'askQuota'> {
  const { quota, requests, report, clock } = options;
  const pace = new Rate(ASKED_A_MINUTE);
  return {
    async quota({ caller }) {
      const { user, groups } = caller;
      return { status: 200, json: await quotaReport(report, user, groups) };
    },
    async askQuota({ caller, body }) {
      const { user, groups } = caller;
      const wanted = await body(quotaRequest);
      const known = quota
        .allowances(user, groups)
        .some(({ policy }) => policy === wanted.policy);
      if (!known) {
        throw new CommonsError('POLICY_UNKNOWN');
      }
      pace.take(user, clock.now());
      await requests.ask(user, wanted);
      return { status: 204 };
    }
  };
}
