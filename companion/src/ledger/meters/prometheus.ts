import {
  anything,
  dictionary,
  list,
  oneOf,
  record,
  text
} from '@jupyterlab-commons/protocol';
import {
  add,
  MeterError,
  MOST_PEOPLE,
  type Amounts,
  type Span
} from './types.ts';

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;

const answer = record({
  status: oneOf(['success']),
  data: record({
    resultType: oneOf(['vector']),
    result: list(
      record({
        metric: dictionary(text(4096), 1000),
        value: list(anything, 2)
      }),
      MOST_PEOPLE
    )
  })
});

export type PrometheusRule = { url: string; query: string; userLabel: string };

/**
 * One instant query (`GET /api/v1/query`, Prometheus 2 and 3, and what speaks
 * like it), at the end of the time it is about. Only the address of the rule is
 * asked, and redirects are not followed.
 */
export async function askPrometheus(
  { url, query, userLabel }: PrometheusRule,
  { from, to }: Span
): Promise<Amounts> {
  const seconds = Math.max(1, Math.round((to - from) / 1000));
  const words = new URLSearchParams({
    query: query.replaceAll('{seconds}', String(seconds)),
    time: (to / 1000).toFixed(3)
  });
  const found = await ask(`${url}/api/v1/query?${words}`);
  const amounts: Amounts = new Map();
  for (const { metric, value } of found.data.result) {
    const user = metric[userLabel];
    if (user === undefined) {
      throw new MeterError(
        `a series has no label ${JSON.stringify(userLabel)}; sum by it, and name it as label`
      );
    }
    // NaN and Inf, as 0/0 gives them, are no use.
    add(amounts, user, Number(value[1]));
  }
  return amounts;
}

async function ask(address: string) {
  let response: Response;
  try {
    response = await fetch(address, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS)
    });
  } catch {
    // The reason may quote the address, password and all.
    throw new MeterError('Prometheus does not answer');
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new MeterError(`Prometheus answers with ${response.status}`);
  }
  const body = await bodyOf(response);
  try {
    return answer(JSON.parse(body));
  } catch {
    throw new MeterError('Prometheus answers something else than a vector');
  }
}

async function bodyOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MOST_BYTES) {
        throw new MeterError('Prometheus says too much');
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof MeterError
      ? error
      : new MeterError('Prometheus breaks off');
  }
  return Buffer.concat(chunks).toString('utf8');
}
