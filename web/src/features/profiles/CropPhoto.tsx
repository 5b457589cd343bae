import { Button, Slider } from "@streamverse/ui";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { type Crop, MOST_ZOOM, movedBy, sideOf, type Size, wholeOf, within } from "./crop";

const SIDE_PIXELS = 512;
const STEP = 0.04;
const steps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

export interface CropPhotoProps {
  photo: HTMLImageElement;
  isBusy: boolean;
  onUse: (picture: Blob) => void;
  onBack: () => void;
}

/** Fit a photo into the square of an avatar: by touch, mouse or keys, seen as it will be. */
export function CropPhoto({ photo, isBusy, onUse, onBack }: CropPhotoProps) {
  const text = useText();
  const size: Size = { width: photo.naturalWidth, height: photo.naturalHeight };
  const [crop, setCrop] = useState<Crop>(() => wholeOf(size));
  const dragged = useRef<{ x: number; y: number } | null>(null);
  const side = sideOf(size, crop);
  const zoomTo = (zoom: number) => setCrop(within(size, { ...crop, zoom }));

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const from = dragged.current;
    if (from === null) return;
    const box = event.currentTarget.getBoundingClientRect().width;
    dragged.current = { x: event.clientX, y: event.clientY };
    setCrop(movedBy(size, crop, (from.x - event.clientX) / box, (from.y - event.clientY) / box));
  };
  const press = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step !== undefined) setCrop(movedBy(size, crop, ...step));
    else if (event.key === "+" || event.key === "=") zoomTo(crop.zoom + 0.1);
    else if (event.key === "-") zoomTo(crop.zoom - 0.1);
    else return;
    event.preventDefault();
  };

  return (
    <div className="grid gap-5">
      <div
        role="application"
        tabIndex={0}
        data-focus-first
        aria-label={text.profiles.avatar.cropArea}
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          dragged.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={drag}
        onPointerUp={() => (dragged.current = null)}
        onPointerCancel={() => (dragged.current = null)}
        className="relative mx-auto aspect-square w-64 max-w-full cursor-grab touch-none overflow-hidden rounded-[24%] bg-raised ring-1 ring-line active:cursor-grabbing"
      >
        <img
          src={photo.src}
          alt=""
          draggable={false}
          className="pointer-events-none absolute max-w-none"
          style={{
            width: `${(size.width / side) * 100}%`,
            left: `${-(crop.x / side - 0.5) * 100}%`,
            top: `${-(crop.y / side - 0.5) * 100}%`,
          }}
        />
      </div>
      <Slider
        label={text.profiles.avatar.zoom}
        value={crop.zoom}
        min={1}
        max={MOST_ZOOM}
        step={0.05}
        shown={new Intl.NumberFormat(undefined, { style: "percent" }).format(crop.zoom)}
        onChange={zoomTo}
      />
      <div className="flex flex-wrap justify-end gap-3">
        <Button variant="quiet" onClick={onBack}>
          {text.profiles.avatar.another}
        </Button>
        <Button
          variant="primary"
          isBusy={isBusy}
          onClick={() => void cut(photo, size, crop).then((cropped) => cropped && onUse(cropped))}
        >
          {text.profiles.avatar.use}
        </Button>
      </div>
    </div>
  );
}

function cut(photo: HTMLImageElement, size: Size, crop: Crop): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE_PIXELS;
  const side = sideOf(size, crop);
  const [left, top] = [crop.x - side / 2, crop.y - side / 2];
  const paper = canvas.getContext("2d");
  if (paper !== null) {
    paper.imageSmoothingQuality = "high";
    paper.drawImage(photo, left, top, side, side, 0, 0, SIDE_PIXELS, SIDE_PIXELS);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
