import { Choice } from "@streamverse/ui";

import { useText } from "../../app/i18n";
import type { Keeping } from "./queries";

const CHOICES = ["off", "private", "public"] as const;

interface KeepingFieldsProps {
  said: Keeping;
  onSay: (said: Partial<Keeping>) => void;
}

/** What becomes of what goes out, and of what viewers clip from it. */
export function KeepingFields({ said, onSay }: KeepingFieldsProps) {
  const { recordings: words } = useText();
  return (
    <>
      <Choice
        label={words.whole}
        value={said.recordings}
        onChange={(recordings) => onSay({ recordings })}
        choices={CHOICES.map((value) => ({ value, label: words.wholeChoices[value] }))}
      />
      <Choice
        label={words.clips}
        value={said.clips}
        onChange={(clips) => onSay({ clips })}
        choices={CHOICES.map((value) => ({ value, label: words.clipsChoices[value] }))}
      />
    </>
  );
}
