import { ApiProblem } from "@streamverse/client";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";

import { PinPad } from "./PinPad";

afterEach(cleanup);

test("a PIN is typed and ended with the Enter key", async () => {
  const enter = vi.fn(() => Promise.resolve());
  render(<PinPad onEnter={enter} isFocused />);
  await userEvent.keyboard("2580{Enter}");
  expect(enter.mock.calls).toEqual([["2580"]]);
});

test("a PIN is pressed, and one that is too short goes nowhere", async () => {
  const enter = vi.fn(() => Promise.resolve());
  render(<PinPad onEnter={enter} />);
  await userEvent.click(screen.getByRole("button", { name: "7" }));
  await userEvent.click(screen.getByRole("button", { name: "Enter" }));
  expect(enter).not.toHaveBeenCalled();
  expect(screen.getByRole("alert").textContent).toBe("A PIN has at least 4 digits.");
  expect(screen.getByRole("img", { name: "1 digit entered" })).toBeDefined();
});

test("while it is paused the pad takes no digit and counts down", async () => {
  const paused = { status: 429, code: "profiles.pin_paused", detail: "Wait." };
  render(<PinPad onEnter={() => Promise.reject(new ApiProblem(paused, 90))} />);
  await userEvent.keyboard("1234{Enter}");
  expect((await screen.findByRole("alert")).textContent).toMatch(
    /^Too many wrong PINs\. Try again in 1:(30|29)\.$/,
  );
  await userEvent.keyboard("5");
  expect(screen.getByRole("img", { name: "No digit entered" })).toBeDefined();
});
