import { unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

const KEY = "mails";

export const mailsQuery = infiniteQueryOptions({
  queryKey: [KEY],
  queryFn: ({ pageParam: cursor }) =>
    unwrap(api.GET("/api/v1/mails", { params: { query: { cursor } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

export function mailQuery(id: string) {
  return queryOptions({
    queryKey: [KEY, id],
    queryFn: () =>
      unwrap(api.GET("/api/v1/mails/{mail_id}", { params: { path: { mail_id: id } } })),
  });
}

export function useSendAgain() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST("/api/v1/mails/{mail_id}/send-again", { params: { path: { mail_id: id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [KEY] }),
  });
}

/** The link that a mail is about; null in one that only tells something. */
export function linkIn(text: string | null): string | null {
  const links = text?.match(/https?:\/\/\S+/g) ?? [];
  return links.find((link) => link.includes("#token=")) ?? null;
}
