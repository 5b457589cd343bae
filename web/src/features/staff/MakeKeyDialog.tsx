import { Button, Dialog, DialogActions, Field, Notice, Select } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../../app/api";
import { fieldErrors, hasFieldErrors, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { CopyLine } from "./CopyLine";
import { PermissionList } from "./PermissionList";
import { permissionsQuery, useMakeKey } from "./queries";

const FORM_ID = "make-key";
const DAY_MS = 86_400_000;
const EXPIRIES = [7, 30, 90, 365] as const;

/** Make a key, and show it the one time that it can be shown. */
export function MakeKeyDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const make = useMakeKey();
  const isMade = make.data !== undefined;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={isMade ? text.apiKeys.madeTitle : text.apiKeys.make}
      description={isMade ? text.apiKeys.madeBody : text.apiKeys.makeIntro}
      closeLabel={text.common.close}
    >
      {make.data === undefined ? (
        <KeyForm make={make} onClose={onClose} />
      ) : (
        <>
          <CopyLine label={text.apiKeys.key} value={make.data.key} />
          <DialogActions>
            <Button onClick={onClose}>{text.apiKeys.done}</Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}

function KeyForm({ make, onClose }: { make: ReturnType<typeof useMakeKey>; onClose: () => void }) {
  const text = useText();
  const own = useQuery(permissionsQuery).data?.own ?? [];
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const errors = fieldErrors(make.error);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    make.mutate({
      name: read("name"),
      scopes: [...scopes],
      expires_at: new Date(Date.now() + Number(read("expiry")) * DAY_MS).toISOString(),
      requests_per_minute: Number(read("per_minute")),
      requests_per_day: Number(read("per_day")),
    });
  };
  return (
    <>
      {make.isError && !hasFieldErrors(make.error) && (
        <Notice tone="danger">{sentenceOf(make.error, text)}</Notice>
      )}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <Field
          label={text.apiKeys.name}
          hint={text.apiKeys.nameHint}
          name="name"
          autoComplete="off"
          maxLength={100}
          required
          error={errors["name"]}
        />
        <PermissionList
          label={text.apiKeys.scopes}
          permissions={own}
          chosen={scopes}
          onChange={setScopes}
          error={errors["scopes"]}
        />
        <Select
          label={text.apiKeys.expiry}
          name="expiry"
          defaultValue={90}
          error={errors["expires_at"]}
        >
          {EXPIRIES.map((days) => (
            <option key={days} value={days}>
              {text.apiKeys.expiries[days]}
            </option>
          ))}
        </Select>
        <div className="grid gap-5 sm:grid-cols-2">
          <Field
            label={text.apiKeys.perMinute}
            name="per_minute"
            type="number"
            min={1}
            defaultValue={120}
            required
            error={errors["requests_per_minute"]}
          />
          <Field
            label={text.apiKeys.perDay}
            name="per_day"
            type="number"
            min={1}
            defaultValue={50_000}
            required
            error={errors["requests_per_day"]}
          />
        </div>
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={make.isPending}>
          {text.apiKeys.make}
        </Button>
      </DialogActions>
    </>
  );
}
