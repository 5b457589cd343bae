import { type LiveSource, unwrap } from "@streamverse/client";
import { queryOptions, useMutation } from "@tanstack/react-query";

import { api } from "../../app/api";

const LOOK_AGAIN_MS = 2_000;
const path = "/api/v1/live/streams/{stream_id}/source";
const of = (id: string) => ({ path: { stream_id: id } });

/** What staff says of how a stream comes in. */
export interface SaidOfSource {
  isFetched: boolean;
  address: string;
  user: string;
  /** Empty keeps the one that there is. */
  password: string;
  times: LiveSource["times"];
}

export interface SourceBody {
  address: string;
  user: string;
  password?: string;
  is_on: boolean;
  times: LiveSource["times"];
}

export function sourceSaid(source: LiveSource | null): SaidOfSource {
  if (source === null) {
    return { isFetched: false, address: "", user: "", password: "", times: "always" };
  }
  const { address, user, times, is_on } = source;
  return { isFetched: is_on, address, user, password: "", times };
}

/** What is sent; nothing where an encoder sends and no address was ever named. */
export function sourceBody(said: SaidOfSource): SourceBody | null {
  const { address, user, password, times, isFetched } = said;
  if (!isFetched && address.trim() === "") return null;
  return { address, user, times, is_on: isFetched, ...(password === "" ? {} : { password }) };
}

export const sourceQuery = (id: string) =>
  queryOptions({
    queryKey: ["live", "source", id],
    queryFn: () => unwrap(api.GET(path, { params: of(id) })),
    refetchInterval: LOOK_AGAIN_MS,
  });

export function useTrySource(id: string) {
  return useMutation({
    mutationFn: (body: SourceBody) => unwrap(api.POST(`${path}/try`, { params: of(id), body })),
  });
}
