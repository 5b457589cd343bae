import { Button, Switch } from "@streamverse/ui";
import { CloudUpload } from "lucide-react";
import { useRef } from "react";

import { useText } from "../app/i18n";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";
import { useMay } from "../features/staff/queries";
import { EarlierUploads, FetchedUploads } from "../features/upload/EarlierUploads";
import { FetchButtons } from "../features/upload/FetchButtons";
import { takeFiles } from "../features/upload/take-files";
import { useProtection, useQueuedFiles, wishProtection } from "../features/upload/uploads";
import { UploadRow } from "../features/upload/UploadRow";

export function UploadPage() {
  return (
    <Permitted to="media.upload">
      <Uploads />
    </Permitted>
  );
}

function Uploads() {
  const text = useText();
  const files = useQueuedFiles();
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading title={text.upload.title} intro={text.upload.intro} />
      <FileChooser />
      <ProtectionChoice />
      {files.length > 0 && (
        <section aria-labelledby="current-uploads" className="mt-12">
          <h2 id="current-uploads" className="mb-4 text-2xl font-bold">
            {text.upload.now}
          </h2>
          <ul className="grid gap-3">
            {files.map((file) => (
              <li key={file.key}>
                <UploadRow file={file} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <FetchedUploads />
      <EarlierUploads />
    </div>
  );
}

function FileChooser() {
  const text = useText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="grid justify-items-center gap-4 rounded-4xl border-2 border-dashed border-line-strong/60 bg-surface px-6 py-12 text-center">
      <div className="grid size-18 place-items-center rounded-3xl bg-accent-wash text-accent-text">
        <CloudUpload aria-hidden size={34} />
      </div>
      <input
        ref={input}
        id="files"
        data-testid="file-input"
        type="file"
        multiple
        hidden
        aria-label={text.upload.choose}
        onChange={(event) => {
          takeFiles(event.target.files ?? [], text);
          event.target.value = "";
        }}
      />
      <div className="flex flex-wrap items-center justify-center gap-3">
        <Button variant="primary" size="lg" onClick={() => input.current?.click()}>
          {text.upload.choose}
        </Button>
        <span className="hidden text-muted pointer-fine:inline">{text.upload.dropHint}</span>
      </div>
      <p className="text-sm text-muted">{text.upload.formats}</p>
      <FetchButtons />
    </div>
  );
}

/** Holds for files chosen or dropped from now on. */
function ProtectionChoice() {
  const text = useText();
  const protection = useProtection();
  const mayChoose = useMay("titles.edit") === true;
  if (!mayChoose) return null;
  return (
    <div className="mt-4 px-2">
      <Switch
        label={text.upload.protect}
        hint={text.upload.protectHint}
        isOn={protection === "clearkey"}
        isDisabled={protection === null}
        onChange={(isOn) => wishProtection(isOn ? "clearkey" : "none")}
      />
    </div>
  );
}
