import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { build } from "vite";
import { expect, test } from "vitest";

import { precompress } from "./precompress";

const LONG = `console.log("${"word ".repeat(500)}");\n`;

test("a build has compressed files beside its long texts, and only there", async () => {
  const root = mkdtempSync(join(tmpdir(), "precompress-"));
  try {
    writeFileSync(join(root, "index.html"), '<script type="module" src="/long.js"></script>');
    writeFileSync(join(root, "long.js"), LONG);
    await build({ root, configFile: false, logLevel: "silent", plugins: [precompress()] });
    expect(readdirSync(join(root, "dist")).sort()).toEqual(["assets", "index.html"]);
    const [script = "", ...others] = readdirSync(join(root, "dist/assets")).sort();
    expect(others).toEqual([`${script}.br`, `${script}.gz`]);
    const [plain, br, gz] = [script, ...others].map((name) =>
      readFileSync(join(root, "dist/assets", name)),
    );
    expect(brotliDecompressSync(br ?? "")).toEqual(plain);
    expect(gunzipSync(gz ?? "")).toEqual(plain);
  } finally {
    rmSync(root, { recursive: true });
  }
});
