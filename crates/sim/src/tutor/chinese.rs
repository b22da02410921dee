//! Reading and asking in Traditional Chinese. There is no dictionary to cut words with; function words and common
//! verbs are the cutting marks, and what is left between them are the terms.

use super::moves::Move;
use super::reading::{Reading, Stance};
use super::{Situation, is_cjk};

/// Cutting marks, longest first within a first character is not needed: the longest match at a place wins.
const MARKS: &str = "我們 我 你們 你 您 他們 她們 它們 他 她 它 自己 大家 人們 別人 有些 有的 有人 每個人 所有人 所有 每個 每 \
    認為 覺得 相信 以為 想 看來 說 講 知道 同意 不同意 贊成 反對 支持 主張 \
    因為 所以 因此 但是 但 可是 不過 然而 雖然 而且 並且 或者 或是 或 以及 和 與 跟 及 如果 要是 那麼 那 這麼 這樣 這些 這個 這 那些 \
    的話 的 了 著 過 地 得 嗎 呢 吧 啊 是 不是 就是 也是 還是 都是 在 有 沒有 沒 不 不會 不能 不該 不應該 不夠 會 能 能夠 可以 可能 \
    應該 應 該 必須 需要 要 想要 讓 使 使得 令 把 被 對於 對 關於 給 為了 為什麼 為 從 到 於 向 比較 比 更 最 很 非常 太 都 也 還 又 就 才 \
    只 只是 只要 一直 總是 從來 永遠 常常 經常 有時 當然 其實 真的 一定 絕對 顯然 大概 也許 整天 每天 現在 今天 以前 以後 之後 之前 時候 時 \
    有害 有益 有用 有幫助 影響 造成 導致 引起 傷害 破壞 幫助 改善 提高 提升 增加 減少 降低 促進 浪費 取消 廢除 禁止 限制 保護 鼓勵 使用 \
    用 做 變成 變得 成為 產生 帶來 失去 得到 學到 看 吃 去 來 讀 寫 玩 花 互相 一起 什麼 怎麼 哪些 哪 誰 多少 很多 許多 一些 一個 一種 \
    東西 事情 問題 方面 部分 對錯 更多 例如 比如 譬如 研究 顯示 證據 指出 而 則 即使 甚至 除了 除非 由於 根據 透過 \
    太少 太多 容易 感到 感覺 越來越 越 晚上 早上 長 差 高 低 說明 謝謝 總之 再見 沒什麼 認同 我覺得 是錯";

/// Words with a cutting mark inside that are to stay whole.
const WHOLE: &str = "社會 機會 學會 工會 議會 教會 未來 將來 過程 過去 目的 地球 地方 地區 地位 土地 當地 重要性 重要 需求 想法 想像 \
    看法 說法 做法 用法 作用 應用 利用 費用 信用 對話 對手 對象 不平等 不公平 大學 小學 多樣性 少數 多數 民主 主義 自由 由來 \
    時間 時代 小時 人工智慧 知識 得分 得失 是非 使命 讓步 著作 有效 會議 要求 給予 行為 作為 比例 比賽 能力 能源 功能 可能性 \
    都市 首都 研究者 研究所 看護 來源 讀者 讀書 寫作 玩具 花費 吃素 飲食 大眾 被害人 就業 才能 長大 成長 長期 差異 差別 高中 低落 品質 到達 向量 \
    了解 應用程式 使用者 動物園";

const AGAINST: [&str; 14] = [
    "有害",
    "傷害",
    "破壞",
    "不好",
    "壞",
    "錯",
    "取消",
    "廢除",
    "禁止",
    "反對",
    "浪費",
    "危險",
    "不應該",
    "限制",
];
const FOR: [&str; 10] = ["有益", "幫助", "改善", "好處", "有用", "支持", "贊成", "重要", "促進", "保護"];
const ABSOLUTE: [&str; 8] = ["總是", "從來", "永遠", "一定", "絕對", "顯然", "所有人", "每個人"];
const CLOSING: [&str; 5] = ["謝謝", "總之", "再見", "沒有要補充", "就這樣"];
const EVIDENCE: [&str; 8] = ["因為", "由於", "例如", "比如", "譬如", "研究", "根據", "經驗"];

const LONGEST_TERM: usize = 8;
const LONGEST_CLAIM: usize = 28;
/// Letters of a message that are read.
const READ_LETTERS: usize = 2_000;

/// Reads a message.
pub fn read(text: &str) -> Reading {
    let text: String = text.chars().take(READ_LETTERS).collect();
    let any = |cues: &[&str]| cues.iter().filter(|cue| text.contains(**cue)).count();
    let stance = match any(&AGAINST).cmp(&any(&FOR)) {
        std::cmp::Ordering::Greater => Stance::Against,
        std::cmp::Ordering::Less => Stance::For,
        std::cmp::Ordering::Equal => Stance::Open,
    };
    let letters = text.chars().filter(|letter| is_cjk(*letter)).count();
    let terms = terms(&text);
    let gives_evidence = any(&EVIDENCE) > 0 || text.chars().any(|letter| letter.is_ascii_digit());
    let (claim, reason) = claim_and_reason(&text);
    Reading {
        vague: !gives_evidence && (letters < 6 || terms.is_empty()),
        absolute: any(&ABSOLUTE) > 0,
        closing: any(&CLOSING) > 0 && letters < 24,
        terms,
        claim,
        reason,
        rival: None,
        stance,
        gives_evidence,
    }
}

fn terms(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let list = |words: &str| -> Vec<Vec<char>> {
        words.split_whitespace().map(|word| word.chars().collect()).collect()
    };
    let (marks, whole) = (list(MARKS), list(WHOLE));
    let mut found: Vec<String> = Vec::new();
    let mut run = String::new();
    let mut at = 0;
    while at < letters.len() {
        let longest = |list: &[Vec<char>]| {
            list.iter().filter(|word| letters[at..].starts_with(word)).map(Vec::len).max().unwrap_or(0)
        };
        let (mark, word) = (longest(&marks), longest(&whole));
        let letter = letters[at];
        if word > mark {
            run.extend(&letters[at..at + word]);
            at += word;
        } else if mark == 0 && (is_cjk(letter) || letter.is_ascii_alphanumeric()) {
            run.push(letter);
            at += 1;
        } else {
            take(&mut run, &mut found);
            at += mark.max(1);
        }
    }
    take(&mut run, &mut found);
    found
}

fn take(run: &mut String, found: &mut Vec<String>) {
    let term = std::mem::take(run);
    let length = term.chars().count();
    let is_number = term.chars().all(|letter| letter.is_ascii_digit());
    if (2..=LONGEST_TERM).contains(&length) && !is_number && !found.contains(&term) {
        found.push(term);
    }
}

/// The first clause without its opening, in the second person, and the reason behind 因為.
fn claim_and_reason(text: &str) -> (Option<String>, Option<String>) {
    let sentence =
        text.split(['。', '！', '？', '\n', '!', '?']).map(str::trim).find(|part| !part.is_empty());
    let Some(sentence) = sentence else {
        return (None, None);
    };
    let (claim, reason) = match sentence.split_once("因為") {
        Some((claim, reason)) => (claim, Some(reason)),
        None => (sentence, None),
    };
    (second_person(claim), reason.and_then(second_person))
}

fn second_person(clause: &str) -> Option<String> {
    let mut clause = clause.trim_matches(['，', ',', '、', ' ']);
    for opener in ["我認為", "我覺得", "我相信", "我想", "其實", "可是", "但是", "所以"] {
        clause = clause.strip_prefix(opener).unwrap_or(clause).trim_start_matches(['，', ',']);
    }
    let length = clause.chars().count();
    if !(4..=LONGEST_CLAIM).contains(&length) || clause.contains(['你', '您']) {
        return None;
    }
    Some(clause.replace("我們", "\u{1}").replace('我', "你").replace('\u{1}', "我們"))
}

/// The questions that fit, best first.
pub fn questions(chosen: Move, situation: &Situation<'_>) -> Vec<String> {
    let now = situation.now;
    let Some(a) = now.terms.first().map(String::as_str).or(situation.earlier) else {
        return without_terms(chosen);
    };
    let b = now.terms.get(1).map(String::as_str);
    let mut asked = Vec::new();
    match chosen {
        Move::Clarify => {
            asked.push(format!("你說的「{a}」，具體是指什麼，又不包括什麼？"));
            asked.push(format!("關於「{a}」，你可以舉一個實際的例子嗎？"));
            if let Some(b) = b {
                asked.push(format!("「{a}」和「{b}」之間的關係，你可以一步一步說明嗎？"));
            }
            asked.push(format!("如果要向一個完全不了解的人解釋你所說的「{a}」，你會怎麼說？"));
        }
        Move::Challenge => {
            if let Some(claim) = &now.claim {
                asked.push(format!("你說「{claim}」。對「{a}」有所懷疑的人，要看到什麼證據才會相信？"));
            }
            if let Some(reason) = &now.reason {
                asked.push(format!("你的理由是「{reason}」。關於「{a}」，單憑這一點就足夠了嗎？"));
            }
            asked.push(format!("我們要觀察到「{a}」的什麼情況，才會讓你改變想法？"));
            if let Some(b) = b {
                asked.push(format!("就算「{a}」和「{b}」常常一起出現，你怎麼知道是其中一個造成另一個？"));
            }
            asked.push(format!("你能想到一個關於「{a}」、但你的論點不成立的情況嗎？"));
        }
        Move::DevilsAdvocate => {
            asked.push(match now.stance {
                Stance::Against => format!("讓我暫時站在另一邊：「{a}」也可能利大於弊。你會怎麼回應？"),
                Stance::For => format!("讓我暫時站在另一邊：「{a}」也可能弊大於利。你會怎麼回應？"),
                Stance::Open => format!("有些人對「{a}」的看法和你很不一樣。他們最有力的理由會是什麼？"),
            });
            asked.push(format!("如果要你在「{a}」這件事上反駁自己，你會從哪裡開始？"));
            asked.push(format!("如果大家對「{a}」的想法都和你一樣，誰會因此受到損失？"));
        }
        Move::Continue => {
            if let Some(earlier) = situation.earlier.filter(|earlier| *earlier != a) {
                asked.push(format!("你之前提到「{earlier}」。它和「{a}」要怎麼放在一起看？"));
            }
            asked.push(format!("如果你對「{a}」的看法是對的，應該改變什麼，又該由誰來改變？"));
            asked.push(format!("誰對「{a}」的看法會和你不同，他們可能知道什麼我們不知道的事？"));
            if let Some(b) = b {
                asked.push(format!("對你來說，「{a}」和「{b}」哪一個更重要，為什麼？"));
            }
            asked.push(format!("關於「{a}」，還有什麼重要的事是我們沒有談到的？"));
        }
        Move::Conclude => {
            let road = match situation.first.filter(|first| *first != a) {
                Some(first) => format!("我們從「{first}」談起，一路談到了「{a}」"),
                None => format!("你對「{a}」提出了自己的立場，也從不同的角度看過它"),
            };
            asked.push(format!("{road}。站得住腳的是你自己給的理由；它在哪裡不再成立，值得你繼續想下去。"));
        }
    }
    asked
}

fn without_terms(chosen: Move) -> Vec<String> {
    let asked: &[&str] = match chosen {
        Move::Clarify => &["你可以說得更具體一點嗎？", "你心裡想的是什麼樣的情況？"],
        Move::Challenge => &["是什麼讓你這樣認為？", "我們可以怎麼查證這件事？"],
        Move::DevilsAdvocate => &["不同意你的人會怎麼說？", "你可能在哪裡想錯了？"],
        Move::Continue => &["如果再往前想一步，會得到什麼結論？", "你可以舉一個例子嗎？"],
        Move::Conclude => &["謝謝你把想法說出來。要發生什麼事才會讓你改變看法，值得你繼續想下去。"],
    };
    asked.iter().map(|question| (*question).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_terms_are_the_things_the_student_talks_about() {
        for (text, terms) in [
            ("我認為社群媒體對青少年有害。", vec!["社群媒體", "青少年"]),
            ("學校應該取消作業，因為學生的睡眠不夠。", vec!["學校", "作業", "學生", "睡眠"]),
            ("社會的未來需要更多機會。", vec!["社會", "未來", "機會"]),
            ("AI 會讓人們失去工作。", vec!["AI", "工作"]),
        ] {
            assert_eq!(read(text).terms, terms, "{text}");
        }
    }

    #[test]
    fn the_claim_speaks_to_the_student() {
        assert_eq!(read("我覺得手機讓我睡不好。").claim.as_deref(), Some("手機讓你睡不好"));
    }
}
