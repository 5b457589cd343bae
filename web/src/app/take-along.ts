/** Ways to take text out of the page. */

/** Copy to the clipboard; false where the browser does not let us. */
export async function copyText(copied: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(copied);
    return true;
  } catch {
    return false;
  }
}

/** Let the browser keep a file. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // A moment later: the browser reads it only after this.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
