/** What marks a notebook whose cells say who changed them. */
export const BLAMED = 'jp-Commons-mod-blamed';
