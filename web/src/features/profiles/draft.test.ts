import type { Profile } from "@streamverse/client";
import { expect, test } from "vitest";

import { changesOf, limitFor, newDraft } from "./draft";

const mila: Profile = {
  id: "1",
  name: "Mila",
  avatar: "preset:1",
  avatar_url: "/api/v1/avatars/1",
  is_kids: false,
  maturity_limit: 18,
  pin_above_age: null,
  language: "de",
  has_pin: false,
  is_current: true,
  created_at: "2026-01-01T00:00:00Z",
};

test("somebody new gets a free face and the language of the family", () => {
  const presets = [1, 2].map((n) => ({ avatar: `preset:${n}`, url: `/${n}` }));
  expect(newDraft({ items: [mila], presets })).toEqual({
    name: "",
    is_kids: false,
    maturity_limit: 18,
    pin_above_age: null,
    language: "de",
    avatar: "preset:2",
  });
});

test("kids mode lowers the limit and leaving it raises nothing", () => {
  expect(limitFor(true, 18)).toBe(12);
  expect(limitFor(true, 6)).toBe(6);
  expect(limitFor(false, 6)).toBe(6);
});

test("only what is different is sent, and never the face", () => {
  expect(changesOf(mila, mila)).toEqual({});
  const draft = { ...mila, avatar: "preset:7", is_kids: true, maturity_limit: 12 };
  expect(changesOf(mila, draft)).toEqual({ is_kids: true, maturity_limit: 12 });
  const gated = { ...mila, pin_above_age: 0 };
  expect(changesOf(mila, gated)).toEqual({ pin_above_age: 0 });
  expect(changesOf(gated, mila)).toEqual({ pin_above_age: null });
});
