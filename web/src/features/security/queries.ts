/** What the page of an account's safety asks of the server, and does there. */
import { unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api, quietApi } from "../../app/api";
import { makePasskey } from "../identity/webauthn";

type Answered<Call extends (...given: never[]) => Promise<unknown>> = Awaited<ReturnType<Call>>;

const KEY = "security";
const firstPage = { initialPageParam: null as string | null };
const paged = {
  ...firstPage,
  getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor,
};

function atCursor(cursor: string | null, limit: number) {
  return { params: { query: { limit, ...(cursor === null ? {} : { cursor }) } } };
}

// --- what there is -------------------------------------------------------------------------------

export const emailQuery = queryOptions({
  queryKey: [KEY, "email"],
  queryFn: () => unwrap(api.GET("/api/v1/auth/email/status")),
});

export const mfaQuery = queryOptions({
  queryKey: [KEY, "mfa"],
  queryFn: () => unwrap(api.GET("/api/v1/auth/mfa")),
});

export const backupCodesQuery = queryOptions({
  queryKey: [KEY, "backup-codes"],
  queryFn: () => unwrap(quietApi.GET("/api/v1/auth/mfa/backup-codes")),
});

const fetchPasskeys = () => unwrap(api.GET("/api/v1/auth/passkeys"));
export type Passkey = Answered<typeof fetchPasskeys>["items"][number];
export const passkeysQuery = queryOptions({ queryKey: [KEY, "passkeys"], queryFn: fetchPasskeys });

const fetchSessions = (cursor: string | null) =>
  unwrap(api.GET("/api/v1/auth/sessions", atCursor(cursor, 20)));
export type Session = Answered<typeof fetchSessions>["items"][number];
export const sessionsQuery = infiniteQueryOptions({
  ...paged,
  queryKey: [KEY, "sessions"],
  queryFn: ({ pageParam }) => fetchSessions(pageParam),
});

const fetchTrusted = (cursor: string | null) =>
  unwrap(api.GET("/api/v1/auth/trusted-devices", atCursor(cursor, 20)));
export type Device = Answered<typeof fetchTrusted>["items"][number];
export const trustedQuery = infiniteQueryOptions({
  ...paged,
  queryKey: [KEY, "trusted"],
  queryFn: ({ pageParam }) => fetchTrusted(pageParam),
});

const fetchActivity = (cursor: string | null) =>
  unwrap(api.GET("/api/v1/auth/activity", atCursor(cursor, 8)));
export const activityQuery = infiniteQueryOptions({
  ...paged,
  queryKey: [KEY, "activity"],
  queryFn: ({ pageParam }) => fetchActivity(pageParam),
});

const fetchIdentities = () => unwrap(api.GET("/api/v1/auth/identities"));
export type LinkedIdentity = Answered<typeof fetchIdentities>["items"][number];
export const identitiesQuery = queryOptions({
  queryKey: [KEY, "identities"],
  queryFn: fetchIdentities,
});

// --- what one does -------------------------------------------------------------------------------

/** Something done to one's own safety; afterwards everything on the page is asked for anew. */
export function useAct<Given = void, Answer = unknown>(act: (given: Given) => Promise<Answer>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: act,
    // Not waited for: what was done may go from the page with that, before it is told.
    onSettled: () => void queryClient.invalidateQueries({ queryKey: [KEY] }),
  });
}

function named(id: string) {
  return { params: { path: { passkey_id: id } } };
}

export const acts = {
  changePassword: (new_password: string) =>
    unwrap(api.POST("/api/v1/auth/password", { body: { new_password } })),
  changeEmail: (new_email: string) =>
    unwrap(api.POST("/api/v1/auth/email/change", { body: { new_email } })),
  setUpMfa: () => unwrap(api.POST("/api/v1/auth/mfa/setup")),
  verifyMfa: (code: string) => unwrap(api.POST("/api/v1/auth/mfa/verify", { body: { code } })),
  disableMfa: () => unwrap(api.POST("/api/v1/auth/mfa/disable")),
  makeBackupCodes: () => unwrap(api.POST("/api/v1/auth/mfa/backup-codes")),
  addPasskey: async (name: string) => {
    const asked = await unwrap(api.POST("/api/v1/auth/passkeys/register/options"));
    const credential = { ...(await makePasskey(asked.publicKey)) };
    const body = { ticket: asked.ticket, credential, name };
    return unwrap(api.POST("/api/v1/auth/passkeys/register", { body }));
  },
  renamePasskey: ({ id, name }: { id: string; name: string }) =>
    unwrap(api.PATCH("/api/v1/auth/passkeys/{passkey_id}", { ...named(id), body: { name } })),
  removePasskey: (id: string) =>
    unwrap(api.DELETE("/api/v1/auth/passkeys/{passkey_id}", named(id))),
  endSession: (session_id: string) =>
    unwrap(api.DELETE("/api/v1/auth/sessions/{session_id}", { params: { path: { session_id } } })),
  endOtherSessions: () => unwrap(api.POST("/api/v1/auth/sessions/revoke-others")),
  endAllSessions: () => unwrap(api.POST("/api/v1/auth/sessions/revoke-all")),
  endTrust: (device_id: string) =>
    unwrap(
      api.DELETE("/api/v1/auth/trusted-devices/{device_id}", { params: { path: { device_id } } }),
    ),
  beginLink: (provider: string) =>
    unwrap(
      api.POST("/api/v1/auth/oidc/{provider}/link", {
        params: { path: { provider } },
        body: { next: "/account/security" },
      }),
    ),
  unlink: (identity_id: string) =>
    unwrap(
      api.DELETE("/api/v1/auth/identities/{identity_id}", { params: { path: { identity_id } } }),
    ),
} as const;
