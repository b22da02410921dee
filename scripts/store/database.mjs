// A database by Firestore's REST.
import { Failure } from '../console/failure.mjs';

const ANSWER_MS = 120_000; // a commit of 500 large documents takes its time
const NAMES = 10_000;

/** How many documents are read at once: a document may have 1 MiB, and a Worker has room for 128. */
export const MAX_READS = 50;

export class Database {
  /** @param {import('./address.mjs').Where} where */
  constructor({ url, project }) {
    this.url = url;
    this.project = project;
    this.name = `projects/${project}/databases/(default)/documents`;
  }

  /** As a person would say where it is. */
  get place() {
    return `${this.url}, project ${this.project}`;
  }

  nameOf = (path) => `${this.name}/${path}`;

  /** The path of a resource name of this database. */
  pathOf = (name) => name.slice(this.name.length + 1);

  /**
   * The paths of all documents, in the order of their names, however deep they are and whether or not what is above them
   * is there. By one query: going down by `:listCollectionIds` takes a call for each document, and the emulator does not
   * understand that call below an id with a colon.
   */
  async *paths(atOnce = NAMES) {
    const name = { fieldPath: '__name__' };
    const query = { from: [{ allDescendants: true }], select: { fields: [name] }, orderBy: [{ field: name }], limit: atOnce };
    for (;;) {
      const elements = await this.#call(':runQuery', { structuredQuery: query });
      const names = elements.filter(({ document }) => document).map(({ document }) => document.name);
      yield* names.map(this.pathOf);
      if (names.length < atOnce) return;
      query.startAt = { values: [{ referenceValue: names.at(-1) }], before: false };
    }
  }

  /** Those documents of these paths (at most MAX_READS) that are there, by path. */
  async batchGet(paths) {
    const elements = await this.#call(':batchGet', { documents: paths.map(this.nameOf) });
    return new Map(elements.filter(({ found }) => found).map(({ found }) => [this.pathOf(found.name), found]));
  }

  commit(writes) {
    return this.#call(':commit', { writes });
  }

  async #call(verb, body) {
    let answer;
    let text;
    try {
      answer = await fetch(`${this.url}/v1/${this.name}${verb}`, {
        method: 'POST',
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      text = await answer.text();
    } catch (error) {
      throw new Failure(`The store at ${this.url} does not answer: ${error.cause?.code ?? error.message}.`, {
        todo: 'check that it runs and that the address is right, and start again.',
      });
    }
    const told = parsed(text);
    if (answer.ok && told !== undefined) return told;
    throw refusal({ url: this.url, verb, status: answer.status, told, text });
  }
}

/** A refusal of the store, in its own words. */
function refusal({ url, verb, status, told, text }) {
  const error = (Array.isArray(told) ? told[0] : told)?.error;
  const failure = new Failure(`The store at ${url} answered ${status} to \`${verb}\`.`, {
    detail: (error?.message ?? text).slice(0, 500),
    todo: TODO[status] ?? 'read what it says; if the store was stopped meanwhile, start again.',
  });
  failure.status = error?.status;
  return failure;
}

const TODO = {
  401: 'name a local store: this command signs in nowhere. For documents at Google there is `gcloud firestore export`.',
  403: 'name a local store: this command signs in nowhere. For documents at Google there is `gcloud firestore export`.',
  404: 'check the address: a Mentora answers there only while it keeps its documents itself, on this machine.',
};

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
