/** What the page starts with, as its first script reads it. */
export type Start = {
  /** For `Authorization: Bearer …`; read and taken out of the page at once. */
  session: string;
  expiresAt: number;
  user: string;
  displayName: string;
};

/** A built file: its name below the prefix, and the hash of what is in it, by which browsers take no other. */
export type Asset = { path: string; integrity: string };
export type Assets = { script: Asset; style: Asset };

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
};

/** Safe between tags and between double quotes. */
export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, char => escapes[char]!);
}

function frame(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

const styleOf = (prefix: string, { style }: Assets) =>
  `<link rel="stylesheet" href="${escapeHtml(prefix + style.path)}" integrity="${style.integrity}">`;

const scriptOf = (prefix: string, { script }: Assets) =>
  `<script type="module" src="${escapeHtml(prefix + script.path)}" integrity="${script.integrity}"></script>`;

/** The dashboard. The session lies in an attribute, since no script may stand in the page. */
export function dashboardHtml(
  prefix: string,
  assets: Assets,
  start: Start
): string {
  const head = `${styleOf(prefix, assets)}
<meta name="commons-start" content="${escapeHtml(JSON.stringify({ ...start, prefix }))}">
${scriptOf(prefix, assets)}`;
  return frame(
    'Commons',
    head,
    '<div id="root"><p class="jp-Commons-Loading" role="status">Loading…</p></div>\n<noscript><p>This page needs JavaScript.</p></noscript>'
  );
}

/** On the way back from the hub: the script sends the form to the same address by itself. */
export function enterHtml(prefix: string, assets: Assets): string {
  return frame(
    'Commons',
    `${styleOf(prefix, assets)}\n${scriptOf(prefix, assets)}`,
    `<div id="root"><form class="jp-Commons-Plain" id="enter" method="post">
<p role="status">Signing in…</p>
<noscript><p>This page needs JavaScript.</p></noscript>
</form></div>`
  );
}

/** A page that only says something, with one way on. */
export function plainHtml(
  prefix: string,
  assets: Assets,
  words: { title: string; text: string; link: { href: string; text: string } }
): string {
  const { title, text, link } = words;
  return frame(
    title,
    styleOf(prefix, assets),
    `<main class="jp-Commons-Plain">
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.text)}</a></p>
</main>`
  );
}
