/** What the caller is in a course. */
import type { Course } from "mentora-api";
import { person } from "./person.svelte.ts";

export function isStaff(course: Course): boolean {
  const me = person();
  return me?.admin === true || course.ownerId === me?.uid || course.role === "instructor" || course.role === "ta";
}
