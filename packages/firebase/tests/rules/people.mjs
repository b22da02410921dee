// Who asks. Each stands in a different relation to the course `ethics`; see `documents.mjs` for what that rests on.

/** What somebody writes into a token when nobody stops them. The rules are to look at none of it. */
const CLAIMS = { admin: true, role: 'instructor', roles: { ethics: 'instructor' }, courseId: 'ethics', ownerId: 'owner', email_verified: true };

/** @type {Record<string, { uid: string | null, is: string, claims?: object }>} */
export const people = {
  visitor: { uid: null, is: 'a visitor who is not signed in' },
  stranger: { uid: 'stranger', is: 'a stranger to the course' },
  claimant: { uid: 'claimant', is: 'a stranger whose token claims to be an administrator and a teacher', claims: CLAIMS },
  colleague: { uid: 'colleague', is: 'the owner of another course' },
  invitedStudent: { uid: 'invited-student', is: 'one who is invited as a student' },
  invitedAssistant: { uid: 'invited-assistant', is: 'one who is invited as an assistant' },
  removedStudent: { uid: 'removed-student', is: 'a student who was removed' },
  removedTeacher: { uid: 'removed-teacher', is: 'an instructor who was removed' },
  student: { uid: 'student', is: 'the student' },
  classmate: { uid: 'classmate', is: 'another student of the course' },
  auditor: { uid: 'auditor', is: 'an auditor' },
  assistant: { uid: 'assistant', is: 'an assistant' },
  teacher: { uid: 'teacher', is: 'an instructor' },
  owner: { uid: 'owner', is: 'the owner of the course, who is not on its roster' },
};

/** Groups of them, by the words that stand in a test's name. */
export const groups = {
  nobody: [],
  'whoever is signed in': Object.keys(people).filter((name) => people[name].uid !== null),
  'members of the course': ['student', 'classmate', 'auditor', 'assistant', 'teacher', 'owner'],
  'staff of the course': ['assistant', 'teacher', 'owner'],
  'the student': ['student'],
  'the classmate': ['classmate'],
  'the student and staff of the course': ['student', 'assistant', 'teacher', 'owner'],
  'the student who was removed': ['removedStudent'],
  'the student who was removed and staff of the course': ['removedStudent', 'assistant', 'teacher', 'owner'],
  'the owner of that other course': ['colleague'],
};
