import { buttonClass, Choice, EmptyState } from "@streamverse/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { Lock } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useText } from "../../app/i18n";
import { PinPad } from "../profiles/PinPad";
import { type Proof, useProfiles } from "../profiles/queries";

export interface PinGateProps {
  titleId: string;
  name: string;
  /** The profiles whose PIN opens it. */
  openers: readonly string[];
  /** Rejects with what the server says when it is not the PIN. */
  onEnter: (proof: Proof) => Promise<void>;
  /** The way out for whoever does not know it. */
  back: ReactNode;
}

/** Stands where the film would be while a grown-up has to say that it may be watched. */
export function PinGate({ titleId, name, openers, onEnter, back }: PinGateProps) {
  const text = useText();
  const navigate = useNavigate();
  const family = useProfiles().data?.items ?? [];
  const grownUps = family.filter(({ id }) => openers.includes(id));
  const [chosenId, setChosenId] = useState<string | null>(null);
  const chosen = grownUps.find(({ id }) => id === chosenId) ?? grownUps[0];
  const words = text.watching.pin;
  if (openers.length === 0) {
    return (
      <EmptyState
        as="h1"
        icon={<Lock aria-hidden size={36} />}
        title={words.title}
        action={
          <>
            <Link to="/profiles/manage" className={buttonClass("primary")}>
              {text.profiles.manage}
            </Link>
            {back}
          </>
        }
      >
        <p role="alert">{words.nobodys}</p>
      </EmptyState>
    );
  }
  return (
    <div
      className="gutter grid animate-rise justify-items-center gap-4 py-8"
      onKeyDown={(event) => {
        if (event.key === "Escape") void navigate({ to: "/titles/$id", params: { id: titleId } });
      }}
    >
      <div className="grid gap-1 text-center">
        <h1 className="text-3xl font-extrabold sm:text-4xl">{words.title}</h1>
        <p className="text-muted wrap-anywhere">{words.body(name)}</p>
      </div>
      {grownUps.length > 1 && chosen !== undefined && (
        <Choice
          label={text.profiles.grownUp.whose}
          value={chosen.id}
          onChange={setChosenId}
          choices={grownUps.map(({ id: value, name: label }) => ({ value, label }))}
        />
      )}
      {chosen !== undefined && (
        <>
          <p>{text.profiles.grownUp.pinOf(chosen.name)}</p>
          <PinPad
            key={chosen.id}
            onEnter={(pin) => onEnter({ profile_id: chosen.id, pin })}
            isFocused
          />
        </>
      )}
      {back}
    </div>
  );
}
