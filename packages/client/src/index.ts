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
export type TitlePage = Answer<"/api/v1/titles">;
export type TitleCard = TitlePage["items"][number];
export type Title = Answer<"/api/v1/titles/{title_id}">;
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
export type ProcessingItem = Answer<"/api/v1/processing">["items"][number];
export type Worker = Answer<"/api/v1/workers">["items"][number];
export type Job = ProcessingItem["jobs"][number];
export type Playback =
  paths["/api/v1/titles/{title_id}/playback"]["post"]["responses"][200]["content"]["application/json"];
