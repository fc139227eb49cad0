import { expect, test } from "vitest";
import { nextFerry } from "./server.js";

test("a ferry leaves the north pier every twenty minutes", () => {
  expect(nextFerry("north", new Date("2026-01-01T12:05:00Z"))).toBe(15);
});
