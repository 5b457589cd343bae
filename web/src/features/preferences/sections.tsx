import type { Preferences } from "@streamverse/client";
import { Choice, Select, Switch } from "@streamverse/ui";
import { useMemo } from "react";

import { useText } from "../../app/i18n";
import { LanguageOrder } from "./LanguageOrder";
import { languageChoices } from "./languages";
import type { PreferencesPatch } from "./queries";
import { Section } from "./Section";

export interface SectionOf {
  preferences: Preferences;
  change: (patch: PreferencesPatch) => void;
}

const QUALITIES = ["none", "480p", "720p", "1080p", "1440p", "2160p"] as const;
const DATA_USES = ["automatic", "saver", "balanced", "unlimited"] as const;
const SPEEDS = [50, 75, 100, 125, 150, 175, 200] as const;
const DOWNLOAD_QUALITIES = ["standard", "high"] as const;

export function LanguageSection({ preferences, change }: SectionOf) {
  const { languages } = useText().preferences;
  const choices = useMemo(
    () => languageChoices([preferences.interface_language]),
    [preferences.interface_language],
  );
  return (
    <Section id="languages" title={languages.title} intro={languages.intro}>
      <div className="grid gap-x-8 gap-y-6 md:grid-cols-2">
        <LanguageOrder
          label={languages.audio}
          empty={languages.audioEmpty}
          value={preferences.audio_languages}
          onChange={(tags) => change({ audio_languages: tags })}
        />
        <LanguageOrder
          label={languages.subtitle}
          empty={languages.subtitleEmpty}
          value={preferences.subtitle_languages}
          onChange={(tags) => change({ subtitle_languages: tags })}
        />
      </div>
      <Select
        label={languages.interface}
        hint={languages.interfaceHint}
        value={preferences.interface_language}
        onChange={(event) => change({ interface_language: event.currentTarget.value })}
      >
        {choices.map(({ tag, name }) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </Select>
    </Section>
  );
}

function speedOf(value: string): (typeof SPEEDS)[number] {
  return SPEEDS.find((speed) => String(speed) === value) ?? 100;
}

export function PlaybackSection({ preferences: { playback }, change }: SectionOf) {
  const words = useText().preferences.playback;
  return (
    <Section id="playback" title={words.title} intro={words.intro}>
      <Choice
        label={words.data}
        hint={words.dataHints[playback.data_use]}
        value={playback.data_use}
        onChange={(data_use) => change({ playback: { data_use } })}
        choices={DATA_USES.map((value) => ({ value, label: words.dataUses[value] }))}
      />
      <Choice
        label={words.quality}
        value={playback.quality_cap}
        onChange={(quality_cap) => change({ playback: { quality_cap } })}
        choices={QUALITIES.map((value) => ({ value, label: words.qualities[value] }))}
      />
      <Choice
        label={words.speed}
        value={String(playback.speed_percent)}
        onChange={(value) => change({ playback: { speed_percent: speedOf(value) } })}
        choices={SPEEDS.map((speed) => ({ value: String(speed), label: words.speedOf(speed) }))}
      />
      <div className="grid divide-y divide-line">
        <Switch
          label={words.next}
          isOn={playback.is_next_autoplayed}
          onChange={(is_next_autoplayed) => change({ playback: { is_next_autoplayed } })}
        />
        <Switch
          label={words.previews}
          isOn={playback.is_preview_autoplayed}
          onChange={(is_preview_autoplayed) => change({ playback: { is_preview_autoplayed } })}
        />
      </div>
    </Section>
  );
}

export function DownloadSection({ preferences: { downloads }, change }: SectionOf) {
  const words = useText().preferences.downloads;
  return (
    <Section id="downloads" title={words.title} intro={words.intro}>
      <Choice
        label={words.quality}
        value={downloads.quality}
        onChange={(quality) => change({ downloads: { quality } })}
        choices={DOWNLOAD_QUALITIES.map((value) => ({ value, label: words.qualities[value] }))}
      />
      <div className="grid divide-y divide-line">
        <Switch
          label={words.wifi}
          isOn={downloads.is_wifi_only}
          onChange={(is_wifi_only) => change({ downloads: { is_wifi_only } })}
        />
        <Switch
          label={words.tidy}
          isOn={downloads.is_deleted_when_watched}
          onChange={(is_deleted_when_watched) => change({ downloads: { is_deleted_when_watched } })}
        />
      </div>
    </Section>
  );
}

export function NotificationSection({ preferences: { notifications }, change }: SectionOf) {
  const words = useText().preferences.notifications;
  const set = (changed: Partial<Preferences["notifications"]>) =>
    change({ notifications: changed });
  return (
    <Section id="notifications" title={words.title} intro={words.intro}>
      <div className="grid divide-y divide-line">
        <Switch
          label={words.episodes}
          isOn={notifications.has_new_episodes}
          onChange={(has_new_episodes) => set({ has_new_episodes })}
        />
        <Switch
          label={words.recommendations}
          isOn={notifications.has_recommendations}
          onChange={(has_recommendations) => set({ has_recommendations })}
        />
        <Switch
          label={words.offers}
          isOn={notifications.has_offers}
          onChange={(has_offers) => set({ has_offers })}
        />
        <Switch
          label={words.email}
          isOn={notifications.is_by_email}
          onChange={(is_by_email) => set({ is_by_email })}
        />
        <Switch
          label={words.push}
          isOn={notifications.is_by_push}
          onChange={(is_by_push) => set({ is_by_push })}
        />
      </div>
    </Section>
  );
}

export function PrivacySection({ preferences: { privacy }, change }: SectionOf) {
  const words = useText().preferences.privacy;
  return (
    <Section id="privacy" title={words.title} intro={words.intro}>
      <div className="grid divide-y divide-line">
        <Switch
          label={words.history}
          hint={words.historyHint}
          isOn={privacy.is_history_kept}
          onChange={(is_history_kept) => change({ privacy: { is_history_kept } })}
        />
        <Switch
          label={words.personalised}
          isOn={privacy.is_personalised}
          onChange={(is_personalised) => change({ privacy: { is_personalised } })}
        />
      </div>
    </Section>
  );
}

export function ParentalSection({ preferences: { parental }, change }: SectionOf) {
  const words = useText().preferences.parental;
  return (
    <Section id="parental" title={words.title} intro={words.intro}>
      <div className="grid divide-y divide-line">
        <Switch
          label={words.adult}
          hint={words.adultHint}
          isOn={parental.is_adult_hidden}
          onChange={(is_adult_hidden) => change({ parental: { is_adult_hidden } })}
        />
        <Switch
          label={words.buy}
          isOn={parental.is_pin_needed_to_buy}
          onChange={(is_pin_needed_to_buy) => change({ parental: { is_pin_needed_to_buy } })}
        />
      </div>
    </Section>
  );
}
