import { describe, expect, it } from "vitest";
import { JitterBuffer } from "../src/lib/audio/jitter.ts";
import { Resampler, toPcm16 } from "../src/lib/audio/resample.ts";

const tone = (hz: number, rate: number, seconds: number) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, n) => Math.sin((2 * Math.PI * hz * n) / rate));

const loudness = (samples: Float32Array) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

/** Converts in pieces of 128, as a worklet does. */
function convert(samples: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  const pieces: number[] = [];
  for (let at = 0; at < samples.length; at += 128) pieces.push(...resampler.push(samples.subarray(at, at + 128)));
  return Float32Array.from(pieces);
}

describe("the microphone's rate conversion", () => {
  it.each([48_000, 44_100, 16_000, 8_000])("keeps length and loudness of speech from %i Hz", (rate) => {
    const heard = convert(tone(440, rate, 1), rate, 16_000);
    expect(Math.abs(heard.length - 16_000)).toBeLessThan(40);
    expect(loudness(heard.subarray(200, -200))).toBeCloseTo(Math.SQRT1_2, 2);
  });

  it("gives the very tone, not one like it", () => {
    const heard = convert(tone(440, 48_000, 0.5), 48_000, 16_000).subarray(100, 7_000);
    const wanted = tone(440, 16_000, 0.5).subarray(100, 7_000);
    const worst = heard.reduce((most, x, at) => Math.max(most, Math.abs(x - (wanted[at] ?? 0))), 0);
    expect(worst).toBeLessThan(0.01);
  });

  it("lets nothing above the target's reach fold back", () => {
    const heard = convert(tone(11_000, 48_000, 0.5), 48_000, 16_000);
    expect(loudness(heard.subarray(200, -200))).toBeLessThan(0.01);
  });

  it("gives the same whatever the size of the pieces", () => {
    const whole = new Resampler(44_100, 16_000).push(tone(300, 44_100, 0.2));
    const pieces = convert(tone(300, 44_100, 0.2), 44_100, 16_000);
    expect(pieces.length).toBe(whole.length);
    expect(Math.max(...pieces.map((x, at) => Math.abs(x - (whole[at] ?? 9))))).toBeLessThan(1e-5);
  });

  it("clips what is too loud instead of wrapping it round", () => {
    expect([...toPcm16(Float32Array.of(0, 1, -1, 3, -3, 0.5))]).toEqual([0, 32_767, -32_767, 32_767, -32_767, 16_384]);
  });
});

describe("the jitter buffer", () => {
  const RATE = 1000; // one sample is one ms
  const pull = (buffer: JitterBuffer, ms: number) => {
    const out = new Float32Array(ms);
    return { speech: buffer.pull(out), out };
  };
  const ones = (ms: number) => new Float32Array(ms).fill(1);

  it("waits until enough is in store, then plays without a gap and counts", () => {
    const buffer = new JitterBuffer(RATE, { ahead: 100, patience: 10_000 });
    buffer.push("t1", ones(60), 0);
    expect(pull(buffer, 20).speech).toBe(0);
    expect(buffer.played).toBeNull();
    buffer.push("t1", ones(60), 60);
    expect(pull(buffer, 50).speech).toBe(50);
    expect(pull(buffer, 50).speech).toBe(50);
    expect(buffer.played).toEqual({ turnId: "t1", heardMs: 100 });
    expect(buffer.storedMs).toBe(20);
  });

  it("plays a short answer out when it is told that no more comes", () => {
    const buffer = new JitterBuffer(RATE, { ahead: 100, patience: 10_000 });
    buffer.push("t1", ones(30), 0);
    buffer.complete();
    expect(pull(buffer, 50).speech).toBe(30);
    expect(buffer.played?.heardMs).toBe(30);
  });

  it("loses patience when the rest does not come", () => {
    const buffer = new JitterBuffer(RATE, { ahead: 100, patience: 60 });
    buffer.push("t1", ones(30), 0);
    expect([pull(buffer, 20).speech, pull(buffer, 20).speech, pull(buffer, 20).speech]).toEqual([0, 0, 20]);
  });

  it("gathers again after it ran dry", () => {
    const buffer = new JitterBuffer(RATE, { ahead: 100, patience: 10_000 });
    buffer.push("t1", ones(100), 0);
    expect(pull(buffer, 200).speech).toBe(100);
    buffer.push("t1", ones(50), 100);
    expect(pull(buffer, 20).speech).toBe(0);
    buffer.push("t1", ones(50), 150);
    expect(pull(buffer, 20).speech).toBe(20);
    expect(buffer.played?.heardMs).toBe(120);
  });

  it("counts from the place at which the sound begins, as after a reload in mid answer", () => {
    const buffer = new JitterBuffer(RATE, { ahead: 10 });
    buffer.push("t1", ones(100), 5_000);
    pull(buffer, 40);
    expect(buffer.played).toEqual({ turnId: "t1", heardMs: 5_040 });
  });

  it("counts on where frames do not tell their place", () => {
    const buffer = new JitterBuffer(RATE, { ahead: 10 });
    buffer.push("t1", ones(100), null);
    buffer.push("t1", ones(100), null);
    pull(buffer, 150);
    expect(buffer.played?.heardMs).toBe(150);
    buffer.push("t2", ones(100), null);
    pull(buffer, 100);
    expect(buffer.played).toEqual({ turnId: "t2", heardMs: 50 });
  });

  it("falls silent within a few ms when the student breaks in", () => {
    const buffer = new JitterBuffer(RATE, { ahead: 10 });
    buffer.push("t1", ones(500), 0);
    pull(buffer, 100);
    buffer.flush();
    const { speech, out } = pull(buffer, 100);
    expect(speech).toBe(6);
    expect([...out.subarray(0, 6)].every((x, at, all) => at === 0 || x < (all[at - 1] ?? 0))).toBe(true);
    expect(pull(buffer, 100).speech).toBe(0);
    expect(buffer.played).toEqual({ turnId: "t1", heardMs: 112 });
  });
});
