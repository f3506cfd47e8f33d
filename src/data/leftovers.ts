/** Names that operating systems leave among data: they are no data. */

/** In lower case. */
const leftovers: ReadonlySet<string> = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '__macosx',
  '@eadir',
]);

/**
 * Whether a name, or one within a path, is hidden or left behind by an operating system or a storage device:
 * .DS_Store, macOS's AppleDouble files `._NAME`, __MACOSX, Thumbs.db … .
 */
export function isLeftover(path: string): boolean {
  return path
    .split('/')
    .some((name) => (name.startsWith('.') && !/^\.+$/.test(name)) || leftovers.has(name.toLowerCase()));
}
