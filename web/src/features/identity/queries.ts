import { type Account, ApiProblem, unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
  useSuspenseQuery,
} from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";

import { api } from "../../app/api";
import { ME_KEY } from "../../app/query-client";

/** Who is logged in; null for a guest. */
export const meQuery = queryOptions({
  queryKey: ME_KEY,
  staleTime: Infinity,
  queryFn: async (): Promise<Account | null> => {
    try {
      return await unwrap(api.GET("/api/v1/auth/me"));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
});

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: () => unwrap(api.GET("/api/v1/setup")),
});

/** The other services that one can log in with. */
export const providersQuery = queryOptions({
  queryKey: ["providers"],
  staleTime: Infinity,
  queryFn: () => unwrap(api.GET("/api/v1/auth/providers")),
});

export const accountsQuery = queryOptions({
  queryKey: ["accounts"],
  queryFn: async () =>
    (await unwrap(api.GET("/api/v1/accounts", { params: { query: { limit: 100 } } }))).items,
});

/** All of them, page by page. */
export const accountPagesQuery = infiniteQueryOptions({
  queryKey: [...accountsQuery.queryKey, "pages"],
  queryFn: ({ pageParam: cursor }) =>
    unwrap(api.GET("/api/v1/accounts", { params: { query: { cursor } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

/** Those that answer to some words, the likeliest first. */
export const foundAccountsQuery = (query: string) =>
  queryOptions({
    queryKey: [...accountsQuery.queryKey, "found", query],
    queryFn: () => unwrap(api.GET("/api/v1/search/accounts", { params: { query: { query } } })),
    enabled: query !== "",
    placeholderData: keepPreviousData,
  });

const nobody: Account = {
  id: "",
  email: "",
  display_name: "",
  role: "viewer",
  locale: "",
  created_at: "",
  is_email_verified: false,
};

/** The account that uses the page; pages behind the log-in always have one. */
export function useMe(): Account {
  // For a moment after logging out the page is still there, and nobody is in it.
  return useSuspenseQuery(meQuery).data ?? nobody;
}

export function useIsOwner(): boolean {
  return useMe().role === "owner";
}

export interface Credentials {
  email: string;
  password: string;
}

export function useSetUp() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Credentials & { token: string; display_name: string }) =>
      unwrap(api.POST("/api/v1/setup", { body })),
    onSuccess: (account) => queryClient.setQueryData(ME_KEY, account),
  });
}

/** Leave for the log-in page once the session has ended. */
export function useLeave(): (search?: { left: string }) => Promise<void> {
  const queryClient = useQueryClient();
  const router = useRouter();
  return async (search) => {
    queryClient.setQueryData(ME_KEY, null);
    await router.navigate({ to: "/login", ...(search ? { search } : {}) });
    // What one account saw must not be shown to the next.
    queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== ME_KEY[0] });
  };
}

export function useLogOut() {
  const leave = useLeave();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/auth/logout")),
    onSuccess: () => leave(),
  });
}

export interface NewAccount extends Credentials {
  display_name: string;
  role: Account["role"];
}

export function useAddAccount() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: NewAccount) => unwrap(api.POST("/api/v1/accounts", { body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: accountsQuery.queryKey }),
  });
}

export function useRemoveAccount() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/v1/accounts/{account_id}", { params: { path: { account_id: id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: accountsQuery.queryKey }),
  });
}
