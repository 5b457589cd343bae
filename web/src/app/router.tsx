import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";

import { meQuery } from "../features/identity/queries";
import { ensureProfileChosen } from "../features/profiles/queries";
import { HomePage } from "../pages/HomePage";
import { AppLayout } from "./AppLayout";
import { CrashScreen, NotFoundScreen } from "./screens";
import {
  errorSearch,
  homeSearch,
  linkSearch,
  loginSearch,
  mailsSearch,
  manageSearch,
  profilesSearch,
} from "./search";

interface RouterContext {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({
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
  component: lazyRouteComponent(() => import("../pages/SetupPage"), "SetupPage"),
});

const register = createRoute({
  getParentRoute: () => root,
  path: "/register",
  component: lazyRouteComponent(() => import("../pages/RegisterPage"), "RegisterPage"),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("../pages/ForgotPasswordPage"), "ForgotPasswordPage"),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("../pages/ResetPasswordPage"), "ResetPasswordPage"),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email",
  component: lazyRouteComponent(() => import("../pages/VerifyEmailPage"), "VerifyEmailPage"),
});

const acceptInvitation = createRoute({
  getParentRoute: () => root,
  path: "/accept-invitation",
  component: lazyRouteComponent(
    () => import("../pages/AcceptInvitationPage"),
    "AcceptInvitationPage",
  ),
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

/** Before anything that is somebody's own, an account of several people is asked who watches. */
const isSomebodys = {
  beforeLoad: ({ context, location }: { context: RouterContext; location: { href: string } }) =>
    ensureProfileChosen(context.queryClient, location.href),
};

const layout = createRoute({
  getParentRoute: () => member,
  id: "layout",
  component: AppLayout,
  ...isSomebodys,
});

const whosWatching = createRoute({
  getParentRoute: () => member,
  path: "/profiles",
  validateSearch: profilesSearch,
  component: lazyRouteComponent(() => import("../pages/WhosWatchingPage"), "WhosWatchingPage"),
});

const manageProfiles = createRoute({
  getParentRoute: () => member,
  path: "/profiles/manage",
  validateSearch: manageSearch,
  component: lazyRouteComponent(() => import("../pages/ManageProfilesPage"), "ManageProfilesPage"),
});

const preferences = createRoute({
  getParentRoute: () => layout,
  path: "/account/preferences",
  validateSearch: manageSearch,
  component: lazyRouteComponent(() => import("../pages/PreferencesPage"), "PreferencesPage"),
});

const apiKeys = createRoute({
  getParentRoute: () => layout,
  path: "/admin/api-keys",
  component: lazyRouteComponent(() => import("../pages/ApiKeysPage"), "ApiKeysPage"),
});

const auditLog = createRoute({
  getParentRoute: () => layout,
  path: "/admin/audit-log",
  component: lazyRouteComponent(() => import("../pages/AuditLogPage"), "AuditLogPage"),
});

const activity = createRoute({
  getParentRoute: () => layout,
  path: "/admin/activity",
  component: lazyRouteComponent(() => import("../pages/ActivityPage"), "ActivityPage"),
});

const storage = createRoute({
  getParentRoute: () => layout,
  path: "/admin/storage",
  component: lazyRouteComponent(() => import("../pages/StoragePage"), "StoragePage"),
});

const webhooks = createRoute({
  getParentRoute: () => layout,
  path: "/admin/webhooks",
  component: lazyRouteComponent(() => import("../pages/WebhooksPage"), "WebhooksPage"),
});

const mails = createRoute({
  getParentRoute: () => layout,
  path: "/admin/mails",
  validateSearch: mailsSearch,
  component: lazyRouteComponent(() => import("../pages/MailsPage"), "MailsPage"),
});

const bin = createRoute({
  getParentRoute: () => layout,
  path: "/admin/bin",
  component: lazyRouteComponent(() => import("../pages/BinPage"), "BinPage"),
});

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

const titleMedia = createRoute({
  getParentRoute: () => layout,
  path: "/titles/$id/media",
  component: lazyRouteComponent(() => import("../pages/TitleMediaPage"), "TitleMediaPage"),
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
  ...isSomebodys,
  component: lazyRouteComponent(() => import("../pages/WatchPage"), "WatchPage"),
});

const security = createRoute({
  getParentRoute: () => layout,
  path: "/account/security",
  validateSearch: errorSearch,
  component: lazyRouteComponent(() => import("../pages/SecurityPage"), "SecurityPage"),
});

const privacy = createRoute({
  getParentRoute: () => layout,
  path: "/account/privacy",
  component: lazyRouteComponent(() => import("../pages/PrivacyPage"), "PrivacyPage"),
});

const tv = createRoute({
  getParentRoute: () => root,
  path: "/tv",
  component: lazyRouteComponent(() => import("../pages/TvLoginPage"), "TvLoginPage"),
});

const link = createRoute({
  getParentRoute: () => member,
  path: "/link",
  validateSearch: linkSearch,
  component: lazyRouteComponent(() => import("../pages/LinkPage"), "LinkPage"),
});

/** The address that televisions show. */
const activate = createRoute({
  getParentRoute: () => root,
  path: "/activate",
  validateSearch: linkSearch,
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/link", search, replace: true });
  },
});

const tree = root.addChildren([
  login,
  tv,
  activate,
  setup,
  register,
  forgotPassword,
  resetPassword,
  verifyEmail,
  acceptInvitation,
  member.addChildren([
    link,
    whosWatching,
    manageProfiles,
    layout.addChildren([
      home,
      title,
      titleMedia,
      upload,
      processing,
      people,
      security,
      privacy,
      preferences,
      apiKeys,
      auditLog,
      activity,
      mails,
      bin,
      storage,
      webhooks,
    ]),
    watch,
  ]),
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
