/** Logging in: a password, perhaps a second step; or a passkey alone. */
import { type Account, unwrap } from "@streamverse/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { api } from "../../app/api";
import { ME_KEY } from "../../app/query-client";
import type { Credentials } from "./queries";
import { askPasskey, canOfferPasskeys, type CredentialJson } from "./webauthn";

export type Method = "totp" | "backup_code" | "passkey";

/** The password was right, and one of the methods has to follow. */
export interface Ticket {
  readonly ticket: string;
  readonly methods: readonly Method[];
}

export type FactorAnswer =
  | { code: string }
  | { backup_code: string }
  | { passkey: { ticket: string; credential: CredentialJson } };

/** What a right password is answered with. */
export type Entry = Account | Ticket;

export function isTicket(entry: Entry): entry is Ticket {
  return "ticket" in entry;
}

/** Somebody is logged in from now on: what a guest saw is asked for anew. */
function useEnter() {
  const queryClient = useQueryClient();
  return (account: Account) => queryClient.setQueryData(ME_KEY, account);
}

export function useLogIn() {
  const enter = useEnter();
  return useMutation({
    mutationFn: async (body: Credentials) =>
      (await unwrap<unknown>(api.POST("/api/v1/auth/login", { body }))) as Entry,
    onSuccess: (entry) => {
      if (!isTicket(entry)) enter(entry);
    },
  });
}

export function useSecondStep() {
  const enter = useEnter();
  return useMutation({
    mutationFn: (body: FactorAnswer & { ticket: string; trust_device: boolean }) =>
      unwrap(api.POST("/api/v1/auth/login/mfa", { body })),
    onSuccess: enter,
  });
}

/** Ask the browser for a passkey of the account that a ticket is for. */
export async function passkeyFor(ticket: string): Promise<FactorAnswer> {
  const asked = await unwrap(api.POST("/api/v1/auth/passkeys/login/options", { body: { ticket } }));
  const credential = await askPasskey(asked.publicKey);
  return { passkey: { ticket: asked.ticket, credential } };
}

async function logInByPasskey(waiting?: { signal: AbortSignal }): Promise<Account> {
  const asked = await unwrap(
    api.POST("/api/v1/auth/passkeys/login/options", { body: {}, ...waiting }),
  );
  const credential = await askPasskey(asked.publicKey, waiting);
  const body = { ticket: asked.ticket, credential: { ...credential } };
  return unwrap(api.POST("/api/v1/auth/passkeys/login", { body }));
}

/** Log in with a passkey: at the press of a button, or picked from what the browser fills in. */
export function usePasskeyLogIn(onEntered: () => void) {
  const enter = useEnter();
  const offer = useRef<AbortController | null>(null);
  const arrive = useRef(onEntered);
  useEffect(() => {
    arrive.current = onEntered;
  });
  const mutation = useMutation({
    mutationFn: () => {
      // A browser asks for one passkey at a time.
      offer.current?.abort();
      return logInByPasskey();
    },
    onSuccess: (account) => {
      enter(account);
      arrive.current();
    },
  });
  const enterNow = useRef(enter);
  useEffect(() => {
    const stop = new AbortController();
    offer.current = stop;
    void (async () => {
      if (!(await canOfferPasskeys()) || stop.signal.aborted) return;
      try {
        enterNow.current(await logInByPasskey({ signal: stop.signal }));
        arrive.current();
      } catch {
        // Nobody picked one, or it did not fit: the form and the button are still there.
      }
    })();
    return () => stop.abort();
  }, []);
  return mutation;
}
