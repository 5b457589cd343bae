import { type Role, unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";
import { accountsQuery, useMe } from "../identity/queries";

/** What there is to be allowed, what each role has, and what one has oneself. */
export const permissionsQuery = queryOptions({
  queryKey: ["permissions"],
  // Whoever is given others is logged out, so that a log-in keeps its own.
  staleTime: Infinity,
  queryFn: () => unwrap(api.GET("/api/v1/admin/permissions")),
});

/** Whether one may do something; null while that is not known. */
export function useMay(permission: string): boolean | null {
  const me = useMe();
  const isOwner = me.role === "owner";
  // Whoever has just logged out is nobody, and has nothing to ask for.
  const known = useQuery({ ...permissionsQuery, enabled: me.id !== "" && !isOwner });
  if (isOwner) return true;
  return known.isPending ? null : (known.data?.own.includes(permission) ?? false);
}

// --- people -------------------------------------------------------------------------------------

const staffKey = ["staff"] as const;

export const staffQuery = queryOptions({
  queryKey: staffKey,
  queryFn: async () =>
    (await unwrap(api.GET("/api/v1/admin/staff", { params: { query: { limit: 100 } } }))).items,
});

export interface StaffChange {
  id: string;
  role: Role;
  extra_permissions: string[];
}

export function useChangeStaff() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: StaffChange) =>
      unwrap(
        api.PATCH("/api/v1/admin/staff/{account_id}", {
          params: { path: { account_id: id } },
          body,
        }),
      ),
    onSettled: () =>
      Promise.all(
        [staffKey, accountsQuery.queryKey].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

const resetsKey = ["mfa-resets"] as const;

export const resetsQuery = queryOptions({
  queryKey: resetsKey,
  queryFn: async () => (await unwrap(api.GET("/api/v1/auth/mfa-reset/requests"))).items,
});

export function useResetFactors() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (account_id: string) =>
      unwrap(api.POST("/api/v1/auth/mfa-reset", { body: { account_id } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: resetsKey }),
  });
}

// --- invitations --------------------------------------------------------------------------------

const invitationsKey = ["invitations"] as const;

export const invitationsQuery = queryOptions({
  queryKey: invitationsKey,
  queryFn: async () =>
    (await unwrap(api.GET("/api/v1/invitations", { params: { query: { limit: 100 } } }))).items,
});

export function useInvite() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; role: Role; locale?: string }) =>
      unwrap(api.POST("/api/v1/invitations", { body })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: invitationsKey }),
  });
}

export function useWithdraw() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.DELETE("/api/v1/invitations/{invitation_id}", {
          params: { path: { invitation_id: id } },
        }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: invitationsKey }),
  });
}

// --- keys ---------------------------------------------------------------------------------------

const keysKey = ["api-keys"] as const;

export const apiKeysQuery = infiniteQueryOptions({
  queryKey: keysKey,
  queryFn: ({ pageParam: cursor }) =>
    unwrap(api.GET("/api/v1/admin/api-keys", { params: { query: { cursor } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

export interface NewKey {
  name: string;
  scopes: string[];
  expires_at: string;
  requests_per_minute: number;
  requests_per_day: number;
}

export function useMakeKey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: NewKey) => unwrap(api.POST("/api/v1/admin/api-keys", { body })),
    // The key is for the one who made it, and for nobody who looks into the page later.
    gcTime: 0,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysKey }),
  });
}

export function useRevokeKey() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/v1/admin/api-keys/{key_id}", { params: { path: { key_id: id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysKey }),
  });
}
