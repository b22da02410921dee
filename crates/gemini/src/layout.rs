//! Frames of sound as they are written to the byte, for who moves them without reading them. What is written otherwise
//! is no worse, and is read by [`crate::server::parse`].

use crate::client;

/// What stands before and after the base64 of a chunk of speech from the model, as Google prints it.
pub const FROM_MODEL: (&str, &str) = (
    r#"{
  "serverContent": {
    "modelTurn": {
      "parts": [
        {
          "inlineData": {
            "mimeType": "audio/pcm;rate=24000",
            "data": ""#,
    r#""
          }
        }
      ]
    }
  }
}
"#,
);

/// What stands before and after the base64 in [`client::audio`].
#[must_use]
pub fn to_model(sample_rate: u32) -> (String, String) {
    const DATA: &str = r#""data":""#;
    let frame = client::audio("", sample_rate);
    let at = frame.find(DATA).map_or(0, |at| at.saturating_add(DATA.len()));
    let (head, tail) = frame.split_at_checked(at).unwrap_or_default();
    (head.to_owned(), tail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServerEvent;
    use crate::server::parse;

    #[test]
    fn what_goes_to_the_model_is_written_around_the_sound() {
        let (head, tail) = to_model(16_000);
        assert_eq!(format!("{head}AAA={tail}"), client::audio("AAA=", 16_000));
    }

    #[test]
    fn what_comes_from_the_model_is_one_chunk_at_24_khz() {
        let said = parse(&format!("{}AAAA{}", FROM_MODEL.0, FROM_MODEL.1)).unwrap();
        assert_eq!(said, [ServerEvent::Audio { data: "AAAA".into(), sample_rate: 24_000 }]);
    }
}
