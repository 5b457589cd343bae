import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";

import { meQuery } from "../features/identity/queries";
import { HomePage } from "../pages/HomePage";
import { AppLayout } from "./AppLayout";
import { CrashScreen, NotFoundScreen } from "./screens";
import { homeSearch, loginSearch, setupSearch } from "./search";

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  notFoundComponent: NotFoundScreen,
  errorComponent: CrashScreen,
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: loginSearch,
  component: lazyRouteComponent(() => import("../pages/LoginPage"), "LoginPage"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: setupSearch,
  component: lazyRouteComponent(() => import("../pages/SetupPage"), "SetupPage"),
});

/** Everything below needs an account; guests go to log in and come back. */
const member = createRoute({
  getParentRoute: () => root,
  id: "member",
  beforeLoad: async ({ context, location }) => {
    const me = await context.queryClient.query({ ...meQuery, staleTime: "static" });
    if (me === null) {
      throw redirect({ to: "/login", search: loginSearch({ next: location.href }) });
    }
    return { me };
  },
});

const layout = createRoute({ getParentRoute: () => member, id: "layout", component: AppLayout });

const home = createRoute({
  getParentRoute: () => layout,
  path: "/",
  validateSearch: homeSearch,
  component: HomePage,
});

const title = createRoute({
  getParentRoute: () => layout,
  path: "/titles/$id",
  component: lazyRouteComponent(() => import("../pages/TitlePage"), "TitlePage"),
});

const upload = createRoute({
  getParentRoute: () => layout,
  path: "/upload",
  component: lazyRouteComponent(() => import("../pages/UploadPage"), "UploadPage"),
});

const processing = createRoute({
  getParentRoute: () => layout,
  path: "/processing",
  component: lazyRouteComponent(() => import("../pages/ProcessingPage"), "ProcessingPage"),
});

const people = createRoute({
  getParentRoute: () => layout,
  path: "/people",
  component: lazyRouteComponent(() => import("../pages/PeoplePage"), "PeoplePage"),
});

const watch = createRoute({
  getParentRoute: () => member,
  path: "/watch/$id",
  component: lazyRouteComponent(() => import("../pages/WatchPage"), "WatchPage"),
});

const tree = root.addChildren([
  login,
  setup,
  member.addChildren([layout.addChildren([home, title, upload, processing, people]), watch]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultErrorComponent: CrashScreen,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
