import { LabIcon } from '@jupyterlab/ui-components';

/** A 16 by 16 drawing in JupyterLab's icon colour. */
function icon(name: string, body: string): LabIcon {
  return new LabIcon({
    name: `jupyterlab-commons:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><g class="jp-icon3 jp-icon-selectable" fill="#616161">${body}</g></svg>`
  });
}

/** A person with a plus. */
export const shareIcon = icon(
  'share',
  '<circle cx="6" cy="5" r="3"/><path d="M1 14c0-3 2.2-5 5-5s5 2 5 5z"/><path d="M12 3h1.5v2.3h2.3v1.4h-2.3V9H12V6.7h-2.3V5.3H12z"/>'
);

/** Two people. */
export const peopleIcon = icon(
  'people',
  '<circle cx="5.5" cy="5" r="2.7"/><path d="M1 13.5C1 10.7 3 9 5.5 9s4.5 1.7 4.5 4.5z"/><circle cx="11.5" cy="6" r="2"/><path d="M11.2 13.5c0-1.8-.5-3.2-1.4-4.2.5-.2 1.1-.3 1.7-.3 2 0 3.5 1.5 3.5 4.5z"/>'
);

/** Two rings of a chain. */
export const linkIcon = icon(
  'link',
  '<path d="M6.5 4.5H5a3.5 3.5 0 0 0 0 7h1.5V10H5a2 2 0 0 1 0-4h1.5zM9.5 4.5H11a3.5 3.5 0 0 1 0 7H9.5V10H11a2 2 0 0 0 0-4H9.5z"/><path d="M5.5 7.25h5v1.5h-5z"/>'
);

/** A door with an arrow out of it. */
export const leaveIcon = icon(
  'leave',
  '<path d="M2 2h7v3H7.5V3.5h-4v9h4V11H9v3H2z"/><path d="M10.5 4.5 14 8l-3.5 3.5-1-1L11.2 8.7H6V7.3h5.2L9.5 5.5z"/>'
);

/** A ring with a bar through it. */
export const stopIcon = icon(
  'stop',
  '<path fill-rule="evenodd" d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 1.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z"/><path d="M4.5 7.2h7v1.6h-7z"/>'
);

/** A gauge with its hand. */
export const resourcesIcon = icon(
  'resources',
  '<path d="M8 3a7 7 0 0 0-7 7c0 1 .2 2 .6 3h1.7A5.5 5.5 0 1 1 13.5 10c0 1-.3 2.1-.8 3h1.7c.4-1 .6-2 .6-3a7 7 0 0 0-7-7z"/><path d="M11.5 6 8.9 11.2a1.3 1.3 0 1 1-1.2-1.9z"/>'
);

/** A chip with its legs. */
export const gpuIcon = icon(
  'gpu',
  '<path fill-rule="evenodd" d="M3 3h10v10H3zm1.5 1.5v7h7v-7zM6 6h4v4H6z"/><path d="M5 1h1.5v2H5zm4.5 0H11v2H9.5zM5 13h1.5v2H5zm4.5 0H11v2H9.5zM1 5h2v1.5H1zm0 4.5h2V11H1zM13 5h2v1.5h-2zm0 4.5h2V11h-2z"/>'
);

/** A clock whose hand goes back. */
export const historyIcon = icon(
  'history',
  '<path d="M8.5 2A6 6 0 0 0 2.6 7H1l2.3 3 2.3-3H4.1a4.5 4.5 0 1 1 1.2 4.2l-1 1.1A6 6 0 1 0 8.5 2z"/><path d="M7.8 5h1.4v2.8l2.2 1.5-.8 1.1-2.8-1.9z"/>'
);
