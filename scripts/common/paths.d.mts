/** Python of the environment that `npm start` and the tests set up. */
export const venvPython: string;
