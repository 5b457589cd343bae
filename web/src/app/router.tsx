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
  browseSearch,
  errorSearch,
  linkSearch,
  loginSearch,
  mailsSearch,
  manageSearch,
  profilesSearch,
  wantedSearch,
  titleSearch,
  watchSearch,
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

const folders = createRoute({
  getParentRoute: () => layout,
  path: "/admin/folders",
  component: lazyRouteComponent(() => import("../pages/FoldersPage"), "FoldersPage"),
});

const matches = createRoute({
  getParentRoute: () => layout,
  path: "/admin/matches",
  component: lazyRouteComponent(() => import("../pages/MatchesPage"), "MatchesPage"),
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
  component: HomePage,
});

const search = createRoute({
  getParentRoute: () => layout,
  path: "/search",
  validateSearch: wantedSearch,
  component: lazyRouteComponent(() => import("../pages/SearchPage"), "SearchPage"),
});

const searches = createRoute({
  getParentRoute: () => layout,
  path: "/admin/searches",
  component: lazyRouteComponent(() => import("../pages/SearchesPage"), "SearchesPage"),
});

const title = createRoute({
  getParentRoute: () => layout,
  path: "/titles/$id",
  validateSearch: titleSearch,
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

const live = createRoute({
  getParentRoute: () => layout,
  path: "/live",
  component: lazyRouteComponent(() => import("../pages/LivePage"), "LivePage"),
});

const liveStream = createRoute({
  getParentRoute: () => layout,
  path: "/live/$id",
  component: lazyRouteComponent(() => import("../pages/LiveStreamPage"), "LiveStreamPage"),
});

const liveHealth = createRoute({
  getParentRoute: () => layout,
  path: "/live/$id/health",
  component: lazyRouteComponent(() => import("../pages/LiveHealthPage"), "LiveHealthPage"),
});

const liveSend = createRoute({
  getParentRoute: () => layout,
  path: "/live/$id/send",
  component: lazyRouteComponent(() => import("../pages/LiveSendPage"), "LiveSendPage"),
});

const watch = createRoute({
  getParentRoute: () => member,
  path: "/watch/$id",
  validateSearch: watchSearch,
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

const ownPlan = createRoute({
  getParentRoute: () => layout,
  path: "/account/plan",
  component: lazyRouteComponent(() => import("../pages/OwnPlanPage"), "OwnPlanPage"),
});

const adminPlans = createRoute({
  getParentRoute: () => layout,
  path: "/admin/plans",
  component: lazyRouteComponent(() => import("../pages/AdminPlansPage"), "AdminPlansPage"),
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

const browse = createRoute({
  getParentRoute: () => layout,
  path: "/browse",
  validateSearch: browseSearch,
  component: lazyRouteComponent(() => import("../pages/BrowsePage"), "BrowsePage"),
});

const person = createRoute({
  getParentRoute: () => layout,
  path: "/person/$slug",
  component: lazyRouteComponent(() => import("../pages/PersonPage"), "PersonPage"),
});

const studio = createRoute({
  getParentRoute: () => layout,
  path: "/studio/$slug",
  component: lazyRouteComponent(() => import("../pages/StudioPage"), "StudioPage"),
});

const genre = createRoute({
  getParentRoute: () => layout,
  path: "/genre/$slug",
  component: lazyRouteComponent(() => import("../pages/GenrePage"), "GenrePage"),
});

const collections = createRoute({
  getParentRoute: () => layout,
  path: "/collections",
  component: lazyRouteComponent(() => import("../pages/CollectionsPage"), "CollectionsPage"),
});

const collection = createRoute({
  getParentRoute: () => layout,
  path: "/collections/$slug",
  component: lazyRouteComponent(() => import("../pages/CollectionPage"), "CollectionPage"),
});

const bundle = createRoute({
  getParentRoute: () => layout,
  path: "/bundles/$id",
  component: lazyRouteComponent(() => import("../pages/CollectionPage"), "BundlePage"),
});

const editTitle = createRoute({
  getParentRoute: () => layout,
  path: "/titles/$id/edit",
  component: lazyRouteComponent(() => import("../pages/EditTitlePage"), "EditTitlePage"),
});

const cutTitle = createRoute({
  getParentRoute: () => layout,
  path: "/titles/$id/cut",
  component: lazyRouteComponent(() => import("../pages/CutTitlePage"), "CutTitlePage"),
});

const adminTitles = createRoute({
  getParentRoute: () => layout,
  path: "/admin/titles",
  component: lazyRouteComponent(() => import("../pages/AdminTitlesPage"), "AdminTitlesPage"),
});

const adminCollections = createRoute({
  getParentRoute: () => layout,
  path: "/admin/collections",
  component: lazyRouteComponent(
    () => import("../pages/AdminCollectionsPage"),
    "AdminCollectionsPage",
  ),
});

const adminGenres = createRoute({
  getParentRoute: () => layout,
  path: "/admin/genres",
  component: lazyRouteComponent(() => import("../pages/AdminGenresPage"), "AdminGenresPage"),
});

const history = createRoute({
  getParentRoute: () => layout,
  path: "/history",
  component: lazyRouteComponent(() => import("../pages/HistoryPage"), "HistoryPage"),
});

const myList = createRoute({
  getParentRoute: () => layout,
  path: "/my-list",
  component: lazyRouteComponent(() => import("../pages/MyListPage"), "MyListPage"),
});

const sharedList = createRoute({
  getParentRoute: () => layout,
  path: "/lists/$token",
  component: lazyRouteComponent(() => import("../pages/SharedListPage"), "SharedListPage"),
});

const calendar = createRoute({
  getParentRoute: () => layout,
  path: "/calendar",
  component: lazyRouteComponent(() => import("../pages/CalendarPage"), "CalendarPage"),
});

const adminReviews = createRoute({
  getParentRoute: () => layout,
  path: "/admin/reviews",
  component: lazyRouteComponent(() => import("../pages/AdminReviewsPage"), "AdminReviewsPage"),
});

const adminImport = createRoute({
  getParentRoute: () => layout,
  path: "/admin/import",
  component: lazyRouteComponent(() => import("../pages/AdminImportPage"), "AdminImportPage"),
});

const sessions = createRoute({
  getParentRoute: () => layout,
  path: "/admin/sessions",
  component: lazyRouteComponent(() => import("../pages/SessionsPage"), "SessionsPage"),
});

const session = createRoute({
  getParentRoute: () => layout,
  path: "/admin/sessions/$id",
  component: lazyRouteComponent(() => import("../pages/SessionPage"), "SessionPage"),
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
      folders,
      matches,
      search,
      searches,
      browse,
      person,
      studio,
      genre,
      collections,
      collection,
      bundle,
      editTitle,
      cutTitle,
      adminTitles,
      adminReviews,
      adminImport,
      adminCollections,
      adminGenres,
      history,
      myList,
      sharedList,
      calendar,
      live,
      liveStream,
      liveHealth,
      liveSend,
      ownPlan,
      adminPlans,
      sessions,
      session,
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
