import { ApiProblem, type Profile } from "@streamverse/client";
import { Button, Choice, Dialog } from "@streamverse/ui";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { useText } from "../../app/i18n";
import { gate } from "../../app/reauthentication";
import { PinPad } from "./PinPad";
import { lockedAdults, profilesQuery, type Proof } from "./queries";

const GROWN_UP = "profiles.grown_up_required";
const CONFIRMATIONS: readonly string[] = [GROWN_UP, "profiles.password_required"];
const PIN_PROBLEMS: readonly string[] = ["profiles.pin_wrong", "profiles.pin_paused"];

interface Asked {
  readonly adults: readonly Profile[];
  /** Rejects with what the server says of a wrong PIN. */
  readonly enter: (proof: Proof) => Promise<void>;
  readonly usePassword: () => void;
  readonly cancel: () => void;
}

export interface GrownUp {
  /**
   * Do something, and if the server wants to know who asks, ask and do it again. Gives undefined
   * when nobody answered. `takesPin` says that a grown-up's PIN is enough, beside the password.
   */
  run: <Answer>(
    act: (proof?: Proof) => Promise<Answer>,
    takesPin?: boolean,
  ) => Promise<Answer | undefined>;
  /** To be put into the page. */
  dialog: ReactNode;
}

/** Keep what a grown-up has to do from a child at the screen. */
export function useGrownUp(): GrownUp {
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);

  const run: GrownUp["run"] = async (act, takesPin = false) => {
    const withPassword = async () => ((await gate.ask()) ? act() : undefined);
    try {
      return await act();
    } catch (error) {
      if (!isCode(error, CONFIRMATIONS)) throw error;
      const family = queryClient.getQueryData(profilesQuery.queryKey)?.items ?? [];
      const adults = takesPin && isCode(error, [GROWN_UP]) ? lockedAdults(family) : [];
      if (adults.length === 0) return withPassword();
      return new Promise((resolve, reject) => {
        const leave = () => setAsked(null);
        const enter = async (proof: Proof) => {
          try {
            resolve(await act(proof));
          } catch (problem) {
            if (isCode(problem, PIN_PROBLEMS)) throw problem;
            reject(problem instanceof Error ? problem : new Error(String(problem)));
          }
          leave();
        };
        const usePassword = () => {
          leave();
          withPassword().then(resolve, reject);
        };
        const cancel = () => {
          leave();
          resolve(undefined);
        };
        setAsked({ adults, enter, usePassword, cancel });
      });
    }
  };

  return { run, dialog: asked !== null && <AdultPin {...asked} /> };
}

function isCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof ApiProblem && codes.includes(error.code);
}

function AdultPin({ adults, enter, usePassword, cancel }: Asked) {
  const text = useText();
  const [id, setId] = useState(adults[0]?.id);
  const chosen = adults.find((adult) => adult.id === id);
  if (chosen === undefined) return null;
  return (
    <Dialog
      isOpen
      onClose={cancel}
      title={text.profiles.grownUp.title}
      description={text.profiles.grownUp.pinOf(chosen.name)}
      closeLabel={text.common.close}
      className="max-w-md"
    >
      {adults.length > 1 && (
        <Choice
          label={text.profiles.grownUp.whose}
          value={chosen.id}
          onChange={setId}
          choices={adults.map(({ id: value, name }) => ({ value, label: name }))}
        />
      )}
      <PinPad key={chosen.id} onEnter={(pin) => enter({ profile_id: chosen.id, pin })} />
      <Button variant="quiet" onClick={usePassword}>
        {text.profiles.grownUp.password}
      </Button>
    </Dialog>
  );
}
