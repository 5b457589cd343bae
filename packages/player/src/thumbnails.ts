import { ROUNDING_SECONDS } from "./time";

/** A small picture of the film, lying on a sheet of many. */
export interface Thumbnail {
  readonly startSeconds: number;
  readonly sheetUrl: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TIMES = /^(\d+):(\d{2}):(\d{2})\.(\d{3}) --> /;
const PLACE = /^(.+)#xywh=(\d+),(\d+),(\d+),(\d+)$/;

/** Read an index of sprites (WebVTT); its sheets lie beside it. */
export function parseThumbnails(index: string, indexUrl: string): Thumbnail[] {
  const folder = indexUrl.slice(0, indexUrl.lastIndexOf("/") + 1);
  return index.split(/\n\n+/).flatMap((block) => {
    const [times = "", place = ""] = block.split("\n");
    const [, hours, minutes, seconds, milliseconds] = TIMES.exec(times) ?? [];
    const [, sheet, ...box] = PLACE.exec(place) ?? [];
    const [x, y, width, height] = box.map(Number);
    if (hours === undefined || sheet === undefined || height === undefined) return [];
    const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return {
      startSeconds: whole + Number(milliseconds) / 1000,
      sheetUrl: `${folder}${sheet}`,
      x: x ?? 0,
      y: y ?? 0,
      width: width ?? 0,
      height,
    };
  });
}

/** The picture that stands for a moment: the last that begins no later. */
export function thumbnailAt(thumbnails: readonly Thumbnail[], seconds: number): Thumbnail | null {
  const latest = seconds + ROUNDING_SECONDS;
  return thumbnails.findLast(({ startSeconds }) => startSeconds <= latest) ?? null;
}
