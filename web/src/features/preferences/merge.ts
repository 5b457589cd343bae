export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Apply a merge patch (RFC 7396): null takes away, objects go inside, all else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) Reflect.deleteProperty(merged, name);
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

/**
 * One patch that does what two do one after the other; unlike a merge it keeps their nulls. There is
 * none, and null is given, where the second puts something into what the first takes away.
 */
export function joinPatches(first: JsonObject, second: JsonObject): JsonObject | null {
  const joined: Record<string, Json | undefined> = { ...first };
  for (const [name, value] of Object.entries(second)) {
    const before = joined[name];
    if (before === null && isObject(value)) return null;
    const both = isObject(before) && isObject(value) ? joinPatches(before, value) : value;
    if (both === null && value !== null) return null;
    joined[name] = both;
  }
  return joined;
}
