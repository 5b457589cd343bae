import { Button, Dialog, showToast } from "@streamverse/ui";
import { DatabaseZap } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { MatchChoice } from "./MatchChoice";
import { type TitleMatch, useDecideMatch } from "./queries";

/** Look a title up and fill it in; where it is not sure which it is, one chooses. */
export function FetchButton({ titleId }: { titleId: string }) {
  const text = useText();
  const { matching } = text;
  const showError = useErrorToast();
  const fetch = useDecideMatch(titleId);
  const [doubt, setDoubt] = useState<TitleMatch | null>(null);
  const take = (match: TitleMatch) => {
    if (match.state === "matched" && match.source !== null)
      showToast(matching.fetched(matching.sources[match.source]));
    else setDoubt(match);
  };
  return (
    <>
      <Button
        icon={<DatabaseZap aria-hidden size={18} />}
        isBusy={fetch.isPending}
        onClick={() => fetch.mutate({ type: "fetch" }, { onSuccess: take, onError: showError })}
      >
        {matching.fetch}
      </Button>
      {doubt !== null && (
        <Dialog
          isOpen
          onClose={() => setDoubt(null)}
          title={matching.fetchUnsure}
          description={matching.fetchUnsureBody}
          closeLabel={text.common.close}
          className="max-w-3xl"
        >
          <MatchChoice match={doubt} onDecided={() => setDoubt(null)} />
        </Dialog>
      )}
    </>
  );
}
