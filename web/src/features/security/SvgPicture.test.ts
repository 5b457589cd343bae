import { expect, test } from "vitest";

import { withNamespace } from "./SvgPicture";

test("a picture gets the namespace that images need, once", () => {
  const whole = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>';
  expect(withNamespace('<svg viewBox="0 0 1 1"></svg>')).toBe(whole);
  expect(withNamespace(whole)).toBe(whole);
});
