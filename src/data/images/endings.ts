/** Which files of a folder or archive are images, by their names. */

/** The endings of images that are read; torchvision's ImageFolder takes those without .gif, .avif and the rare ones. */
export const imageEndings: readonly string[] = [
  '.jpeg',
  '.jpg',
  '.jpe',
  '.jfif',
  '.png',
  '.webp',
  '.tif',
  '.tiff',
  '.gif',
  '.avif',
  '.bmp',
  '.dib',
  '.ppm',
  '.pgm',
  '.pbm',
  '.pnm',
];

/** The endings of images that are not read: leaving them out in silence would change what is measured. */
const unreadEndings: readonly string[] = [
  '.heic',
  '.heif',
  '.jp2',
  '.j2k',
  '.jxl',
  '.tga',
  '.pcx',
  '.psd',
  '.exr',
  '.hdr',
  '.pfm',
  '.pam',
  '.ico',
  '.dcm',
  '.dng',
];

const endsWithOneOf = (path: string, endings: readonly string[]): boolean => {
  const lower = path.toLowerCase();
  return endings.some((ending) => lower.endsWith(ending));
};

/** Whether a file's name ends as that of an image that is read. */
export function isImage(path: string): boolean {
  return endsWithOneOf(path, imageEndings);
}

/** Whether a file's name ends as that of an image of a kind that is not read. */
export function isUnreadImage(path: string): boolean {
  return endsWithOneOf(path, unreadEndings);
}
