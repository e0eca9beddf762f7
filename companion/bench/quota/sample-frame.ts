import type { LinkSample } from '@jupyterlab-commons/protocol';
import { sampleOf } from '../../test/usage/test-link.ts';

/** The sample number `seq` of a server at work: three consumers, every counter of every sample new. */
export function sampleFrame(
  server: number,
  seq: number,
  everySeconds: number
): Buffer {
  const seconds = seq * everySeconds;
  const counted = {
    cpuSeconds: seconds * 1.37,
    memoryByteSeconds: seconds * 3.1e9,
    gpuHeldSeconds: seconds
  };
  const [first] = sampleOf().consumers;
  const consumers: LinkSample['consumers'] = ['a', 'b', 'c'].map(name => ({
    ...first!,
    ...counted,
    key: `${name}${first!.key.slice(1)}`,
    name: `${name}-${server}.ipynb`
  }));
  const boot = `boot${server}`;
  const sample = sampleOf({ ...counted, boot, seq, seconds, consumers });
  return Buffer.from(JSON.stringify({ news: 'sample', sample }));
}
