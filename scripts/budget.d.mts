/** The files of the page that are fetched before anybody has done anything. */
export function startFiles(): string[];
