/** What a process that ran the command line ends with, but where it was asked to end before it had finished. */

export const EXIT = { success: 0, gateFailed: 1, inputError: 2, internalError: 3 } as const;
