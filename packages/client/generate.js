/**
 * Writes `src/schema.ts` from the OpenAPI document of the server beside us.
 * With `--check` it writes nothing, and fails if the file is not what it would write.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { exit } from "node:process";
import { fileURLToPath } from "node:url";

import openapi, { astToString } from "openapi-typescript";

const SERVER = fileURLToPath(new URL("../../.venv/bin/streamverse", import.meta.url));
const SCHEMA = fileURLToPath(new URL("src/schema.ts", import.meta.url));
const HEADER =
  "// Generated from the server's OpenAPI document by `make client`: do not edit it by hand.\n\n";

function fail(sentence) {
  console.error(sentence);
  exit(1);
}

function askServer() {
  if (!existsSync(SERVER)) fail("The server is not installed: run make client.");
  const options = { encoding: "utf8", maxBuffer: 64 << 20 };
  return JSON.parse(execFileSync(SERVER, ["openapi"], options));
}

const wanted = HEADER + astToString(await openapi(askServer()));
if (!process.argv.includes("--check")) writeFileSync(SCHEMA, wanted);
else if (!existsSync(SCHEMA) || readFileSync(SCHEMA, "utf8") !== wanted)
  fail("The API has changed, and packages/client/src/schema.ts has not: run make client.");
