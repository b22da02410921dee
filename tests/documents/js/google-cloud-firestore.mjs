// `@google-cloud/firestore` by REST.
//
//   FIRESTORE_EMULATOR_HOST=127.0.0.1:8080 GOOGLE_CLOUD_PROJECT=demo node google-cloud-firestore.mjs
import * as library from '@google-cloud/firestore';
import { GoogleAuth, OAuth2Client } from 'google-auth-library';
import { script } from './server/client.mjs';

// By REST the client would look for somebody's credentials, emulator or not. `owner` is who may do everything.
const authClient = new OAuth2Client();
authClient.setCredentials({ access_token: 'owner' });
const settings = { projectId: process.env.GOOGLE_CLOUD_PROJECT, preferRest: true, auth: new GoogleAuth({ authClient }) };

await script(library, {
	db: new library.Firestore(settings),
	exact: new library.Firestore({ ...settings, useBigInt: true }),
});
