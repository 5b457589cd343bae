import { Badge, Button, Progress, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Archive, Download } from "lucide-react";

import { formatAge, formatBytes, formatDate } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Failed } from "../Listing";
import { copyQuery, type DataCopy, useAskForCopy, useDownloadCopy } from "./privacy-queries";
import { Row, Section } from "./Section";
import { saveFile } from "../../app/take-along";

export function CopySection() {
  const text = useText();
  const showError = useErrorToast();
  const words = text.privacy.copy;
  const copy = useQuery(copyQuery);
  const ask = useAskForCopy();
  const isMaking = copy.data?.state === "waiting";
  const begin = () =>
    ask.mutate(undefined, {
      onError: showError,
    });
  return (
    <Section id="copy" title={words.title} body={words.body}>
      {copy.isPending && <Skeleton className="h-20" />}
      {copy.isError && <Failed error={copy.error} onRetry={() => void copy.refetch()} />}
      {copy.data && <CopyRow copy={copy.data} />}
      {!isMaking && (
        <Button className="justify-self-start" isBusy={ask.isPending} onClick={begin}>
          {words.ask}
        </Button>
      )}
    </Section>
  );
}

function CopyRow({ copy }: { copy: DataCopy }) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.privacy.copy;
  const download = useDownloadCopy();
  if (copy.state === "waiting") {
    return (
      <Row icon={<Archive aria-hidden size={22} />} title={words.making}>
        <p role="status">{words.makingHint}</p>
        <Progress label={words.progress} value={null} className="mt-3" />
      </Row>
    );
  }
  if (copy.state === "failed") {
    return (
      <Row
        icon={<Archive aria-hidden size={22} />}
        title={words.failed}
        badge={<Badge tone="danger">{formatAge(copy.requested_at)}</Badge>}
      >
        {words.failedHint}
      </Row>
    );
  }
  const until = formatDate(copy.expires_at);
  const fetchIt = () =>
    download.mutate(copy.id, {
      onSuccess: (content) => saveFile(content, words.fileName),
      onError: showError,
    });
  return (
    <Row
      icon={<Archive aria-hidden size={22} />}
      title={words.ready}
      action={
        <Button
          variant="primary"
          size="sm"
          icon={<Download aria-hidden size={18} />}
          isBusy={download.isPending}
          onClick={fetchIt}
        >
          {words.download}
        </Button>
      }
    >
      {copy.size_bytes === null
        ? words.keptUntil(until)
        : words.size(formatBytes(copy.size_bytes), until)}
    </Row>
  );
}
