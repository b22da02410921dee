// The file of an export: newline-delimited JSON, a header and then one document a line.
import { createReadStream, createWriteStream, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Failure } from '../console/failure.mjs';
import { NoValue, plainFields } from './values.mjs';

const FORMAT = 'mentora-documents';
const VERSION = 1;

/** As a person would say which file. */
export const called = (file, direction) => (file === '-' ? `the standard ${direction}` : basename(file));

/** The first line. */
export const header = (project) => ({ format: FORMAT, version: VERSION, project, database: '(default)', exportedAt: new Date().toISOString() });

/** A line for a document of the store. */
export const line = (path, { fields = {}, createTime, updateTime }) => ({ path, fields: plainFields(fields), createTime, updateTime });

/**
 * Writes the lines; the file is there only once it is whole.
 *
 * @param {string} file
 * @param {AsyncIterable<object>} lines
 */
export async function writeFile(file, lines) {
  async function* text() {
    for await (const each of lines) yield `${JSON.stringify(each)}\n`;
  }
  const zipped = file.endsWith('.gz') ? [createGzip()] : [];
  try {
    if (file === '-') return await pipeline(text, process.stdout, { end: false });
    const part = `${file}.part`;
    const remove = () => rmSync(part, { force: true });
    process.once('exit', remove); // also on Ctrl-C
    await pipeline(text, ...zipped, createWriteStream(part, { flush: true }));
    renameSync(part, file);
    process.off('exit', remove);
  } catch (error) {
    if (!error.syscall) throw error;
    throw new Failure(`${called(file, 'output')} could not be written: ${error.code}.`, { todo: 'choose a file in a folder that you may write to, on a disk with room.' });
  }
}

/** Refuses to write over a file. */
export function mayWrite(file, force) {
  if (file === '-' || force || !existsSync(file)) return;
  throw new Failure(`${called(file)} is there already.`, { todo: 'choose another name, or replace it with `--force`.' });
}

/** A file that can be read more than once: what comes from the standard input is kept aside. */
export async function rereadable(file) {
  if (file !== '-') return file;
  const folder = mkdtempSync(join(tmpdir(), 'mentora-import-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const kept = join(folder, 'standard-input');
  await pipeline(process.stdin, createWriteStream(kept, { mode: 0o600 }));
  return kept;
}

/**
 * The header and the documents of a file, each checked as it comes: the first that is wrong is named.
 *
 * @param {string} file
 * @param {string} name what it is called in messages
 * @returns {AsyncGenerator<object>} first the header; then `{ path, fields }`, fields in one spelling
 */
export async function* readFile(file, name) {
  let number = 0;
  for await (const bytes of linesOf(file, name)) {
    number += 1;
    const wrong = (what) =>
      new Failure(`Line ${number} of ${name} ${what}.`, { todo: 'repair the line or take it out, or export again. Nothing was written.' });
    const said = parsed(bytes);
    if (said === undefined) throw wrong('is not JSON');
    if (number === 1) yield checkedHeader(said, name);
    else yield checkedDocument(said, wrong);
  }
  if (number === 0) throw new Failure(`${name} is empty.`, { todo: 'export again.' });
}

function checkedHeader(said, name) {
  if (said?.format !== FORMAT || typeof said.project !== 'string') {
    throw new Failure(`${name} is not an export of documents: its first line is not the header.`, { todo: 'name a file that `npm run store -- export FILE` has made.' });
  }
  if (said.version === VERSION) return said;
  throw new Failure(`${name} has version ${said.version} of the format; this Mentora reads version ${VERSION}.`, { todo: 'import it with the Mentora that exported it, or export again with this one.' });
}

function checkedDocument(said, wrong) {
  const segments = typeof said?.path === 'string' ? said.path.split('/') : [];
  const isId = (id) => id !== '' && id !== '.' && id !== '..' && Buffer.byteLength(id) <= 1500;
  if (segments.length === 0 || segments.length % 2 !== 0 || !segments.every(isId)) throw wrong('has no `path` of a document');
  try {
    return { path: said.path, fields: plainFields(said.fields) };
  } catch (error) {
    if (error instanceof NoValue) throw wrong(`is no document: ${error.message}`);
    throw error;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parsed(bytes) {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

// By bytes, because JSON may hold characters that `node:readline` takes for the end of a line.
async function* linesOf(file, name) {
  const unzipped = file.endsWith('.gz') ? createGunzip() : new PassThrough();
  const read = pipeline(createReadStream(file), unzipped);
  read.catch(() => {}); // the loop hears of it
  try {
    let rest = [];
    for await (const chunk of unzipped) {
      let begin = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
        yield Buffer.concat([...rest, chunk.subarray(begin, end)]);
        rest = [];
        begin = end + 1;
      }
      if (begin < chunk.length) rest.push(chunk.subarray(begin));
    }
    if (rest.length > 0) yield Buffer.concat(rest);
    await read;
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = error.code === 'ENOENT' ? 'is not there' : `could not be read: ${error.message}`;
    throw new Failure(`${name} ${why}.`, { todo: error.code === 'ENOENT' ? 'check its name.' : 'check the file, or export again.' });
  }
}
