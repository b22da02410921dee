import { describe, expect, it } from "vitest";
import en from "../messages/en.json";
import zhTW from "../messages/zh-TW.json";

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe("Traditional Chinese", () => {
  it("says everything that English says", () => {
    expect(Object.keys(zhTW)).toEqual(Object.keys(en));
  });

  it.each(Object.entries(zhTW))("keeps the placeholders of %s", (key, text) => {
    expect(text.trim()).not.toBe("");
    expect(placeholders(text)).toEqual(placeholders(en[key as keyof typeof en]));
  });
});
