import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import type { Plugin } from "vite";

// Pictures and fonts are compressed already.
const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".svg"]);
/** One packet carries less than this anyway. */
const TOO_SMALL_BYTES = 1_000;

/** Write `name.br` and `name.gz` beside each text file that was built, for the server to send. */
export function precompress(): Plugin {
  let folder = "";
  return {
    name: "streamverse:precompress",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => COMPRESSIBLE.has(extname(entry.name)));
      await Promise.all(files.map((file) => compress(join(file.parentPath, file.name))));
    },
  };
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  if (content.length < TOO_SMALL_BYTES) return;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  await Promise.all([
    promisify(brotliCompress)(content, { params }).then((it) => writeFile(`${path}.br`, it)),
    promisify(gzip)(content, { level: 9 }).then((it) => writeFile(`${path}.gz`, it)),
  ]);
}
