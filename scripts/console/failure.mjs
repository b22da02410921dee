// A failure that a person can act on: what happened, and what to do next.

/** Thrown for everything that is not a fault of these scripts. Printed without a stack. */
export class Failure extends Error {
  /**
   * @param {string} happened one sentence
   * @param {{ todo?: string, log?: string, detail?: string }} [more] `todo`: what to do next; `log`: file with the
   *   full output; `detail`: the lines of output that matter
   */
  constructor(happened, { todo, log, detail } = {}) {
    super(happened);
    this.todo = todo;
    this.log = log;
    this.detail = detail;
  }
}

/** Prints any error the way a reader needs it. */
export function report(error) {
  const lines = [''];
  if (error instanceof Failure) {
    lines.push(`✗ ${error.message}`);
    if (error.detail) lines.push(...error.detail.trimEnd().split('\n').map((line) => `    ${line}`));
    if (error.log) lines.push(`  Full output: ${error.log}`);
    if (error.todo) lines.push(`  What to do: ${error.todo}`);
  } else {
    lines.push(`✗ A fault in Mentora's own scripts: ${error?.stack ?? error}`);
  }
  console.error(lines.join('\n'));
}

const ENDING = [['SIGHUP', 1], ['SIGINT', 2], ['SIGTERM', 15]];

/** Runs a command's body and ends the process: with the code that the body returns (0 if none), or with 1 after a failure. */
export async function command(body) {
  // Ending by `exit` gives locks back and stops the program of the current step; dying of the signal would not.
  for (const [signal, number] of ENDING) process.on(signal, () => process.exit(128 + number));
  let code = 1;
  try {
    code = (await body()) ?? 0;
  } catch (error) {
    report(error);
  }
  process.exit(code); // also when a step was left unfinished because somebody asked to stop
}
