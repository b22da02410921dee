// How many documents, how much of them, how fast.

export class Tally {
  documents = 0;
  bytes = 0;
  #started = Date.now();

  add(document) {
    this.documents += 1;
    this.bytes += Buffer.byteLength(JSON.stringify(document));
  }

  /** For the line that shows the progress. */
  toString() {
    const perSecond = this.documents / Math.max((Date.now() - this.#started) / 1000, 0.001);
    return `${counted(this.documents, 'document')}, ${(this.bytes / 1e6).toFixed(1)} MB, ${grouped(Math.round(perSecond))} documents/s`;
  }
}

const grouped = (number) => number.toLocaleString('en-US');

/** "1 document", "2,000 documents". */
export const counted = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
