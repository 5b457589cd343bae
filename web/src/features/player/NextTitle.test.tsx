import { initialState, type Player, type PlayerState } from "@streamverse/player";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { NextTitle, type NextTitleProps, type NextUp } from "./NextTitle";

const player = { seek: vi.fn() } as unknown as Player;
const next: NextUp = { id: "2", name: "The second", kind: "episode" };
const onNext = vi.fn();
const onOffered = vi.fn();

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  onNext.mockReset();
  onOffered.mockReset();
});

function show(state: Partial<PlayerState>, more: Partial<NextTitleProps> = {}) {
  const props: NextTitleProps = {
    player,
    state: { ...initialState, status: "ready", isPaused: false, durationSeconds: 600, ...state },
    markers: [{ kind: "credits", startSeconds: 500, endSeconds: 600, label: "" }],
    next,
    isAutomatic: true,
    isSomebodyThere: () => true,
    onOffered,
    onNext,
    ...more,
  };
  return <NextTitle {...props} />;
}

function pass(seconds: number): void {
  for (let second = 0; second < seconds; second += 1)
    act(() => {
      vi.advanceTimersByTime(1_000);
    });
}

test("nothing is offered before the credits, nor while there is more to come", () => {
  const { rerender } = render(show({ positionSeconds: 499 }));
  expect(screen.queryByRole("region")).toBeNull();
  rerender(show({ positionSeconds: 550, isGrowing: true }));
  expect(screen.queryByRole("region")).toBeNull();
  expect(onOffered).not.toHaveBeenCalled();
  rerender(show({ positionSeconds: 550 }));
  rerender(show({ positionSeconds: 551 }));
  expect(onOffered).toHaveBeenCalledTimes(1);
});

test("it counts down, waits while the film stands, and goes on by itself", () => {
  const { rerender } = render(show({ positionSeconds: 510 }));
  pass(4);
  expect(screen.getByRole("button", { name: "Plays in 6 s" })).toBeTruthy();
  rerender(show({ positionSeconds: 514, isPaused: true }));
  pass(30);
  expect(onNext).not.toHaveBeenCalled();
  rerender(show({ positionSeconds: 514 }));
  pass(6);
  expect(onNext.mock.calls).toEqual([[true]]);
});

test("whoever stays is asked no more until the end", () => {
  const { rerender } = render(show({ positionSeconds: 510 }));
  fireEvent.click(screen.getByRole("button", { name: "Stay here" }));
  rerender(show({ positionSeconds: 590 }));
  pass(30);
  expect(screen.queryByRole("region")).toBeNull();
  rerender(show({ positionSeconds: 600, isEnded: true, isPaused: true }));
  pass(10);
  expect(onNext.mock.calls).toEqual([[true]]);
});

test("where nobody seems to be there any more, it asks and waits", () => {
  render(show({ positionSeconds: 600, isEnded: true }, { isSomebodyThere: () => false }));
  pass(60);
  expect(screen.getByText("Are you still watching?")).toBeTruthy();
  expect(onNext).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("button", { name: "Next episode" }));
  expect(onNext.mock.calls).toEqual([[false]]);
});

test("who wants nothing to begin by itself is only offered it", () => {
  render(show({ positionSeconds: 510 }, { isAutomatic: false }));
  pass(60);
  expect(onNext).not.toHaveBeenCalled();
  expect(screen.getByRole("button", { name: "Next episode" })).toBeTruthy();
});
