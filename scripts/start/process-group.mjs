// A process group: a program and everything it has started.
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** Sends a signal to every process of the group. False if there is none left. */
export function signalGroup(id, signal) {
  try {
    return process.kill(-id, signal);
  } catch {
    return false;
  }
}

/** Whether a process of the group still runs. */
export function groupRuns(id) {
  if (!signalGroup(id, 0)) return false;
  if (!existsSync('/proc/self/stat')) return true;
  // In a container nobody may collect the dead: they count for `kill`, but they do not run.
  return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && runsIn(pid, id));
}

function runsIn(pid, group) {
  try {
    // pid (command) state ppid pgrp …; the command may hold spaces and parentheses.
    const [state, , pgrp] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return Number(pgrp) === group && state !== 'Z' && state !== 'X';
  } catch {
    return false; // it has just ended
  }
}
