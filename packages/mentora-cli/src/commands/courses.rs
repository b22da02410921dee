//! `mentora courses`

use mentora_wire::rest::CourseBody;

use super::{Context, items};
use crate::client::Reply;
use crate::error::CliError;
use crate::render::table::table;
use crate::render::words;

pub(super) async fn run(context: &Context) -> Result<(), CliError> {
    let courses: Vec<Reply<CourseBody>> = context.client.list("/api/courses", &[]).await?;
    context.console.answer(&items(&courses), || {
        let row = |CourseBody { id, role, course, .. }: &CourseBody| {
            let code = course.code.as_str().to_owned();
            [id.to_string(), code, words::of_role(*role).to_owned(), course.title.clone()]
        };
        let rows: Vec<_> = courses.iter().map(|course| row(&course.body)).collect();
        table(["ID", "CODE", "ROLE", "TITLE"], &rows, "You are in no course. Join one: `mentora join CODE`.")
    })
}
