import { parseThumbnails, type Thumbnail } from "@streamverse/player";
import { useQuery } from "@tanstack/react-query";

const none: readonly Thumbnail[] = [];

/** The small pictures of the film; without them the bar of time says only when. */
export function useThumbnails(indexUrl: string | null): readonly Thumbnail[] {
  const index = useQuery({
    queryKey: ["thumbnails", indexUrl],
    enabled: indexUrl !== null,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    queryFn: async ({ signal }) => {
      const url = indexUrl ?? "";
      const answer = await fetch(url, { signal });
      return answer.ok ? parseThumbnails(await answer.text(), url) : none;
    },
  });
  return index.data ?? none;
}
