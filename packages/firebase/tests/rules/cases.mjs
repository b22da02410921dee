// What is tried, and who succeeds. Everybody in `people.mjs` tries each of these; whoever is not named must be denied.
import {
  collection,
  collectionGroup,
  deleteDoc,
  doc,
  documentId,
  getCountFromServer,
  getDocFromServer,
  getDocsFromServer,
  limit,
  or,
  orderBy,
  query,
  setDoc,
  updateDoc,
  where,
  writeBatch,
} from 'firebase/firestore';
import { documents } from './documents.mjs';

/**
 * @typedef {object} Case
 * @property {string} does
 * @property {keyof import('./people.mjs').groups} may
 * @property {(db: import('firebase/firestore').Firestore) => Promise<string[] | void>} ask answers with the ids it was shown
 * @property {string[]} [by] who tries it; everybody unless told
 */

const get = (path) => async (db) => {
  const found = await getDocFromServer(doc(db, path));
  return found.exists() ? [found.id] : [];
};
const ids = async (asked) => (await getDocsFromServer(asked)).docs.map((found) => found.id);
const list = (path, ...constraints) => (db) => ids(query(collection(db, path), ...constraints));
const group = (name, ...constraints) => (db) => ids(query(collectionGroup(db, name), ...constraints));
const is = (field, value) => where(field, '==', value);

const read = (path, may, does = `read ${path}`) => ({ does, may, ask: get(path) });

/** @type {Case[]} */
const courses = [
  read('courses/open', 'whoever is signed in', 'read a public course, though it has a password'),
  read('courses/ethics', 'members of the course', 'read a private course, though it has a password'),
  read('courses/unlisted', 'the owner of that other course', 'read an unlisted course by its id'),
  read('courses/nowhere', 'nobody', 'learn that a course does not exist'),
  { does: 'query the public courses', may: 'whoever is signed in', ask: list('courses', is('visibility', 'public')) },
  { does: 'query the public courses of an owner', may: 'whoever is signed in', ask: list('courses', is('visibility', 'public'), is('ownerId', 'colleague')) },
  { does: 'query the first of the public courses by title', may: 'whoever is signed in', ask: list('courses', is('visibility', 'public'), orderBy('title'), limit(10)) },
  { does: 'query the private courses', may: 'nobody', ask: list('courses', is('visibility', 'private')) },
  { does: 'query the courses that are public or unlisted', may: 'nobody', ask: list('courses', where('visibility', 'in', ['public', 'unlisted'])) },
  { does: 'query the public courses and those of an owner', may: 'nobody', ask: list('courses', or(is('visibility', 'public'), is('ownerId', 'owner'))) },
  { does: 'query all collections named courses', may: 'nobody', ask: group('courses', is('visibility', 'public')) },
  { does: 'query a private course by its id', may: 'nobody', ask: list('courses', is(documentId(), 'ethics')) },
  { does: 'query all courses', may: 'nobody', ask: list('courses') },
  { does: 'query the courses of an owner', may: 'nobody', ask: list('courses', is('ownerId', 'owner')) },
  { does: 'look a course up by its code', may: 'nobody', ask: list('courses', is('code', 'ETHICS-26')) },
];

/** @type {Case[]} */
const topics = [
  read('topics/lies', 'members of the course', 'read a topic'),
  read('topics/openly', 'the owner of that other course', 'read a topic of a public course'),
  { does: 'query the topics of the course', may: 'members of the course', ask: list('topics', is('courseId', 'ethics')) },
  { does: 'query the topics of the course in their order', may: 'members of the course', ask: list('topics', is('courseId', 'ethics'), orderBy('order')) },
  { does: 'query the topics of a public course', may: 'the owner of that other course', ask: list('topics', is('courseId', 'open')) },
  { does: 'query all topics', may: 'nobody', ask: list('topics') },
  { does: 'query topics by another field than the course', may: 'nobody', ask: list('topics', is('title', 'Lies')) },
];

/** @type {Case[]} */
const assignments = [
  read('assignments/plain', 'members of the course', 'read an assignment that steers the tutor openly'),
  read('assignments/bare', 'members of the course', 'read an assignment without prompts or a configuration'),
  read('assignments/background', 'staff of the course', 'read an assignment with background for the tutor'),
  read('assignments/instructed', 'staff of the course', 'read an assignment with a system prompt of its own'),
  read('assignments/scripted', 'staff of the course', 'read an assignment with words for a strategy'),
  read('assignments/elsewhere', 'the owner of that other course', 'read an assignment of another course'),
  read('assignments/openly', 'the owner of that other course', 'read an assignment of a public course'),
  read('assignments/orphan', 'nobody', 'read an assignment of a course that was deleted, though its roster is there'),
  { does: 'query the assignments of the course, as some have prompts', may: 'staff of the course', ask: list('assignments', is('courseId', 'ethics')) },
  { does: 'query the assignments whose prompt is empty', may: 'staff of the course', ask: list('assignments', is('courseId', 'ethics'), is('prompt', '')) },
  { does: 'query all assignments', may: 'nobody', ask: list('assignments') },
  { does: 'query the assignments of one author', may: 'nobody', ask: list('assignments', is('createdBy', 'teacher')) },
];

/** @type {Case[]} */
const conversations = [
  read('conversations/own', 'the student and staff of the course', "read the student's conversation"),
  read('conversations/parting', 'the student who was removed and staff of the course', 'read a conversation of a student who was removed'),
  read('conversations/elsewhere', 'the owner of that other course', 'read a conversation of another course'),
  read('conversations/orphan', 'the student', 'read a conversation whose course was deleted'),
  { does: "query the student's conversations", may: 'the student', ask: list('conversations', is('userId', 'student')) },
  { does: "query the student's latest conversation", may: 'the student', ask: list('conversations', is('userId', 'student'), orderBy('state'), limit(1)) },
  { does: "query the student's conversations about an assignment", may: 'the student', ask: list('conversations', is('userId', 'student'), is('assignmentId', 'plain')) },
  { does: 'query the conversations of the course', may: 'staff of the course', ask: list('conversations', is('courseId', 'ethics')) },
  { does: "query the student's conversations in the course", may: 'the student and staff of the course', ask: list('conversations', is('courseId', 'ethics'), is('userId', 'student')) },
  { does: 'query the conversations about an assignment without naming its course', may: 'nobody', ask: list('conversations', is('assignmentId', 'plain')) },
  { does: 'query all conversations', may: 'nobody', ask: list('conversations') },
  { does: 'query the conversations of several users', may: 'nobody', ask: list('conversations', where('userId', 'in', ['student', 'somebody'])) },
  { does: 'query the conversations of whoever is not the student', may: 'nobody', ask: list('conversations', where('userId', '!=', 'student')) },
  {
    does: "count the student's conversations",
    may: 'the student',
    ask: async (db) => [String((await getCountFromServer(query(collection(db, 'conversations'), is('userId', 'student')))).data().count)],
  },
  { does: 'query all collections named conversations', may: 'nobody', ask: group('conversations', is('userId', 'student'), is('courseId', 'ethics')) },
];

/** @type {Case[]} */
const streamingSessions = [
  read('streamingSessions/live', 'the student', "read the student's streaming session"),
  { does: "query the student's streaming sessions", may: 'the student', ask: list('streamingSessions', is('userId', 'student')) },
  { does: 'query the streaming sessions of a conversation', may: 'nobody', ask: list('streamingSessions', is('conversationId', 'own')) },
];

/** @type {Case[]} */
const submissions = [
  read('submissions/plain_student', 'the student and staff of the course', "read the student's submission"),
  read('submissions/elsewhere_somebody', 'the owner of that other course', 'read a submission to another course'),
  { does: "query the student's submissions", may: 'the student', ask: list('submissions', is('userId', 'student')) },
  { does: 'query the submissions to an assignment', may: 'staff of the course', ask: list('submissions', is('assignmentId', 'plain')) },
  { does: 'query all submissions', may: 'nobody', ask: list('submissions') },
  { does: 'query the submissions in one state', may: 'nobody', ask: list('submissions', is('state', 'submitted')) },
];

/** @type {Case[]} */
const wallets = [
  read('wallets/student', 'the student', "read the student's wallet"),
  read('wallets/ethics', 'staff of the course', "read the course's wallet"),
  read('wallets/namesake', 'nobody', 'read the wallet of a user who has the name of the course'),
  read('wallets/alias', 'nobody', 'read the wallet of a course that has the name of the student'),
  read('wallets/nobody', 'nobody', 'learn that a wallet does not exist'),
  { does: "query the student's wallets", may: 'nobody', ask: list('wallets', is('ownerType', 'user'), is('ownerId', 'student')) },
  { does: 'query all wallets', may: 'nobody', ask: list('wallets') },
  read('wallets/student/ledger/first', 'the student', "read an entry of the student's ledger"),
  read('wallets/ethics/ledger/first', 'staff of the course', "read an entry of the course's ledger"),
  read('wallets/namesake/ledger/first', 'nobody', 'read the ledger of a user who has the name of the course'),
  read('wallets/alias/ledger/first', 'nobody', 'read the ledger of a course that has the name of the student'),
  { does: "query the student's ledger", may: 'the student', ask: list('wallets/student/ledger', orderBy('amountMicros', 'desc'), limit(10)) },
  { does: "query the course's ledger", may: 'staff of the course', ask: list('wallets/ethics/ledger') },
  { does: 'query the ledgers of all wallets', may: 'nobody', ask: group('ledger') },
];

/** @type {Case[]} */
const closed = [
  read('users/student', 'nobody', 'read a profile'),
  read('users/student/devices/phone', 'nobody', 'read a registration token'),
  { does: 'query the devices of all users', may: 'nobody', ask: group('devices') },
  read('courses/ethics/roster/student', 'nobody', 'read an entry of the roster'),
  { does: 'query the roster of the course', may: 'nobody', ask: list('courses/ethics/roster') },
  { does: 'query the own membership across all rosters', may: 'nobody', ask: group('roster', is('userId', 'student'), is('status', 'active')) },
  read('courses/ethics/announcements/welcome', 'nobody', 'read an announcement'),
  { does: 'query the announcements of the course', may: 'nobody', ask: list('courses/ethics/announcements') },
  read('courses/ethics/secrets/join', 'nobody', "read the hash of a private course's password"),
  read('courses/open/secrets/join', 'nobody', "read the hash of a public course's password"),
  { does: 'query the secrets of the course', may: 'nobody', ask: list('courses/ethics/secrets') },
  { does: 'query the secrets of all courses', may: 'nobody', ask: group('secrets') },
  read('personas/kant', 'nobody', 'read a persona'),
  read('courseCodes/ETHICS-26', 'nobody', 'read who holds a course code'),
  { does: 'query the course codes', may: 'nobody', ask: list('courseCodes') },
  read('openConversations/plain.student', 'nobody', 'read which conversation is open'),
  read('statistics/plain', 'nobody', 'read the statistics of an assignment'),
  read('statistics/plain/contributions/own', 'nobody', 'read what a conversation adds to the statistics'),
  read('pendingResponses/own', 'nobody', 'read a pending response'),
  read('notifications/n1', 'nobody', 'read what the student was told'),
  { does: 'query what the student was told', may: 'nobody', ask: list('notifications', is('userId', 'student')) },
  read('somethingElse/x', 'nobody', 'read a collection that the rules do not name'),
];

/** One document of each collection; of courses and wallets two, since different people read them. */
const written = [
  'courses/ethics',
  'courses/open',
  'courses/ethics/roster/student',
  'courses/ethics/announcements/welcome',
  'courses/ethics/secrets/join',
  'topics/lies',
  'assignments/plain',
  'conversations/own',
  'streamingSessions/live',
  'submissions/plain_student',
  'wallets/student',
  'wallets/student/ledger/first',
  'wallets/ethics',
  'users/student',
  'users/student/devices/phone',
  'personas/kant',
  'courseCodes/ETHICS-26',
  'openConversations/plain.student',
  'statistics/plain',
  'statistics/plain/contributions/own',
  'pendingResponses/own',
  'notifications/n1',
  'somethingElse/x',
];

/** Those who may read most of it, and two who are not of the course. */
const by = ['visitor', 'claimant', 'student', 'teacher', 'owner'];

/** @type {Case[]} */
const writes = written.flatMap((path) => {
  const beside = path.replace(/[^/]+$/, 'forged');
  return [
    { does: `create a document beside ${path}`, may: 'nobody', by, ask: (db) => setDoc(doc(db, beside), documents[path]) },
    { does: `update ${path}`, may: 'nobody', by, ask: (db) => updateDoc(doc(db, path), { touched: true }) },
    { does: `delete ${path}`, may: 'nobody', by, ask: (db) => deleteDoc(doc(db, path)) },
  ];
});

/** @type {Case[]} */
const tricks = [
  {
    does: 'join the course by writing the own entry of the roster',
    may: 'nobody',
    ask: (db) => setDoc(doc(db, 'courses/ethics/roster/stranger'), { courseId: 'ethics', userId: 'stranger', role: 'instructor', status: 'active' }),
  },
  { does: 'become the owner of a course', may: 'nobody', ask: (db) => updateDoc(doc(db, 'courses/ethics'), { ownerId: 'student' }) },
  { does: 'add credits to the own wallet', may: 'nobody', ask: (db) => updateDoc(doc(db, 'wallets/student'), { balanceMicros: 1e12 }) },
  {
    does: 'hide a forbidden write in a batch',
    may: 'nobody',
    ask: async (db) => {
      const batch = writeBatch(db);
      batch.set(doc(db, 'somethingElse/y'), { harmless: true });
      batch.update(doc(db, 'conversations/own'), { costMicros: 0 });
      await batch.commit();
    },
  },
];

/** @type {Case[]} */
export const cases = [...courses, ...topics, ...assignments, ...conversations, ...streamingSessions, ...submissions, ...wallets, ...closed, ...writes, ...tricks];
