// `Uint8Array`'s base64 methods, as workerd has them, for a Node that has not: only what the relay uses of them.
const BLANKS = /[\t\n\f\r ]/g;

export function polyfill() {
	const methods = Uint8Array.prototype;
	methods.toBase64 ??= function toBase64() {
		return Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString('base64');
	};
	methods.setFromBase64 ??= function setFromBase64(text, { lastChunkHandling }) {
		if (lastChunkHandling !== 'strict') throw new Error('only what the relay uses');
		const plain = text.replace(BLANKS, '');
		const bytes = Buffer.from(plain, 'base64');
		// Buffer is lenient where `strict` is not: what does not come out as it went in is an error.
		if (plain.length % 4 !== 0 || bytes.toString('base64') !== plain) throw new SyntaxError('not base64');
		const fits = bytes.length <= this.length ? bytes.length : this.length - (this.length % 3);
		this.set(bytes.subarray(0, fits));
		return { read: text.length, written: fits };
	};
}
