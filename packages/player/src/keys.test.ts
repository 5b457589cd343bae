import { expect, test } from "vitest";

import { commandOf, steppedRate } from "./keys";

test.each([
  [" ", { do: "toggle-play" }],
  ["K", { do: "toggle-play" }],
  ["j", { do: "skip", seconds: -10 }],
  ["ArrowRight", { do: "skip", seconds: 5 }],
  ["7", { do: "seek-fraction", fraction: 0.7 }],
  [">", { do: "rate", step: 1 }],
  [".", { do: "frame", step: 1 }],
  ["S", { do: "skip-marker" }],
  ["n", { do: "next-title" }],
  ["?", { do: "help" }],
  ["x", null],
  ["Escape", null],
  ["F5", null],
])("%j means %j", (key, command) => {
  expect(commandOf(key)).toEqual(command);
});

test("the speed steps up and down and stops at the ends", () => {
  expect([steppedRate(1, 1), steppedRate(1, -1), steppedRate(2, 1), steppedRate(0.5, -1)]).toEqual([
    1.25, 0.75, 2, 0.5,
  ]);
});
