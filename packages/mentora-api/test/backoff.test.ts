import { expect, it } from "vitest";
import { backoffDelay, defaultBackoff } from "../src/index.ts";

it("grows, is capped, and keeps half of itself for chance", () => {
  const least = [1, 2, 3, 50].map((attempt) => backoffDelay(defaultBackoff, attempt, () => 0));
  const most = [1, 2, 3, 50].map((attempt) => backoffDelay(defaultBackoff, attempt, () => 1));
  expect(least).toEqual([200, 360, 648, 7_500]);
  expect(most).toEqual([400, 720, 1_296, 15_000]);
});
