// Command-line flags: known ones are parsed, unknown ones are refused by name.
import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';

/**
 * @param {Record<string, { type: 'boolean' | 'string', multiple?: boolean }>} options
 * @param {string} help printed (and the process ended) for `--help`
 */
export function flags(options, help) {
  let values;
  try {
    ({ values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } }, strict: true }));
  } catch (error) {
    throw new Failure(error.message.split('. To specify')[0], { todo: 'see `--help` for the flags there are.' });
  }
  if (values.help) {
    console.log(help.trim());
    process.exit(0);
  }
  return values;
}
