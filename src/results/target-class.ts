/** The class that a target rule names itself; null for a rule that chooses, and for none. */
export function givenClass(target: string | null): number | null {
  return target !== null && /^\d+$/.test(target) ? Number(target) : null;
}
