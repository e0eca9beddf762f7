/** The licences of the packages that a bundle contains, as they ask for. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { at } from './paths.mjs';

const LICENCE_FILE = /^(licen[cs]e|copying)/i;

/** The package folder of a bundled file, relative to the project; null for our own files. */
function packageOf(file) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match?.[1] ?? null;
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(
    readFileSync(at(folder, 'package.json'), 'utf8')
  );
  const file = readdirSync(at(folder)).find(entry => LICENCE_FILE.test(entry));
  const text =
    file === undefined ? '' : readFileSync(at(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** One text with the licence of every package among the files of a bundle. */
export function thirdPartyLicences(files) {
  const folders = [...new Set(files.map(packageOf))]
    .filter(folder => folder !== null && existsSync(at(folder, 'package.json')))
    .sort();
  return folders.map(licenceOf).join(`\n${'-'.repeat(72)}\n\n`);
}
