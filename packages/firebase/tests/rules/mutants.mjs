// Falsifies the rules in every small way and sees whether the cases notice: `npm run mutants`. Takes minutes, so it is
// not part of `npm test`; run it after changing the rules or the cases. Ends with 1 when a mutant survives.
import { cases } from './cases.mjs';
import { raise, rules } from './stage.mjs';

const WAYS = [
  [/&&/g, () => '||'],
  [/\|\|/g, () => '&&'],
  [/==/g, () => '!='],
  [/!=/g, () => '=='],
  [/(?<!rules_version = )'\w+'/g, (text) => `${text.slice(0, -1)}X'`],
  [/(?<=allow )read(?=: if)/g, () => 'get'],
  [/(?<=allow )read(?=: if)/g, () => 'list'],
  [/(?<=allow )(read|get|list)(?=: if)/g, () => 'read, write'],
  [/(?<=allow )(get|list)(?=: if)/g, () => 'read'],
  [/(?<=(?:return|allow [a-z, ]+: if)\s+)[^;]+(?=;)/g, (text) => `true || (${text})`],
  [/(?<=(?:return|allow [a-z, ]+: if)\s+)[^;]+(?=;)/g, (text) => `false && (${text})`],
  [/exists\([^)]*\)\)/g, () => 'true'],
  [/(?<!function )isMemberOf\(/g, () => 'isStaffOf('],
  [/isStaffOf\((?=resource|wallet|courseOf)/g, () => 'isMemberOf('],
];

/** Changes that mean the same: whoever may query assignments may read each of them, by the rule above that one. */
const EQUIVALENT = [/allow get: if isStaffOf\(resource\.data\.courseId\)[^;]*;\s*allow read: if isStaffOf\(resource\.data\.courseId\);/];

function* mutants() {
  // Comments are not rules: they are blanked, so that positions stay.
  const code = rules.replace(/\/\/.*$/gm, (comment) => ' '.repeat(comment.length));
  for (const [pattern, change] of WAYS) {
    for (const { 0: text, index } of code.matchAll(pattern)) {
      const mutant = code.slice(0, index) + change(text) + code.slice(index + text.length);
      if (EQUIVALENT.some((pattern) => pattern.test(mutant))) continue;
      const line = code.slice(0, index).split('\n').length;
      yield { name: `line ${line}: ${shown(text)} -> ${shown(change(text))}`, text: mutant };
    }
  }
}

const shown = (text) => text.replace(/\s+/g, ' ');

const stage = await raise();
if (stage) {
  const tally = { noticed: 0, 'did not compile': 0, survived: 0 };
  for (const { name, text } of mutants()) {
    const outcome = await fate(text);
    tally[outcome] += 1;
    if (outcome !== 'noticed') console.log(`${outcome}: ${name}`);
  }
  await stage.strike();
  console.log(Object.entries(tally).map(([outcome, count]) => `${count} ${outcome}`).join(', '));
  process.exitCode = tally.survived > 0 ? 1 : 0;
}

async function fate(text) {
  if (await stage.enact(text)) return 'did not compile';
  for (const tried of cases) {
    const differences = await stage.differences(tried);
    if (differences.length > 0) {
      // A write that a mutant lets through would be found by the next.
      await stage.replant();
      return 'noticed';
    }
  }
  return 'survived';
}
