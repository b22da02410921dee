// Reads the emulator's report on which conditions of the rules have come out how.

/**
 * The conditions that have not come out both ways. What stands behind an `allow` must have been true and false; for a
 * part of it, an error (a document or a field is not there) counts as false, as it does when the rules are applied.
 * @param {string} rules
 * @param {object[]} report as the emulator's `ruleCoverage` gives it
 * @returns {{ open: string[], conditions: number, allows: number }}
 */
export function unproven(rules, report) {
  const parts = new Map();
  for (const node of report) gather(node, parts);

  const allows = [...rules.matchAll(/\ballow [a-z, ]+: if\s+/g)].map((found) => found.index + found[0].length);
  const open = [];
  for (const start of allows) {
    // The whole of a condition is what reaches furthest from its beginning.
    const whole = [...parts.values()].filter((part) => part.start === start).sort((a, b) => b.end - a.end)[0];
    if (!whole?.outcomes.has('true') || !whole.outcomes.has('false')) open.push(`${at(rules, start)} is not both true and false, but ${told(whole?.outcomes)}`);
  }
  let conditions = 0;
  let silent = -1;
  for (const { start, end, outcomes } of [...parts.values()].sort((a, b) => a.start - b.start || b.end - a.end)) {
    // Within what was never looked at there is nothing to say.
    if (outcomes.has('a value') || end <= silent) continue;
    if (outcomes.size === 0) silent = end;
    conditions += 1;
    if (!outcomes.has('true') || outcomes.size < 2) open.push(`${at(rules, start, end)} does not come out both ways, but ${told(outcomes)}`);
  }
  return { open, conditions, allows: allows.length };
}

// The body of a function stands in the report once for each place that calls it.
function gather({ sourcePosition: { currentOffset: start, endOffset: end }, values = [], children = [] }, parts) {
  const key = `${start}-${end}`;
  if (!parts.has(key)) parts.set(key, { start, end, outcomes: new Set() });
  const { outcomes } = parts.get(key);
  for (const { value } of values) {
    if ('boolValue' in value) outcomes.add(String(value.boolValue));
    // Undefined without a cause: what stood before it had decided already.
    else if (!('undefined' in value)) outcomes.add('a value');
    else if (value.undefined.causeMessage) outcomes.add('an error');
  }
  for (const child of children) gather(child, parts);
}

const told = (outcomes) => (outcomes?.size > 0 ? [...outcomes].join(' and ') : 'never looked at');

// The report's ends stand on the last character, or before a bracket.
const at = (rules, start, end = rules.indexOf(';', start) - 1) => `line ${rules.slice(0, start).split('\n').length}, ${rules.slice(start, end + 1).replace(/\s+/g, ' ')}`;
