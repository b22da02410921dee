//! An answer that fits a response schema: OpenAPI's upper-case types or JSON Schema's lower-case ones. Texts come
//! from the student's words, choices from the tutor's cues; nothing pretends to be a judgement.

use serde_json::{Map, Value, json};

use crate::tutor::moves::Move;
use crate::tutor::reading::{Reading, Stance};
use crate::tutor::{chinese, english, is_cjk};

/// Schemas deeper than this are cut off with null.
const DEEPEST: usize = 12;
const LONGEST_ARRAY: usize = 8;

/// Fills the schema from the student's message and the tutor's question to it.
pub fn fill(schema: &Value, message: &str, question: &str) -> Value {
    let read = if message.chars().any(is_cjk) { chinese::read } else { english::read };
    Filling { reading: read(message), question, asks: message.trim_end().ends_with(['?', '？']) }
        .value(schema, "", 0)
}

struct Filling<'a> {
    reading: Reading,
    question: &'a str,
    /// The message ends as a question.
    asks: bool,
}

impl Filling<'_> {
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return self.choice(choices);
        }
        if let Some(options) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
            return options.first().map_or(Value::Null, |option| self.value(option, name, depth + 1));
        }
        match type_of(schema).as_str() {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "string" => json!(self.text(name)),
            "boolean" => json!(self.flag(name)),
            "integer" => {
                json!(self.measure(schema, name).unwrap_or_else(|| between(schema, 0.0)).round() as i64)
            }
            "number" => json!(self.measure(schema, name).unwrap_or_else(|| between(schema, 0.5))),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let filled: Map<String, Value> = properties
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), self.value(schema, name, depth + 1)))
            .collect();
        Value::Object(filled)
    }

    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let Some(items) = schema.get("items") else {
            return json!([]);
        };
        let limit = |key: &str| {
            let value = schema.get(key);
            value
                .and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))
                .map(|count| count as usize)
        };
        let least = limit("minItems").unwrap_or(0);
        let most = limit("maxItems").unwrap_or(LONGEST_ARRAY).min(LONGEST_ARRAY.max(least));
        if type_of(items) == "string" && items.get("enum").is_none() {
            let mut terms: Vec<Value> =
                self.reading.terms.iter().take(most).map(|term| json!(term)).collect();
            while terms.len() < least {
                terms.push(json!(self.text(name)));
            }
            return Value::Array(terms);
        }
        let count = least.max(1).min(most);
        (0..count).map(|_| self.value(items, name, depth + 1)).collect()
    }

    /// The tutor's own move if it is offered, the stance if that is, else the first.
    fn choice(&self, choices: &[Value]) -> Value {
        let offered = |name: &str| {
            choices.iter().find(|choice| choice.as_str().is_some_and(|text| text.eq_ignore_ascii_case(name)))
        };
        let stance = match self.reading.stance {
            Stance::For => ["for", "pro", "pro-weak", "positive", "supportive"],
            Stance::Against => ["against", "con", "con-weak", "negative", "opposed"],
            Stance::Open => ["undetermined", "neutral", "open", "unclear", "mixed"],
        };
        offered(Move::by_cues(&self.reading, 0).name())
            .or_else(|| stance.iter().find_map(|name| offered(name)))
            .or_else(|| choices.first())
            .cloned()
            .unwrap_or(Value::Null)
    }

    fn text(&self, name: &str) -> String {
        let name = name.to_lowercase();
        let terms = self.reading.terms.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        if name.contains("question") || name.contains("reply") {
            self.question.to_owned()
        } else if name.contains("summary") || name.contains("claim") || name.contains("position") {
            self.reading.claim.clone().unwrap_or(terms)
        } else if terms.is_empty() {
            "The message names no clear subject.".to_owned()
        } else {
            format!("The message is about: {terms}.")
        }
    }

    /// How much of what the name says is in the message, on the schema's scale; for names of which its words tell.
    fn measure(&self, schema: &Value, name: &str) -> Option<f64> {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let (least, most) = (bound("minimum")?, bound("maximum")?);
        let takes_sides = self.reading.stance != Stance::Open;
        let there = |is: bool, share: f64| if is { share } else { 0.0 };
        let share = match name {
            "vagueness" => there(self.reading.vague, 0.75),
            "claim" if self.asks => 0.1,
            "claim" => 0.65 + there(takes_sides || self.reading.claim.is_some(), 0.25),
            "evidence" => there(self.reading.gives_evidence, 0.6),
            "overreach" => there(self.reading.absolute, 0.5),
            "oneSidedness" => there(takes_sides, 0.6),
            "closure" => there(self.reading.closing, 0.9),
            "question" => there(self.asks, 1.0),
            "hearsay" | "balance" | "concession" | "distress" => 0.0,
            _ => return None,
        };
        Some(least + share * (most - least))
    }

    fn flag(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        (name.contains("evidence") && self.reading.gives_evidence)
            || (name.contains("vague") && self.reading.vague)
            || ((name.contains("conclu") || name.contains("clos")) && self.reading.closing)
    }
}

/// Lower case; an object when only properties are given; the first that is not null in a list of types.
fn type_of(schema: &Value) -> String {
    let named = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().find(|name| *name != "null").and_then(Value::as_str),
        other => other.and_then(Value::as_str),
    };
    match named {
        Some(name) => name.to_lowercase(),
        None if schema.get("properties").is_some() => "object".to_owned(),
        None => String::new(),
    }
}

fn between(schema: &Value, usual: f64) -> f64 {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let (least, most) = (bound("minimum").unwrap_or(f64::MIN), bound("maximum").unwrap_or(f64::MAX));
    if least <= most { usual.clamp(least, most) } else { least }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_has_the_shape_that_was_asked_for() {
        let schema = json!({"type": "OBJECT", "properties": {
            "strategy": {"type": "STRING", "enum": ["continue", "challenge", "clarify"]},
            "stance": {"type": "STRING", "enum": ["pro", "con", "neutral"]},
            "vagueness": {"type": "NUMBER", "minimum": 0, "maximum": 1},
            "claim": {"type": "INTEGER", "minimum": 0, "maximum": 100},
            "turns": {"type": "INTEGER", "minimum": 3},
            "givesEvidence": {"type": "BOOLEAN"},
            "keyTerms": {"type": "ARRAY", "items": {"type": "STRING"}, "maxItems": "1"},
            "points": {"type": "ARRAY", "minItems": "2", "items": {"type": ["object", "null"], "properties": {"question": {"type": "string"}}}},
        }});
        let filled = fill(&schema, "I think social media harms young people.", "Why?");
        assert_eq!(
            filled,
            json!({"strategy": "challenge", "stance": "con", "vagueness": 0.0, "claim": 90, "turns": 3, "givesEvidence": false,
                   "keyTerms": ["social media"], "points": [{"question": "Why?"}, {"question": "Why?"}]})
        );
    }
}
