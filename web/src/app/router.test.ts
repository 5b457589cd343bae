import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";

import { createAppRouter } from "./router";

test("every page has its address", () => {
  const { routesByPath } = createAppRouter(new QueryClient());
  expect(Object.keys(routesByPath).sort()).toEqual([
    "/",
    "/accept-invitation",
    "/account/preferences",
    "/account/privacy",
    "/account/security",
    "/activate",
    "/admin/activity",
    "/admin/api-keys",
    "/admin/audit-log",
    "/admin/bin",
    "/admin/mails",
    "/admin/storage",
    "/admin/webhooks",
    "/forgot-password",
    "/link",
    "/login",
    "/people",
    "/processing",
    "/profiles",
    "/profiles/manage",
    "/register",
    "/reset-password",
    "/setup",
    "/titles/$id",
    "/titles/$id/media",
    "/tv",
    "/upload",
    "/verify-email",
    "/watch/$id",
  ]);
});
