/** JupyterLab's language; undefined lets the browser choose. */
export function language(): string | undefined {
  const lang = document.documentElement.lang.replace('_', '-');
  try {
    return Intl.getCanonicalLocales(lang)[0];
  } catch {
    return undefined;
  }
}
