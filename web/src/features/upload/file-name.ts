/** Make a title's first name out of a file's: "my_first.film.mp4" → "my first film". */
export function nameFromFile(fileName: string): string {
  const last = fileName.slice(Math.max(fileName.lastIndexOf("/"), fileName.lastIndexOf("\\")) + 1);
  const stem = last.replace(/\.[^.\s]{1,5}$/, "");
  const words = stem.replace(/[_.]+/g, " ").replace(/\s+/g, " ").trim();
  return (words || fileName).slice(0, 200);
}
