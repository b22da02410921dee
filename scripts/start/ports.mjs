// TCP ports of this machine: which is free, and who has the one that is not.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { Failure } from '../console/failure.mjs';

const HOST = '127.0.0.1';

/** The port to serve on: `wanted` ("" means `otherwise`, "0" means any free one), checked to be free now. */
export async function portToServe(wanted, otherwise) {
  const port = wanted ? Number(wanted) : otherwise;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Failure(`PORT=${wanted} is not a port number.`, { todo: 'give a number from 1 to 65535, or 0 for any free port.' });
  }
  if (port === 0) return freePort();
  const problem = await tryPort(port);
  if (problem === null) return port;
  if (problem === 'EACCES') throw new Failure(`Port ${port} may not be used by this user.`, { todo: `choose a port above 1023: \`PORT=${otherwise} npm start\`.` });
  const owner = ownerOf(port);
  throw new Failure(`Port ${port} is taken${owner ? ` by process ${owner.pid} (${owner.command})` : ' by another program'}.`, {
    todo: `${owner ? `stop it (\`kill ${owner.pid}\`)` : 'stop that program'}, or choose another port: \`PORT=${port + 1} npm start\`.`,
  });
}

/** Any free port. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, HOST, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function tryPort(port) {
  return new Promise((resolve) => {
    const server = createServer().once('error', (error) => resolve(error.code));
    server.listen(port, HOST, () => server.close(() => resolve(null)));
  });
}

// Linux tells by /proc which socket listens on a port and which process has that socket open.
function ownerOf(port) {
  try {
    const LISTEN = '0A';
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => readFileSync(path, 'utf8').trim().split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
    const sockets = new Set(rows.filter((row) => row[1].endsWith(suffix) && row[3] === LISTEN).map((row) => `socket:[${row[9]}]`));
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (!openFiles(pid).some((file) => sockets.has(file))) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).join(' ').slice(0, 80);
      return { pid, command };
    }
  } catch {
    // Not Linux, or not allowed to look: the message does without the name.
  }
  return null;
}

function openFiles(pid) {
  const linked = (path) => {
    try {
      return readlinkSync(path);
    } catch {
      return ''; // closed since it was listed
    }
  };
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linked(`/proc/${pid}/fd/${fd}`));
  } catch {
    return []; // another user's process, or one that has just ended
  }
}
