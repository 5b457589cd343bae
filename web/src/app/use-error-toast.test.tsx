import { ApiProblem, ServerUnreachable } from "@streamverse/client";
import { ToastRegion } from "@streamverse/ui";
import { act, cleanup, render, renderHook, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { useErrorToast } from "./use-error-toast";

afterEach(cleanup);

test("people are told in a sentence why something failed, but for what they waved aside", () => {
  render(<ToastRegion label="Messages" closeLabel="Close" />);
  const showError = renderHook(useErrorToast).result;
  act(() => {
    for (const code of ["identity.reauth_required", "catalog.title_not_found"]) {
      showError.current(new ApiProblem({ status: 403, code, detail: `This is ${code}.` }));
    }
    showError.current(new ServerUnreachable(null));
    showError.current(new TypeError("undefined is not a function"));
  });
  expect(screen.getAllByRole("alert").map(({ textContent }) => textContent)).toEqual([
    "This is catalog.title_not_found.",
    "The server does not answer. Check that it is running and that you are connected.",
    "Something went wrong that we did not foresee. Please try again.",
  ]);
});

test("it stays the same, so that effects may lean on it", () => {
  const { result, rerender } = renderHook(useErrorToast);
  const before = result.current;
  rerender();
  expect(result.current).toBe(before);
});
