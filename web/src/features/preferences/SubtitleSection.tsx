import { Button, Choice, Slider } from "@streamverse/ui";
import { RotateCcw } from "lucide-react";

import { formatPercent } from "../../app/format";
import { useText } from "../../app/i18n";
import { ColourChoice } from "./ColourChoice";
import type { SectionOf } from "./sections";
import { Section } from "./Section";
import { SubtitlePreview } from "./SubtitlePreview";
import type { Appearance } from "./subtitle-style";

const COLOURS = ["#FFFFFF", "#FFE45C", "#7CF29C", "#7DE3FF", "#FF9AD5"];
const BACKGROUNDS = ["#000000", "#1B2A4A", "#3D3D3D", "#FFFFFF"];
const SIZES = ["small", "medium", "large", "huge"] as const;
const FONTS = ["sans", "serif", "monospace", "casual"] as const;
const EDGES = ["none", "outline", "shadow", "raised", "depressed"] as const;

export function SubtitleSection({ preferences, change }: SectionOf) {
  const { subtitles, reset } = useText().preferences;
  const appearance = preferences.subtitle_appearance;
  const set = (changed: Partial<Appearance>) => change({ subtitle_appearance: changed });
  const named = <Value extends string>(
    values: readonly Value[],
    labels: Readonly<Record<Value, string>>,
  ) => values.map((value) => ({ value, label: labels[value] }));
  return (
    <Section
      id="subtitles"
      title={subtitles.title}
      intro={subtitles.intro}
      action={
        <Button
          variant="quiet"
          size="sm"
          icon={<RotateCcw aria-hidden size={16} />}
          onClick={() => change({ subtitle_appearance: null })}
        >
          {reset}
        </Button>
      }
    >
      <div className="sticky top-18 z-10 -mx-2 rounded-3xl bg-surface p-2">
        <SubtitlePreview appearance={appearance} />
      </div>
      <Choice
        label={subtitles.size}
        value={appearance.size}
        onChange={(size) => set({ size })}
        choices={named(SIZES, subtitles.sizes)}
      />
      <Choice
        label={subtitles.font}
        value={appearance.font}
        onChange={(font) => set({ font })}
        choices={named(FONTS, subtitles.fonts)}
      />
      <div className="grid gap-6 sm:grid-cols-2">
        <ColourChoice
          label={subtitles.colour}
          value={appearance.colour}
          colours={COLOURS}
          onChange={(colour) => set({ colour })}
        />
        <ColourChoice
          label={subtitles.background}
          value={appearance.background_colour}
          colours={BACKGROUNDS}
          onChange={(background_colour) => set({ background_colour })}
        />
      </div>
      <Slider
        label={subtitles.opacity}
        value={appearance.background_opacity_percent}
        min={0}
        max={100}
        step={5}
        shown={formatPercent(appearance.background_opacity_percent / 100)}
        onChange={(background_opacity_percent) => set({ background_opacity_percent })}
      />
      <Choice
        label={subtitles.edge}
        value={appearance.edge}
        onChange={(edge) => set({ edge })}
        choices={named(EDGES, subtitles.edges)}
      />
    </Section>
  );
}
