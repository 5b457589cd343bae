import { Button } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Database, Link2 } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { FetchFromAddress } from "./FetchFromAddress";
import { FetchFromBucket } from "./FetchFromBucket";
import { bucketsQuery } from "./fetching";

/** The other ways for a film to come here: the server fetches it. */
export function FetchButtons() {
  const { fetching } = useText();
  const [opened, setOpened] = useState<"address" | "bucket" | null>(null);
  const buckets = useQuery(bucketsQuery).data ?? [];
  const close = () => setOpened(null);
  return (
    <div className="mt-2 flex flex-wrap items-center justify-center gap-3">
      <span className="text-sm text-muted">{fetching.from}</span>
      <Button size="sm" icon={<Link2 aria-hidden size={16} />} onClick={() => setOpened("address")}>
        {fetching.fromAddress}
      </Button>
      {buckets.length > 0 && (
        <Button
          size="sm"
          icon={<Database aria-hidden size={16} />}
          onClick={() => setOpened("bucket")}
        >
          {fetching.fromBucket}
        </Button>
      )}
      {opened === "address" && <FetchFromAddress onClose={close} />}
      {opened === "bucket" && <FetchFromBucket buckets={buckets} onClose={close} />}
    </div>
  );
}
