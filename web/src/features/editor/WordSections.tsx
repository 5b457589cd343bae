import { Button, Checkbox, Field, IconButton, Select, TextArea } from "@streamverse/ui";
import { Plus, X } from "lucide-react";
import { useState } from "react";

import { formatLanguage } from "../../app/format";
import { useText } from "../../app/i18n";
import { Section } from "../preferences/Section";
import { namesIn, pairsIn, type SectionProps, servicesIn } from "./draft";

/** The words, and beside them those of another language. */
export function WordsSection({ said, set, at }: SectionProps) {
  const text = useText();
  const { editor } = text;
  const languages = Object.keys(said.translations);
  const [shown, setShown] = useState(languages[0] ?? "");
  const [wanted, setWanted] = useState("");
  const language = languages.includes(shown) ? shown : languages[0];
  const words = language === undefined ? undefined : said.translations[language];
  const change = (field: "name" | "tagline" | "description", value: string) => {
    if (language === undefined) return;
    const own = { name: "", tagline: "", description: "", ...words, [field]: value };
    set("translations", { ...said.translations, [language]: own });
  };
  const add = () => {
    const tag = wanted.trim();
    if (tag === "") return;
    set("translations", {
      ...said.translations,
      [tag]: said.translations[tag] ?? { name: "", tagline: "", description: "" },
    });
    setShown(tag);
    setWanted("");
  };
  const remove = (tag: string) =>
    set(
      "translations",
      Object.fromEntries(Object.entries(said.translations).filter(([one]) => one !== tag)),
    );
  return (
    <Section id="words" title={editor.words} intro={editor.wordsIntro}>
      <div className="flex flex-wrap items-end gap-3">
        {languages.length > 0 && language !== undefined && (
          <>
            <Select
              label={editor.translation}
              value={language}
              onChange={(event) => setShown(event.currentTarget.value)}
            >
              {languages.map((tag) => (
                <option key={tag} value={tag}>
                  {nameOf(tag)}
                </option>
              ))}
            </Select>
            <IconButton
              label={editor.removeLanguage(nameOf(language))}
              onClick={() => remove(language)}
            >
              <X aria-hidden />
            </IconButton>
          </>
        )}
        <Field
          label={editor.addLanguage}
          hint={editor.languageHint}
          value={wanted}
          maxLength={12}
          error={at["translations"]}
          onChange={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
          className="max-w-40"
        />
        <Button icon={<Plus aria-hidden size={18} />} onClick={add} className="mb-6.5">
          {editor.addLanguage}
        </Button>
      </div>
      <div className={language === undefined ? "grid gap-5" : "grid gap-5 md:grid-cols-2"}>
        <div className="grid content-start gap-5">
          <Field
            label={text.title.name}
            value={said.name}
            maxLength={200}
            error={at["name"]}
            onChange={(event) => set("name", event.currentTarget.value)}
          />
          <Field
            label={editor.tagline}
            value={said.tagline}
            maxLength={200}
            error={at["tagline"]}
            onChange={(event) => set("tagline", event.currentTarget.value)}
          />
          <TextArea
            label={text.title.description}
            value={said.description}
            error={at["description"]}
            onChange={(event) => set("description", event.currentTarget.value)}
          />
        </div>
        {language !== undefined && (
          <div className="grid content-start gap-5" lang={language}>
            <Field
              label={editor.translationOf(text.title.name, nameOf(language))}
              value={words?.name ?? ""}
              maxLength={200}
              onChange={(event) => change("name", event.currentTarget.value)}
            />
            <Field
              label={editor.translationOf(editor.tagline, nameOf(language))}
              value={words?.tagline ?? ""}
              maxLength={200}
              onChange={(event) => change("tagline", event.currentTarget.value)}
            />
            <TextArea
              label={editor.translationOf(text.title.description, nameOf(language))}
              value={words?.description ?? ""}
              onChange={(event) => change("description", event.currentTarget.value)}
            />
          </div>
        )}
      </div>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          label={editor.originalName}
          value={said.original_name}
          maxLength={200}
          error={at["original_name"]}
          onChange={(event) => set("original_name", event.currentTarget.value)}
        />
        <Field
          label={text.title.credit}
          value={said.credit}
          error={at["credit"]}
          onChange={(event) => set("credit", event.currentTarget.value)}
        />
      </div>
    </Section>
  );
}

/** When, where and for whom it was made. */
export function FactsSection({ said, set, at }: SectionProps) {
  const text = useText();
  const { editor } = text;
  const number = (field: "year" | "minimum_age" | "number", label: string, hint?: string) => (
    <Field
      label={label}
      hint={hint}
      type="number"
      value={said[field] ?? ""}
      error={at[field]}
      onChange={({ currentTarget: { value } }) => set(field, value === "" ? null : Number(value))}
    />
  );
  const toggle = (word: string, isOn: boolean) =>
    set(
      "advisories",
      isOn ? [...said.advisories, word] : said.advisories.filter((one) => one !== word),
    );
  return (
    <Section id="facts" title={editor.facts} intro={editor.factsIntro}>
      <div className="grid items-start gap-5 sm:grid-cols-2 lg:grid-cols-3">
        {number("year", text.title.year)}
        <Field
          label={editor.releasedOn}
          type="date"
          value={said.released_on ?? ""}
          error={at["released_on"]}
          onChange={({ currentTarget: { value } }) => set("released_on", value || null)}
        />
        {number("minimum_age", editor.minimumAge, editor.minimumAgeHint)}
        {number("number", editor.number, editor.numberHint)}
        <Field
          label={editor.language}
          hint={editor.languageHint}
          value={said.original_language ?? ""}
          error={at["original_language"]}
          onChange={({ currentTarget: { value } }) => set("original_language", value || null)}
        />
        <ListField
          label={editor.countries}
          hint={editor.countriesHint}
          names={said.countries}
          error={at["countries"]}
          onChange={(names) => set("countries", names)}
        />
      </div>
      <TextArea
        label={editor.certifications}
        hint={editor.certificationsHint}
        rows={2}
        defaultValue={Object.entries(said.certifications)
          .map(([country, value]) => `${country}: ${value}`)
          .join("\n")}
        error={at["certifications"]}
        onChange={(event) => set("certifications", pairsIn(event.currentTarget.value))}
      />
      <fieldset>
        <legend className="mb-1 text-sm font-semibold">{editor.advisories}</legend>
        <div className="grid grid-cols-[repeat(auto-fill,minmax(12rem,1fr))] gap-x-4">
          {Object.entries(text.catalog.advisories).map(([word, name]) => (
            <Checkbox
              key={word}
              label={name}
              checked={said.advisories.includes(word)}
              onChange={(event) => toggle(word, event.currentTarget.checked)}
            />
          ))}
        </div>
      </fieldset>
    </Section>
  );
}

/** What other services call it. */
export function NumbersSection({ said, set, at }: SectionProps) {
  const { editor } = useText();
  return (
    <Section id="numbers" title={editor.numbers} intro={editor.numbersIntro}>
      <TextArea
        label={editor.externalIds}
        hint={editor.externalIdsHint}
        rows={3}
        defaultValue={Object.entries(said.external_ids)
          .map(([service, number]) => `${service}: ${number}`)
          .join("\n")}
        error={at["external_ids"]}
        onChange={(event) => set("external_ids", servicesIn(event.currentTarget.value))}
      />
    </Section>
  );
}

/** What it is found by. */
export function SortingSection({ said, set, at }: SectionProps) {
  const { editor } = useText();
  return (
    <Section id="sorting" title={editor.sorting} intro={editor.sortingIntro}>
      <div className="grid items-start gap-5 md:grid-cols-3">
        {(["genres", "studios", "tags"] as const).map((field) => (
          <ListField
            key={field}
            label={editor[field]}
            hint={editor.listHint}
            names={said[field]}
            error={at[field]}
            onChange={(names) => set(field, names)}
          />
        ))}
      </div>
    </Section>
  );
}

/** Several names in one line; what is typed stays as it is typed. */
export function ListField({
  label,
  hint,
  names,
  error,
  onChange,
}: {
  label: string;
  hint: string;
  names: readonly string[];
  error?: string | undefined;
  onChange: (names: string[]) => void;
}) {
  return (
    <Field
      label={label}
      hint={hint}
      defaultValue={names.join(", ")}
      error={error}
      onChange={(event) => onChange(namesIn(event.currentTarget.value))}
    />
  );
}

function nameOf(tag: string): string {
  try {
    return formatLanguage(tag);
  } catch {
    return tag;
  }
}
