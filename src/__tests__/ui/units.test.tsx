import {
  bytesOfWords,
  bytesWords,
  coresOfWords,
  coresWords,
  durationWords,
  percentOf,
  percentWords,
  rateWords,
  reported,
  seriesWords
} from '../../ui/units';
import { trans } from './fakes';

const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;

describe('Bytes in words', () => {
  it.each([
    [0, '0 KB'],
    [300, '0.3 KB'],
    [999 * KB, '999 KB'],
    [999.6 * KB, '1 MB'],
    [512 * MB, '512 MB'],
    [999.6 * MB, '1 GB'],
    [4 * GB, '4 GB'],
    [3435973837, '3.2 GB'],
    [31.6 * GB, '31.6 GB'],
    [503 * GB, '503 GB'],
    [2048 * GB, '2 TB']
  ])('%d are %s', (bytes, words) => {
    expect(bytesWords(trans, bytes)).toBe(words);
  });

  it('what the hub calls 4G is 4 GB', () => {
    expect(bytesOfWords(trans, 3435973837, 4 * GB)).toBe('3.2 of 4 GB');
  });

  it('a small part of a large limit keeps its own unit', () => {
    expect(bytesOfWords(trans, 20 * MB, 80 * GB)).toBe('20 MB of 80 GB');
  });

  it('a rate is bytes a second', () => {
    expect(rateWords(trans, MB)).toBe('1 MB/s');
  });
});

describe('Other figures in words', () => {
  it('cores are one or many, with their decimals', () => {
    expect(coresWords(trans, 1)).toBe('1 core');
    expect(coresWords(trans, 1.524)).toBe('1.52 cores');
    expect(coresOfWords(trans, 12.34, 96)).toBe('12.3 of 96 cores');
  });

  it('nothing is full before it is', () => {
    expect(percentOf(4 * GB - 1, 4 * GB)).toBe(99);
    expect(percentOf(4 * GB, 4 * GB)).toBe(100);
    expect(percentOf(5 * GB, 4 * GB)).toBe(100);
    expect(percentOf(1, 0)).toBe(0);
  });

  it('less than one percent is not called none', () => {
    expect(percentWords(trans, 0.4)).toBe('0.4%');
    expect(percentWords(trans, 12.5)).toBe('13%');
  });

  it.each([
    [-5, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [47 * 60, '47 min'],
    [3600, '1 h'],
    [2 * 3600 + 5 * 60, '2 h 5 min'],
    [11 * 3600 + 5 * 60, '11 h'],
    [3 * 86_400, '3 days']
  ])('%d seconds are %s', (seconds, words) => {
    expect(durationWords(trans, seconds)).toBe(words);
  });

  it('a figure that is absent is not reported, and 0 is a figure', () => {
    expect(reported(trans, undefined, bytesWords)).toBe('not reported');
    expect(reported(trans, 0, bytesWords)).toBe('0 KB');
  });

  it('the numbers of the history have the units of the protocol', () => {
    expect(seriesWords(trans, 'memory', 512)).toBe('512 MB');
    expect(seriesWords(trans, 'cpu', 150)).toBe('1.5 cores');
    expect(seriesWords(trans, 'percent', 80)).toBe('80%');
    expect(seriesWords(trans, 'rate', 2048)).toBe('2 MB/s');
  });
});
