import { type Review, type Reviews, unwrap } from "@streamverse/client";
import {
  type InfiniteData,
  infiniteQueryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

export type ReviewSort = "helpful" | "newest" | "highest" | "lowest";
export type ReportReason = "spam" | "abuse" | "spoiler" | "off_topic" | "other";

export interface ReviewDraft {
  rating: number;
  text: string;
  has_spoilers: boolean;
}

const PAGE_SIZE = 10;
const ALL = ["reviews"] as const;

export function reviewsQuery(titleId: string, sort: ReviewSort) {
  return infiniteQueryOptions({
    queryKey: [...ALL, titleId, sort],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v1/titles/{title_id}/reviews", {
          params: {
            path: { title_id: titleId },
            query: { sort, limit: PAGE_SIZE, ...(pageParam === null ? {} : { cursor: pageParam }) },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    select: withoutOwn,
  });
}

/** One's own review stands elsewhere, and a vote between two pages may move one into both. */
function withoutOwn(data: InfiniteData<Reviews, string | null>) {
  const seen = new Set<string>();
  const isNew = ({ id, is_own }: Review) => !is_own && !seen.has(id) && seen.add(id).has(id);
  return {
    ...data,
    pages: data.pages.map((page) => ({ ...page, items: page.items.filter(isNew) })),
  };
}

export const reportedQuery = infiniteQueryOptions({
  queryKey: [...ALL, "reported"],
  initialPageParam: null as string | null,
  queryFn: ({ pageParam }) =>
    unwrap(
      api.GET("/api/v1/admin/reviews", {
        params: { query: pageParam === null ? {} : { cursor: pageParam } },
      }),
    ),
  getNextPageParam: (page) => page.next_cursor,
});

/** Do something to a review, and ask afterwards how all of them are. */
function useReviewMutation<Given, Answer>(act: (given: Given) => Promise<Answer>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ALL }),
  });
}

const of = (reviewId: string) => ({ params: { path: { review_id: reviewId } } });

/** Write a review, or change the one that there is. */
export function useSaveReview(titleId: string, own: Review | null) {
  return useReviewMutation((body: ReviewDraft) =>
    own === null
      ? unwrap(
          api.POST("/api/v1/titles/{title_id}/reviews", {
            params: { path: { title_id: titleId } },
            body,
          }),
        )
      : unwrap(api.PATCH("/api/v1/reviews/{review_id}", { ...of(own.id), body })),
  );
}

export function useDeleteReview(reviewId: string) {
  return useReviewMutation(() => unwrap(api.DELETE("/api/v1/reviews/{review_id}", of(reviewId))));
}

export function useVote(reviewId: string) {
  return useReviewMutation((vote: "helpful" | "unhelpful" | null) =>
    unwrap(api.POST("/api/v1/reviews/{review_id}/vote", { ...of(reviewId), body: { vote } })),
  );
}

export function useReport(reviewId: string) {
  return useReviewMutation((body: { reason: ReportReason; comment: string }) =>
    unwrap(api.POST("/api/v1/reviews/{review_id}/report", { ...of(reviewId), body })),
  );
}

export function useDecision(reviewId: string) {
  return useReviewMutation((decision: "keep" | "remove") =>
    unwrap(
      api.POST("/api/v1/admin/reviews/{review_id}/decision", {
        ...of(reviewId),
        body: { decision },
      }),
    ),
  );
}
