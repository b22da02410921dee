/** The caller's courses, each with the role held in it. */
import type { Course, Role } from "mentora-api";
import { client, person } from "./person.svelte.ts";

export type MyCourse = Course & { role: Role };

const roles: Role[] = ["instructor", "ta", "student", "auditor"];

export async function myCourses(): Promise<MyCourse[]> {
  const lists = await Promise.all(
    roles.map(async (role) => (await client.courses.list({ role, limit: 100 })).items.map((course) => ({ ...course, role }))),
  );
  const byId = new Map<string, MyCourse>();
  // The roles are in order of weight: who teaches a course and also learns in it is staff.
  for (const course of lists.flat()) if (!byId.has(course.id)) byId.set(course.id, course);
  return [...byId.values()].sort((a, b) => a.title.localeCompare(b.title));
}

export async function isStaff(course: Course): Promise<boolean> {
  const me = person();
  if (me?.admin || course.ownerId === me?.uid) return true;
  const role = course.role ?? (await myCourses()).find(({ id }) => id === course.id)?.role;
  return role === "instructor" || role === "ta";
}
