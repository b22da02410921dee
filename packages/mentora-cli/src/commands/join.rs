//! `mentora join`

use mentora_core::documents::CourseCode;
use mentora_core::password::Password;
use mentora_wire::rest::{CourseBody, JoinCourse, JoinRole};

use super::Context;
use crate::client::Reply;
use crate::error::CliError;
use crate::render::{plain, words};

pub(super) async fn run(
    context: &Context,
    code: CourseCode,
    password: Option<String>,
) -> Result<(), CliError> {
    let body =
        JoinCourse { code, password: password.as_deref().map(Password::from), role: JoinRole::default() };
    let joined: Reply<CourseBody> = context.client.post("/api/courses/join", &body).await?;
    let CourseBody { id, role, course, .. } = joined.body;
    context.console.answer(&joined.json, || {
        let role = words::of_role(role);
        format!(
            "You are in “{}” ({role}). `mentora assignments {id}` shows what is to be argued.\n",
            plain(&course.title)
        )
    })
}
