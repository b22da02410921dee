// The demo course, made through the public REST API as a teacher would make it. Doing it twice changes nothing.
import { readFileSync } from 'node:fs';
import { Failure } from '../console/failure.mjs';

const ANSWER_MS = 20_000;
const demo = JSON.parse(readFileSync(new URL('./demo.json', import.meta.url), 'utf8'));

/**
 * @param {string} base address of the Worker
 * @returns {Promise<{ code: string, assignments: number, users: string[] }>}
 */
export async function seed(base) {
  const tokens = new Map();
  for (const user of demo.users) tokens.set(user.uid, (await call(base, 'POST', '/api/dev/sign-in', { body: user })).idToken);
  const teacher = tokens.get('teacher');

  const course = (await demoCourse(base, teacher)) ?? (await call(base, 'POST', '/api/courses', { token: teacher, body: demo.course, key: `demo-course-${demo.course.code}` }));

  const { items } = await call(base, 'GET', `/api/assignments?courseId=${course.id}&limit=100`, { token: teacher });
  const titles = new Set(items.map((assignment) => assignment.title));
  for (const assignment of demo.assignments) {
    if (titles.has(assignment.title)) continue;
    await call(base, 'POST', '/api/assignments', { token: teacher, body: { courseId: course.id, ...assignment }, key: `demo-assignment-${course.id}-${assignment.title}` });
  }

  for (const { uid, role } of demo.members) {
    await call(base, 'POST', '/api/courses/join', { token: tokens.get(uid), body: { code: demo.course.code, role }, key: `demo-join-${course.id}-${uid}` });
  }
  return { code: demo.course.code, assignments: demo.assignments.length, users: demo.users.map(({ uid }) => uid) };
}

async function demoCourse(base, token) {
  let cursor = '';
  do {
    const page = await call(base, 'GET', `/api/courses?role=instructor&limit=100${cursor}`, { token });
    const found = page.items.find((course) => course.code === demo.course.code);
    if (found) return found;
    cursor = page.nextCursor ? `&cursor=${encodeURIComponent(page.nextCursor)}` : null;
  } while (cursor);
  return null;
}

async function call(base, method, path, { token, body, key } = {}) {
  const answer = await fetch(`${base}${path}`, {
    method,
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...(key && { 'idempotency-key': key }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  throw new Failure(`The demo course could not be made: ${method} ${path} answered ${answer.status}.`, {
    detail: text.slice(0, 500),
    todo: 'start again; if it stays, delete .mentora/state (the local documents) or start with `npm start -- --no-seed`.',
  });
}
