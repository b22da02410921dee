// The documents that are there. The course `ethics` is private; `logic` belongs to somebody else.
import { doc, writeBatch } from 'firebase/firestore';

const course = (visibility, ownerId) => ({ title: 'Ethics', code: 'ETHICS-26', ownerId, visibility, isDemo: false });
const secret = { passwordHash: 'argon2id$…' };
const assignment = (courseId, more = {}, aiConfig = {}) => ({
  courseId,
  title: 'On lying',
  prompt: '',
  createdBy: 'teacher',
  aiConfig: { persona: 'socratic-default', dialecticalConfig: { enabledStrategies: ['clarify'], strategyWeights: {}, customPrompts: {} }, ...aiConfig },
  ...more,
});
const conversation = (courseId, userId) => ({ assignmentId: courseId === 'ethics' ? 'plain' : 'elsewhere', courseId, userId, state: 'awaiting_idea', turns: [{ text: 'One may lie.' }] });
const submission = (assignmentId, userId) => ({ assignmentId, userId, conversationId: 'own', state: 'submitted', notes: 'Well argued.' });
const wallet = (ownerType, ownerId) => ({ ownerType, ownerId, balanceMicros: 5_000_000, heldMicros: 0 });
const entry = { type: 'topup', amountMicros: 5_000_000, balanceAfterMicros: 5_000_000, createdBy: 'stripe' };

export const documents = {
  'courses/ethics': course('private', 'owner'),
  'courses/logic': course('private', 'colleague'),
  'courses/open': course('public', 'colleague'),
  'courses/unlisted': course('unlisted', 'colleague'),
  ...roster('ethics'),
  // A course that was deleted: the roster is still there.
  ...roster('gone'),

  'topics/lies': { courseId: 'ethics', title: 'Lies', order: 1 },
  'topics/openly': { courseId: 'open', title: 'Lies', order: 1 },

  'assignments/plain': assignment('ethics'),
  'assignments/bare': { courseId: 'ethics', title: 'On truth' },
  'assignments/background': assignment('ethics', { prompt: 'Read Kant first.' }),
  'assignments/instructed': assignment('ethics', {}, { customSystemPrompt: 'Be Kant.' }),
  'assignments/scripted': assignment('ethics', {}, { dialecticalConfig: { customPrompts: { challenge: 'Ask about the murderer at the door.' } } }),
  'assignments/elsewhere': assignment('logic'),
  'assignments/openly': assignment('open'),
  'assignments/orphan': assignment('gone'),

  'conversations/own': conversation('ethics', 'student'),
  'conversations/parting': conversation('ethics', 'removed-student'),
  'conversations/elsewhere': conversation('logic', 'somebody'),
  'conversations/orphan': conversation('gone', 'student'),

  'streamingSessions/live': { conversationId: 'own', userId: 'student', state: 'active' },

  'submissions/plain_student': submission('plain', 'student'),
  'submissions/elsewhere_somebody': submission('elsewhere', 'somebody'),

  'wallets/student': wallet('user', 'student'),
  'wallets/student/ledger/first': entry,
  'wallets/ethics': wallet('course', 'ethics'),
  'wallets/ethics/ledger/first': entry,
  // A user whose id is the id of a course, and a course whose id is the id of a user: neither opens the other's wallet.
  'wallets/namesake': wallet('user', 'ethics'),
  'wallets/namesake/ledger/first': entry,
  'wallets/alias': wallet('course', 'student'),
  'wallets/alias/ledger/first': entry,

  'users/student': { uid: 'student', displayName: 'Sam', email: 'sam@example.org' },
  'users/student/devices/phone': { token: 'fcm-token', platform: 'android' },
  'courses/ethics/announcements/welcome': { authorId: 'teacher', content: 'Welcome.' },
  'courses/ethics/secrets/join': secret,
  'courses/open/secrets/join': secret,
  'personas/kant': { name: 'Kant', courseId: 'ethics', systemPromptTemplate: 'Be Kant.', createdBy: 'teacher' },
  'courseCodes/ETHICS-26': { courseId: 'ethics' },
  'openConversations/plain.student': { conversationId: 'own' },
  'statistics/plain': { totalStudents: 2 },
  'statistics/plain/contributions/own': { conversationId: 'own', assignmentId: 'plain', courseId: 'ethics', userId: 'student' },
  'pendingResponses/own': { turnId: 't1', status: 'pending' },
  'notifications/n1': { kind: 'low_balance', key: 'low_balance:student:2026-11-23', userId: 'student' },
  'somethingElse/x': { userId: 'student', ownerId: 'owner', courseId: 'ethics' },
};

function roster(courseId) {
  const member = (userId, role, status) => [`courses/${courseId}/roster/${userId}`, { courseId, userId, email: `${userId}@example.org`, role, status }];
  return Object.fromEntries([
    member('student', 'student', 'active'),
    member('classmate', 'student', 'active'),
    member('auditor', 'auditor', 'active'),
    member('assistant', 'ta', 'active'),
    member('teacher', 'instructor', 'active'),
    member('invited-student', 'student', 'invited'),
    member('invited-assistant', 'ta', 'invited'),
    member('removed-student', 'student', 'removed'),
    member('removed-teacher', 'instructor', 'removed'),
  ]);
}

/** Writes them all; `firestore` is to be one whom no rule concerns. */
export async function plant(firestore) {
  const batch = writeBatch(firestore);
  for (const [path, fields] of Object.entries(documents)) batch.set(doc(firestore, path), fields);
  await batch.commit();
}
