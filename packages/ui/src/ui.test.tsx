import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { Button, Field, Progress, showProblem, showToast, ToastRegion } from ".";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("a busy button cannot be pressed twice and says so", () => {
  const press = vi.fn();
  render(
    <Button isBusy onClick={press}>
      Save
    </Button>,
  );
  const button = screen.getByRole("button", { name: "Save" });
  fireEvent.click(button);
  expect(press).not.toHaveBeenCalled();
  expect(button.getAttribute("aria-busy")).toBe("true");
});

test("a field's hint and error are read with it", () => {
  render(<Field label="Year" hint="Four digits." error="Write four digits." />);
  const field = screen.getByLabelText("Year");
  const described = field.getAttribute("aria-describedby") ?? "";
  const texts = described.split(" ").map((id) => document.getElementById(id)?.textContent);
  expect(texts).toEqual(["Four digits.", "Write four digits."]);
  expect(field.getAttribute("aria-invalid")).toBe("true");
});

test.each([
  [0.4264, "42.6"],
  [1.7, "100"],
  [-1, "0"],
  [null, null],
])("progress of %s reads %s", (value, now) => {
  render(<Progress label="Upload" value={value} />);
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe(now);
});

test("messages go away by themselves, problems later, and not while one reads them", () => {
  vi.useFakeTimers();
  render(<ToastRegion label="Messages" closeLabel="Close" />);
  act(() => {
    showToast("Saved.");
    showProblem("It could not be saved.");
  });
  fireEvent.pointerEnter(screen.getByRole("status"));
  act(() => void vi.advanceTimersByTime(9_000));
  expect(screen.getByRole("status").textContent).toBe("Saved.");
  expect(screen.getByRole("alert").textContent).toBe("It could not be saved.");
  fireEvent.pointerLeave(screen.getByRole("status"));
  act(() => void vi.advanceTimersByTime(5_000));
  expect(screen.queryByRole("status")).toBeNull();
  expect(screen.queryByRole("alert")).toBeNull();
});
