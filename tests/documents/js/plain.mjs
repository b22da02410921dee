// Values as JSON: what JSON has no form for becomes an object that names its type.

/**
 * @param {{ Timestamp: Function, GeoPoint: Function, DocumentReference: Function, VectorValue: Function }} classes of the client
 * @returns {(value: unknown) => unknown}
 */
export function plainFor({ Timestamp, GeoPoint, DocumentReference, VectorValue }) {
	return function plain(value) {
		if (typeof value === 'bigint') return { integer: String(value) };
		if (typeof value === 'number') return Number.isFinite(value) ? value : { number: String(value) };
		if (typeof value !== 'object' || value === null) return value;
		if (value instanceof Timestamp) return { timestamp: [value.seconds, value.nanoseconds] };
		if (value instanceof GeoPoint) return { geo: [value.latitude, value.longitude] };
		if (value instanceof DocumentReference) return { reference: value.path };
		if (value instanceof VectorValue) return { vector: value.toArray() };
		if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
		// The web client's own class for bytes.
		if (typeof value.toBase64 === 'function') return { bytes: value.toBase64() };
		if (Array.isArray(value)) return value.map(plain);
		return Object.fromEntries(Object.entries(value).sort().map(([name, inner]) => [name, plain(inner)]));
	};
}
