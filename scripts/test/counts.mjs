// How many tests passed, failed and were skipped, read from what the test programs print.

/** @typedef {{ passed: number, failed: number, skipped: number, reasons: string[] }} Counts `reasons`: why tests were skipped */

/** @returns {Counts} */
export const counts = (passed = 0, failed = 0, skipped = 0, reasons = []) => ({ passed, failed, skipped, reasons });

/** @param {Counts[]} all */
export const sum = (all) =>
  all.reduce((a, b) => counts(a.passed + b.passed, a.failed + b.failed, a.skipped + b.skipped, [...a.reasons, ...b.reasons]), counts());

/** `cargo test`: one result line per test binary; an ignored test says why. */
export function fromCargoTest(output) {
  const results = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm)];
  const reasons = [...output.matchAll(/^test (\S+) \.\.\. ignored(?:, (.+))?$/gm)].map(([, name, why]) => `${name}: ${why ?? 'marked #[ignore] without a reason'}`);
  return { ...sum(results.map(([, ...numbers]) => counts(...numbers.map(Number)))), reasons };
}

/** `cargo nextest run`: one summary line; parts that are zero are left out. */
export function fromNextest(output) {
  const summary = plain(output).match(/^\s*Summary \[.*$/m)?.[0] ?? '';
  const number = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0);
  const skipped = number('skipped');
  const reasons = skipped > 0 ? [`${skipped} native tests are marked #[ignore]`] : [];
  return counts(number('passed'), number('failed') + number('timed out') + number('exec failed'), skipped, reasons);
}

/** `node --test`, in its spec or TAP reporter. */
export function fromNodeTest(output) {
  const number = (word) => Number(new RegExp(`^(?:ℹ|#) ${word} (\\d+)$`, 'm').exec(plain(output))?.[1] ?? 0);
  const skips = [...plain(output).matchAll(/^\s*﹣ (.+?)(?: \([\d.]+ms\))? # (.+)$/gm)].map(([, name, why]) => `${name}: ${why}`);
  return counts(number('pass'), number('fail') + number('cancelled'), number('skipped') + number('todo'), skips);
}

/** vitest's summary. */
export function fromVitest(output) {
  const line = /^\s*Tests\s+(.+)$/m.exec(plain(output))?.[1] ?? '';
  const number = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  return counts(number('passed'), number('failed'), number('skipped') + number('todo'));
}

/** Our own programs: the last line `N passed, N failed, N skipped`, and a line `skipped: NAME: WHY` for each skipped test. */
export function fromOwn(output) {
  const last = [...plain(output).matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  const reasons = [...plain(output).matchAll(/^\s*skipped: (.+)$/gim)].map(([, why]) => why);
  return last ? counts(Number(last[1]), Number(last[2]), Number(last[3]), reasons) : null;
}

/** What was printed, in whichever of the forms above it is. */
export function fromAny(output) {
  return [fromOwn, fromNodeTest, fromVitest, fromCargoTest].map((read) => read(output)).find((found) => found && found.passed + found.failed + found.skipped > 0) ?? counts();
}

const plain = (text) => text.replace(/\x1b\[[0-9;]*m/g, '');
