/** What a process that ran the command line ends with. */

export const EXIT = { success: 0, gateFailed: 1, inputError: 2, internalError: 3, interrupted: 130 } as const;
