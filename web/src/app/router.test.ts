import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { createAppRouter } from "./router";

test("every page has its address", () => {
  const { routesByPath } = createAppRouter(new QueryClient());
  expect(Object.keys(routesByPath).sort()).toEqual([
    "/",
    "/login",
    "/people",
    "/processing",
    "/setup",
    "/titles/$id",
    "/upload",
    "/watch/$id",
  ]);
});
