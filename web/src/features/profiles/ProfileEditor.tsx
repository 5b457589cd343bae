import type { Profile, Profiles } from "@streamverse/client";
import {
  Button,
  buttonClass,
  Card,
  Choice,
  Field,
  Notice,
  Select,
  showToast,
  Switch,
} from "@streamverse/ui";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, SlidersHorizontal } from "lucide-react";
import { type SubmitEvent, useMemo, useState } from "react";

import { sentenceOf } from "../../app/api";
import { fieldErrors, hasFieldErrors } from "../../app/forms";
import { useText } from "../../app/i18n";
import { languageChoices } from "../preferences/languages";
import { AvatarDialog } from "./AvatarDialog";
import { DeleteSection } from "./DeleteSection";
import { changesOf, limitFor, newDraft } from "./draft";
import { PinSection } from "./PinSection";
import { ProfilePicture } from "./ProfilePicture";
import {
  AGES,
  GATED_AGES,
  KIDS_LIMIT,
  type ProfileDraft,
  useAddProfile,
  useChangeProfile,
  useSetPicture,
} from "./queries";
import { type GrownUp, useGrownUp } from "./use-grown-up";

/** Stands for no age in the choice of the age from which on a PIN is asked. */
const NEVER = -1;

export interface ProfileEditorProps {
  family: Profiles;
  /** Whom; undefined for somebody new. */
  profile: Profile | undefined;
}

export function ProfileEditor({ family, profile }: ProfileEditorProps) {
  const text = useText();
  const grownUp = useGrownUp();
  const title =
    profile === undefined
      ? text.profiles.editor.newTitle
      : text.profiles.editor.editTitle(profile.name);
  return (
    <div className="grid w-full max-w-2xl animate-rise gap-6">
      <div className="flex items-center gap-3">
        <Link
          to="/profiles/manage"
          aria-label={text.profiles.back}
          title={text.profiles.back}
          className="inline-flex size-11 shrink-0 items-center justify-center rounded-full hover:bg-hover"
        >
          <ArrowLeft aria-hidden size={22} className="rtl:-scale-x-100" />
        </Link>
        <h1 className="text-3xl font-extrabold wrap-anywhere sm:text-4xl">{title}</h1>
      </div>
      <Basics family={family} profile={profile} grownUp={grownUp} />
      {profile !== undefined && (
        <>
          <PinSection profile={profile} grownUp={grownUp} />
          <Card className="flex flex-wrap items-center justify-between gap-4 p-5 sm:p-7">
            <div>
              <h2 className="text-xl font-bold">{text.profiles.editor.preferences}</h2>
              <p className="text-muted">{text.profiles.editor.preferencesHint}</p>
            </div>
            <Link
              to="/account/preferences"
              search={{ profile: profile.id }}
              className={buttonClass("secondary")}
            >
              <SlidersHorizontal aria-hidden size={18} />
              {text.profiles.editor.preferences}
            </Link>
          </Card>
          <DeleteSection profile={profile} isLast={family.items.length === 1} grownUp={grownUp} />
        </>
      )}
      {grownUp.dialog}
    </div>
  );
}

function Basics({ family, profile, grownUp }: ProfileEditorProps & { grownUp: GrownUp }) {
  const text = useText();
  const [draft, setDraft] = useState<ProfileDraft>(() => profile ?? newDraft(family));
  const languages = useMemo(() => languageChoices([draft.language]), [draft.language]);
  const avatar = useAvatar(family, profile, draft, setDraft, grownUp);
  const saving = useSaving(profile, draft, avatar.photo, grownUp);
  const errors = fieldErrors(saving.error);
  const change = (changed: Partial<ProfileDraft>) => setDraft({ ...draft, ...changed });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    saving.mutate();
  };
  const { editor } = text.profiles;
  return (
    <Card className="p-5 sm:p-7">
      <form onSubmit={submit} className="grid gap-6">
        <div className="flex flex-wrap items-center gap-5">
          <ProfilePicture url={avatar.url} className="w-28 sm:w-36" />
          <Button onClick={avatar.open}>{text.profiles.avatar.change}</Button>
        </div>
        {saving.isError && !hasFieldErrors(saving.error) && (
          <Notice tone="danger">{sentenceOf(saving.error, text)}</Notice>
        )}
        <Field
          label={editor.name}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          maxLength={60}
          autoComplete="off"
          autoFocus={profile === undefined}
          required
          error={errors["name"]}
        />
        <Switch
          label={editor.kids}
          hint={editor.kidsHint}
          isOn={draft.is_kids}
          onChange={(isKids) =>
            change({ is_kids: isKids, maturity_limit: limitFor(isKids, draft.maturity_limit) })
          }
        />
        <Choice
          label={editor.limit}
          hint={editor.limitHints[draft.maturity_limit]}
          value={draft.maturity_limit}
          onChange={(age) => change({ maturity_limit: age })}
          choices={AGES.map((age) => ({
            value: age,
            label: editor.ages(age),
            isDisabled: draft.is_kids && age > KIDS_LIMIT,
          }))}
          error={errors["maturity_limit"]}
        />
        <Choice
          label={editor.gate}
          hint={editor.gateHint}
          value={draft.pin_above_age ?? NEVER}
          onChange={(age) => change({ pin_above_age: age === NEVER ? null : age })}
          choices={[
            { value: NEVER, label: editor.gateOff },
            ...GATED_AGES.map((age) => ({ value: age, label: String(age) })),
          ]}
          error={errors["pin_above_age"]}
        />
        <Select
          label={editor.language}
          hint={editor.languageHint}
          value={draft.language}
          onChange={(event) => change({ language: event.currentTarget.value })}
          error={errors["language"]}
        >
          {languages.map(({ tag, name }) => (
            <option key={tag} value={tag}>
              {name}
            </option>
          ))}
        </Select>
        <div className="flex justify-end">
          <Button type="submit" variant="primary" isBusy={saving.isPending}>
            {profile === undefined ? editor.create : text.common.save}
          </Button>
        </div>
      </form>
      {avatar.dialog}
    </Card>
  );
}

/** Save what was changed, or make somebody new with the photo that was chosen. */
function useSaving(
  profile: Profile | undefined,
  draft: ProfileDraft,
  photo: Blob | null,
  grownUp: GrownUp,
) {
  const text = useText();
  const navigate = useNavigate();
  const add = useAddProfile();
  const change = useChangeProfile();
  const setPicture = useSetPicture();
  return useMutation({
    mutationFn: async () => {
      if (profile !== undefined) {
        const changes = changesOf(profile, draft);
        return grownUp.run(
          (proof) => change.mutateAsync({ id: profile.id, ...changes, ...(proof && { proof }) }),
          true,
        );
      }
      const added = await grownUp.run(
        (proof) => add.mutateAsync({ ...draft, ...(proof && { proof }) }),
        true,
      );
      if (added !== undefined && photo !== null) {
        await grownUp.run(() => setPicture.mutateAsync({ id: added.id, picture: photo }));
      }
      return added;
    },
    onSuccess: (saved) => {
      if (saved === undefined) return;
      showToast(
        profile === undefined
          ? text.profiles.editor.created(saved.name)
          : text.profiles.editor.saved,
      );
      void navigate({ to: "/profiles/manage" });
    },
  });
}

/** The face: kept until saving for somebody new, and set at once for everybody else. */
function useAvatar(
  family: Profiles,
  profile: Profile | undefined,
  draft: ProfileDraft,
  setDraft: (draft: ProfileDraft) => void,
  grownUp: GrownUp,
) {
  const text = useText();
  const [isOpen, setIsOpen] = useState(false);
  const [photo, setPhoto] = useState<{ picture: Blob; url: string } | null>(null);
  const change = useChangeProfile();
  const setPicture = useSetPicture();
  const close = () => setIsOpen(false);
  const setting = useMutation({
    mutationFn: async (face: { avatar: string } | { picture: Blob }) => {
      if (profile === undefined) return;
      const { id } = profile;
      if ("picture" in face) {
        await grownUp.run(() => setPicture.mutateAsync({ id, ...face }));
      } else {
        await grownUp.run(
          (proof) => change.mutateAsync({ id, ...face, ...(proof && { proof }) }),
          true,
        );
      }
    },
  });
  const preset = (avatar: string | undefined) =>
    family.presets.find((each) => each.avatar === avatar)?.url ?? "";
  const choose = (avatar: string) => {
    setDraft({ ...draft, avatar });
    setPhoto(null);
    setting.mutate({ avatar });
  };
  const take = (picture: Blob) => {
    setPhoto({ picture, url: URL.createObjectURL(picture) });
    setting.mutate({ picture }, { onSuccess: close });
  };
  return {
    photo: photo?.picture ?? null,
    url: photo?.url ?? profile?.avatar_url ?? preset(draft.avatar),
    open: () => setIsOpen(true),
    dialog: isOpen && (
      <AvatarDialog
        presets={family.presets}
        chosen={photo === null ? (profile?.avatar ?? draft.avatar ?? "") : ""}
        isBusy={setting.isPending}
        problem={setting.isError ? sentenceOf(setting.error, text) : null}
        onPreset={choose}
        onPhoto={take}
        onClose={close}
      />
    ),
  };
}
