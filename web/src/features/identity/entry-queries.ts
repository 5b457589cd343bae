/** What the ways in ask of the server: registration, links of mails, forgotten passwords. */
import { type Account, unwrap } from "@streamverse/client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";
import { ME_KEY } from "../../app/query-client";
import type { Credentials } from "./queries";

export function useRegister() {
  return useMutation({
    mutationFn: (body: Credentials & { display_name: string }) =>
      unwrap(api.POST("/api/v1/auth/register", { body })),
  });
}

/** Ask for another link to confirm an address; without one, for that of the account. */
export function useResend() {
  return useMutation({
    mutationFn: (email: string | null) =>
      unwrap(api.POST("/api/v1/auth/email/resend", { body: { email } })),
  });
}

export function useRequestReset() {
  return useMutation({
    mutationFn: (email: string) =>
      unwrap(api.POST("/api/v1/auth/password-reset/request", { body: { email } })),
  });
}

/** A link is looked at once: whether it is still good is known before anything is typed. */
const lookedAtOnce = { retry: false, staleTime: Infinity, refetchOnWindowFocus: false } as const;

export function useResetLink(token: string) {
  return useQuery({
    ...lookedAtOnce,
    queryKey: ["reset-link", token],
    queryFn: () => unwrap(api.POST("/api/v1/auth/password-reset/verify", { body: { token } })),
  });
}

export function useConfirmReset() {
  return useMutation({
    mutationFn: (body: { token: string; password: string }) =>
      unwrap(api.POST("/api/v1/auth/password-reset/confirm", { body })),
  });
}

/** Spends the link, so it is sent once though a page may be drawn twice. */
export function useVerifyEmail(token: string) {
  const queryClient = useQueryClient();
  return useQuery({
    ...lookedAtOnce,
    queryKey: ["email-link", token],
    queryFn: async () => {
      const verified = await unwrap(api.POST("/api/v1/auth/email/verify", { body: { token } }));
      void queryClient.invalidateQueries({ queryKey: ME_KEY });
      return verified;
    },
  });
}

export function useInvitation(token: string) {
  return useQuery({
    ...lookedAtOnce,
    queryKey: ["invitation-link", token],
    queryFn: () => unwrap(api.POST("/api/v1/invitations/verify", { body: { token } })),
  });
}

export function useAcceptInvitation() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: { token: string; display_name: string; password: string }) =>
      unwrap(api.POST("/api/v1/invitations/accept", { body })),
    onSuccess: (account: Account) => queryClient.setQueryData(ME_KEY, account),
  });
}
