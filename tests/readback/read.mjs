// Reads one document with Google's own client and prints it as JSON: what a stranger to our code finds in the store.
//
//   FIRESTORE_EMULATOR_HOST=127.0.0.1:8080 node read.mjs PROJECT PATH grpc|rest
//
// Prints `null` when there is no such document.
import { Firestore } from '@google-cloud/firestore';
import { PassThroughClient } from 'google-auth-library';

const DEADLINE_MS = 20_000;

const [projectId, path, transport] = process.argv.slice(2);
if (!projectId || !path || !['grpc', 'rest'].includes(transport) || !process.env.FIRESTORE_EMULATOR_HOST) {
	console.error('usage: FIRESTORE_EMULATOR_HOST=HOST:PORT node read.mjs PROJECT PATH grpc|rest');
	process.exit(2);
}
setTimeout(() => {
	console.error(`no answer within ${DEADLINE_MS / 1000} s`);
	process.exit(1);
}, DEADLINE_MS).unref();

// By REST the client would look for somebody's credentials, emulator or not.
const rest = { preferRest: true, authClient: new PassThroughClient() };
const firestore = new Firestore({ projectId, ...(transport === 'rest' && rest) });
const document = await firestore.doc(path).get();
console.log(JSON.stringify(document.exists ? document.data() : null));
await firestore.terminate();
