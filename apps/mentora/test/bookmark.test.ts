import { beforeEach, describe, expect, it } from "vitest";
import { rememberCursor, rememberedCursor } from "../src/lib/dialogue/bookmark.ts";

describe("where a page that is loaded again resumes", () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    globalThis.sessionStorage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    } as unknown as Storage;
  });

  it("is where it was left, when the stored turns reach as far", () => {
    rememberCursor("c1", 41, 4);
    expect(rememberedCursor("c1", 4)).toBe(41);
    expect(rememberedCursor("c1", 6)).toBe(41);
  });

  it("is the beginning when the stored turns lag behind, or nothing was kept", () => {
    rememberCursor("c1", 41, 4);
    expect(rememberedCursor("c1", 3)).toBe(0);
    expect(rememberedCursor("c2", 4)).toBe(0);
  });

  it("is the beginning when what was kept makes no sense", () => {
    sessionStorage.setItem("mentora.cursor.c1", "{");
    expect(rememberedCursor("c1", 4)).toBe(0);
  });
});
