/** The typed client of the HTTP API; `schema.ts` is generated from the server's OpenAPI document. */
import type { paths } from "./schema";

export { type Api, createApi, unwrap } from "./api";
export {
  ApiProblem,
  isProblem,
  parseProblem,
  type ProblemDocument,
  ServerUnreachable,
} from "./problem";

// The shapes are named by the path that answers them, so that the server may name its schemas freely.
type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

export type Account = Answer<"/api/v1/auth/me">;
export type Role = Account["role"];
export type Profiles = Answer<"/api/v1/users/me/profiles">;
export type Profile = Profiles["items"][number];
export type Preferences = Required<Answer<"/api/v1/users/me/profiles/{profile_id}/preferences">>;
export type ApiKey = Answer<"/api/v1/admin/api-keys">["items"][number];
/** Something that happened around log-ins. */
export type Activity = Answer<"/api/v1/auth/activity">["items"][number];
export type AuditEntry = Answer<"/api/v1/auth/audit-log">["items"][number];
export type Mail = Answer<"/api/v1/mails">["items"][number];
export type MailBody = Answer<"/api/v1/mails/{mail_id}">;
export type Home = Answer<"/api/v1/home/rails">;
export type Rail = Home["rails"][number];
/** A title in a rail of the home page. */
export type HomeCard = Rail["items"][number];
export type TitlePage = Answer<"/api/v1/titles">;
export type TitleCard = TitlePage["items"][number];
export type Title = Answer<"/api/v1/titles/{title_id}">;
export type SearchResults = Answer<"/api/v1/search">;
export type SearchHit = SearchResults["hits"][number];
export type Searches = Answer<"/api/v1/admin/searches">;
export type TitleDetails = Answer<"/api/v1/titles/{title_id}/details">;
export type Credit = TitleDetails["credits"][number];
export type Person = Answer<"/api/v1/people/{slug}">;
export type Collection = Answer<"/api/v1/collections/{slug}">;
export type BrowseFilters = Answer<"/api/v1/browse/filters">;
export type TitleDocument = Answer<"/api/v1/admin/titles/{title_id}">;
/** What may be said about a title; what is left out stays. */
export type TitlePatch = TitleDocument["said"];
export type TitleEdit = Answer<"/api/v1/admin/titles/edits">["items"][number];
export type OfferedPlan = Answer<"/api/v1/admin/plans">[number];
export type Plan = OfferedPlan["plan"];
export type Subscription = Answer<"/api/v1/admin/accounts/{account_id}/plan">;
export type OwnPlan = Answer<"/api/v1/users/me/plan">;
export type GenreDocument = Answer<"/api/v1/admin/genres">[number];
export type LiveStream = Answer<"/api/v1/live/streams/{stream_id}">;
export type LiveTemplate = Answer<"/api/v1/live/templates">[number];
export type LiveSlot = Answer<"/api/v1/live/streams/{stream_id}/schedule">["slots"][number];
export type LiveHealth = Answer<"/api/v1/live/streams/{stream_id}/health">;
export type LiveBackup = NonNullable<Answer<"/api/v1/live/streams/{stream_id}/backup">["backup"]>;
export type LiveTarget = Answer<"/api/v1/live/streams/{stream_id}/targets">[number];
export type LiveSource = NonNullable<Answer<"/api/v1/live/streams/{stream_id}/source">["source"]>;
export type Poster = NonNullable<TitleCard["poster"]>;
export type Pictures = Answer<"/api/v1/assets/{asset_id}/pictures">;
export type Picture = Pictures["posters"][number];
export type Subtitle = Answer<"/api/v1/assets/{asset_id}/subtitles">["items"][number];
export type Upload = Answer<"/api/v1/uploads">["items"][number];
export type BucketObject = Answer<"/api/v1/uploads/buckets/{bucket}/objects">["items"][number];
export type Storage = Answer<"/api/v1/media/storage">;
export type StoredAsset = Storage["items"][number];
export type Retention = Answer<"/api/v1/media/retention">;
export type Census = Answer<"/api/v1/media/storage/orphans">["items"][number];
export type Webhook = Answer<"/api/v1/admin/webhooks">["items"][number];
export type WebhookDelivery =
  Answer<"/api/v1/admin/webhooks/{webhook_id}/deliveries">["items"][number];
export type LibraryFolder = Answer<"/api/v1/admin/folders">["items"][number];
export type LibraryFile = Answer<"/api/v1/admin/folders/{folder_id}/files">["items"][number];
export type TitleMatch = Answer<"/api/v1/admin/matches">["items"][number];
export type MatchCandidate = TitleMatch["candidates"][number];
export type MatchSource = MatchCandidate["source"];
export type ProcessingItem = Answer<"/api/v1/processing">["items"][number];
export type Worker = Answer<"/api/v1/workers">["items"][number];
export type Ladder = Answer<"/api/v1/assets/{asset_id}/ladder">;
export type Checks = Answer<"/api/v1/titles/{title_id}/checks">;
export type Job = ProcessingItem["jobs"][number];
export type Playback =
  paths["/api/v1/titles/{title_id}/playback"]["post"]["responses"][200]["content"]["application/json"];
export type PlaybackSession =
  paths["/api/v1/player/sessions/enhanced"]["post"]["responses"][201]["content"]["application/json"];
export type LiveSession =
  paths["/api/v1/player/sessions/live"]["post"]["responses"][201]["content"]["application/json"];
/** A session of playing as staff and its viewer read it. */
export type WatchedSession = Answer<"/api/v1/admin/sessions">["items"][number];
export type SessionAnalytics = Answer<"/api/v1/player/sessions/{session_id}/analytics">;
export type SessionSummary = Answer<"/api/v1/admin/sessions/quality">["items"][number];
export type WatchProgress = Answer<"/api/v1/users/{profile_id}/progress">["items"][number];
export type Stream = Answer<"/api/v1/users/{profile_id}/history/streams">["items"][number];
export type HistoryStatistics = Answer<"/api/v1/users/{profile_id}/history/stats">;
export type Watchlist = Answer<"/api/v1/users/{profile_id}/watchlist">;
export type ListedTitle = Watchlist["items"][number];
export type ListShare = Answer<"/api/v1/users/{profile_id}/watchlist/shares">["items"][number];
export type ImportPlan =
  paths["/api/v1/admin/titles/import/preview"]["post"]["responses"][200]["content"]["application/json"];
export type ImportLine = ImportPlan["lines"][number];
export type Reviews = Answer<"/api/v1/titles/{title_id}/reviews">;
export type Review = Reviews["items"][number];
export type ReportedReview = Answer<"/api/v1/admin/reviews">["items"][number];
export type ScheduledItem = Answer<"/api/v1/schedule">["days"][number]["items"][number];
