/** Codes that people type: without what they need not type, and in the groups they are shown in. */

/** 123 456 → "123456". */
export function digitsOf(typed: string): string {
  return typed.normalize("NFKC").replace(/\D/g, "");
}

/** "wdjbmjht" → "WDJB-MJHT": as the television shows it. */
export function formatUserCode(typed: string): string {
  const letters = typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "")
    .slice(0, 8);
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
}

/** "JBSWY3DPEHPK3PXP" → "JBSW Y3DP EHPK 3PXP": as one reads a key out. */
export function inGroups(key: string): string {
  return key.match(/.{1,4}/g)?.join(" ") ?? "";
}
