/** How the records of a zip file begin (PKWARE's APPNOTE.TXT). */
export const LOCAL_HEADER = 0x04034b50;
export const DIRECTORY_ENTRY = 0x02014b50;
export const END_64 = 0x06064b50;
export const LOCATOR_64 = 0x07064b50;
export const END = 0x06054b50;
