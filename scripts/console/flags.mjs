// Command-line flags: known ones are parsed, unknown ones are refused by name.
import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';

/**
 * @param {Record<string, { type: 'boolean' | 'string', multiple?: boolean }>} options
 * @param {string} help printed (and the process ended) for `--help`
 */
export function flags(options, help) {
  return flagsAndWords(options, help, false).flags;
}

/** The same for a command that also takes words: what to do, and with which file. */
export function flagsAndWords(options, help, allowPositionals = true) {
  let given;
  try {
    given = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } }, strict: true, allowPositionals });
  } catch (error) {
    throw new Failure(error.message.split('. To specify')[0], { todo: 'see `--help` for the flags there are.' });
  }
  if (given.values.help) {
    console.log(help.trim());
    process.exit(0);
  }
  return { flags: given.values, words: given.positionals };
}
