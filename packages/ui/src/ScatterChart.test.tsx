import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { ScatterChart } from ".";
import { linearScale, logarithmicScale } from "./scales";

afterEach(cleanup);

test("equal steps begin and end at round numbers", () => {
  const scale = linearScale([24.3, 95], 20);
  expect(scale.ticks).toEqual([20, 40, 60, 80, 100]);
  expect([20, 60, 100].map(scale.at)).toEqual([0, 0.5, 1]);
});

test("one value has an axis as well", () => {
  expect(linearScale([40], 20).ticks).toEqual([40, 60]);
  expect(logarithmicScale([100]).ticks).toEqual([100, 200]);
});

test("equal ratios are equally far apart", () => {
  const scale = logarithmicScale([74_000, 5_543_000]);
  expect(scale.ticks).toEqual([
    50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
  ]);
  expect(scale.at(50_000)).toBe(0);
  expect(scale.at(10_000_000)).toBeCloseTo(1);
  expect(scale.at(200_000) - scale.at(100_000)).toBeCloseTo(scale.at(2e6) - scale.at(1e6));
});

const chart = {
  title: "Quality over bit rate",
  description: "Four renditions.",
  xLabel: "Bit rate",
  yLabel: "VMAF",
  formatX: (value: number) => `${value} b/s`,
  formatY: String,
  yStep: 20,
};

test("a chart has a name, a description, its points' words and a line to measure them by", () => {
  render(
    <ScatterChart
      {...chart}
      line={{ y: 94, label: "Target 94" }}
      series={[
        {
          name: "Chosen",
          mark: "diamond",
          tone: "accent",
          points: [{ x: 1_000, y: 90, label: "The best" }],
        },
        { name: "Nothing", mark: "dot", tone: "muted", points: [] },
      ]}
    />,
  );
  const image = screen.getByRole("img", { name: "Quality over bit rate Four renditions." });
  expect(image.querySelectorAll("rect")).toHaveLength(1);
  expect(image.textContent).toContain("The best");
  expect(image.textContent).toContain("Target 94");
  expect(screen.getByText("Chosen")).toBeDefined();
  expect(screen.queryByText("Nothing")).toBeNull();
});

test("there is no chart of nothing", () => {
  const { container } = render(<ScatterChart {...chart} series={[]} />);
  expect(container.childNodes).toHaveLength(0);
});
