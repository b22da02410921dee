// `firebase-admin` by REST.
//
//   FIRESTORE_EMULATOR_HOST=127.0.0.1:8080 GOOGLE_CLOUD_PROJECT=demo node firebase-admin.mjs
import { generateKeyPairSync } from 'node:crypto';
import { cert, initializeApp } from 'firebase-admin/app';
import * as library from 'firebase-admin/firestore';
import { script } from './server/client.mjs';

const projectId = process.env.GOOGLE_CLOUD_PROJECT;
// By REST the client signs its requests, emulator or not: any key will do.
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const credential = cert({ projectId, clientEmail: `tests@${projectId}.iam.gserviceaccount.com`, privateKey });
const firestore = (name) => library.initializeFirestore(initializeApp({ projectId, credential }, name), { preferRest: true });

const exact = firestore('exact');
exact.settings({ useBigInt: true });
// This version makes the code from the HTTP status alone, which several codes share.
const told = (code) => ({ ALREADY_EXISTS: 'ABORTED', FAILED_PRECONDITION: 'INVALID_ARGUMENT' })[code] ?? code;
await script(library, { db: firestore('plain'), exact }, told);
